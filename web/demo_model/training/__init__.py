"""The embedded demo model: its data generator, its training and the checkpoint that came out."""
