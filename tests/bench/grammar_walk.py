"""Walks random states of random and written grammars, with the tiny model's tokens and with bytes, and looks for one without a way on.

python -m tests.bench.grammar_walk [--states 10000] [--seed 0]
"""

from __future__ import annotations

import argparse

from tests.support.grammars.walk import vocabularies, walked


def main() -> None:
    """Walk, and print how many states of how many grammars were seen."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--states", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    states, grammars = walked(vocabularies(), options.states, options.seed)
    print(f"{states} states of {grammars} grammars, and each has a way on")


if __name__ == "__main__":
    main()
