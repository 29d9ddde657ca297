"""What Qwen3.5 computes, as a plan."""
