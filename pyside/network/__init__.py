"""What Qwen3.5 computes, as a plan: ``model.py`` names the blocks of every pass, top to bottom, and each block has a file."""
