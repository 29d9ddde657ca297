"""Runs beside the engine in the page of ``test_openai.py``: processors that make a model of random weights do as a test needs."""

from __future__ import annotations

from collections.abc import Sequence

from pyside.app import App
from pyside.engine.decode.guided import Process

WANTED = 1e4  # a logit above all others


def setup(app: App) -> None:
    """Add the processors."""
    encode = app.tokenizer.encode

    def saying(text: str, before: int = 0) -> Process:
        """Says a text, over and over; ``before``: ids that stand before it and are not the model's own."""
        tokens = encode(text)

        def process(ids: Sequence[int], logits: memoryview[float]) -> None:
            logits[tokens[(len(ids) - before) % len(tokens)]] = WANTED

        return process

    for text in ("{}<|im_end|>", "row after row ", "so</think>Yes.<|im_end|>"):
        app.processors[text] = saying(text)
    call = "<tool_call>\n<function=clock>\n"
    app.processors["clock"] = saying("</function>\n</tool_call><|im_end|>", len(encode(call)))
    app.processors["any"] = saying(
        "clock>\n</function>\n</tool_call><|im_end|>", len(encode(call.removesuffix("clock>\n")))
    )
