"""Python beside the engine: a logits processor that requests choose by name, and a function that the page calls."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pyside.api.completions import collect
from pyside.app import App

BARRED = -1e9  # a logit that is never drawn; WGSL knows no infinities


def setup(app: App) -> None:
    """Add both to the model, once it is loaded."""
    tokenizer = app.tokenizer
    barred = [
        id
        for id in range(tokenizer.vocab_used)
        if b"e" in tokenizer.token_bytes(id).lower() and id not in tokenizer.special_ids  # which end answers, unseen
    ]

    def without_e(ids: Sequence[int], logits: memoryview[float]) -> None:
        """Called before each token with the answer's ids so far and all logits, to be changed in place."""
        for id in barred:
            logits[id] = BARRED

    async def surprises(text: str) -> list[tuple[str, float]]:
        """The text's tokens, each with how unlikely the model held it: 0 to 1."""
        request = {"prompt": text, "echo": True, "max_tokens": 0, "logprobs": 0}
        scored = (await collect(app.completions.text(request)))["choices"][0]["logprobs"]
        pairs = zip(scored["tokens"], scored["token_logprobs"], strict=True)
        return [(token, 1 - math.exp(logprob or 0.0)) for token, logprob in pairs]

    app.processors["without-e"] = without_e
    app.functions["surprises"] = surprises
