"""The pictures that the demo model learns from: drawn by numpy alone, from a scene that says what is in them."""
