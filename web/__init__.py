"""What is hosted: the page, the runtime it loads, and the server that shows both on this machine."""
