"""How long a run lasts and how fast it learns. Standard library only."""

from __future__ import annotations

from pathlib import Path

WARM = 100  # steps until the full rate


def rate(step: int, last: int, decay: int) -> float:
    """Fraction of the peak learning rate: up within ``WARM`` steps, down to nothing over the final ``decay``."""
    return min(1.0, (step + 1) / WARM) * max(0.0, min(1.0, (last - step) / decay))


def last_step(folder: Path, step: int, steps: int, decay: int) -> int:
    """Where the run ends: after ``steps``, or where the fall ends that the file ``decay`` of its folder asks for.

    The file is empty when somebody makes it; the end is written into it, so that a restart goes on with the same fall.
    """
    file = folder / "decay"
    if not file.exists():
        return steps
    if not file.read_text(encoding="utf-8").strip():
        file.write_text(f"{min(steps, step + decay)}\n", encoding="utf-8")
    return min(steps, int(file.read_text(encoding="utf-8")))
