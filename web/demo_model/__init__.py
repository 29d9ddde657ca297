"""The embedded demo model: its checkpoint, its card and its training."""
