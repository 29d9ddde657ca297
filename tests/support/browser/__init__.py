"""Pages in real browsers, and the servers that they come from."""
