"""What the demo model is taught, one file per subject; `SKILLS` in generate.py weighs them."""
