"""The demo model's held-out questions through its q4 bundle in a page: right answers per skill, greedy, exact match.

    python -m tests.bench.demo_exam [--per-skill 5] [--browser chromium]

The same questions and the same marking as ``web/demo_model/training/evaluate.py``, which asks the checkpoint under transformers: the
difference is what quantisation costs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.support.browser import browsers
from tests.support.browser.engine_page import engine_page
from tests.support.browser.faulty_site import running
from tests.support.browser.scripts import script
from tests.support.paths import ROOT
from web.demo_model.training.questions import BASIC, Question, call_markup, questions
from web.host import runtime

LIMIT = 160  # tokens of one reply, as in evaluate.py
BATCH = 20


def request(question: Question) -> dict[str, Any]:
    """The question as the page is asked it."""
    asked: dict[str, Any] = {"messages": question.messages, "temperature": 0, "max_tokens": LIMIT}
    return (
        asked
        | {"extra_body": {"enable_thinking": question.thinking}}
        | ({"tools": question.tools} if question.tools else {})
    )


def said(choice: dict[str, Any]) -> str:
    """The visible reply: text, or a tool call as the model writes it."""
    message = choice["message"]
    if not message.get("tool_calls"):
        return str(message["content"] or "").strip()
    function = message["tool_calls"][0]["function"]
    return call_markup({"function": {"name": function["name"], "arguments": json.loads(function["arguments"])}})


def main() -> int:
    """Ask, mark, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--per-skill", type=int, default=5)
    parser.add_argument("--browser", choices=browsers.NAMES, default="chromium")
    parser.add_argument("--quant", default="q4")
    arguments = parser.parse_args()
    asked = [question for thinking in (False, True) for question in questions(arguments.per_skill, thinking)]
    asked = [question for question in asked if not question.pictures]
    score: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    runtime.assemble()
    with tempfile.TemporaryDirectory() as temporary:
        bundle = Path(temporary) / "demo"
        command = [
            sys.executable,
            "build.py",
            "bundle",
            "web/demo_model/checkpoint",
            str(bundle),
            "--quant",
            arguments.quant,
        ]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        with running([bundle], runtime.RUNTIME) as (url, _), sync_playwright() as playwright:
            browser = browsers.launch(playwright, arguments.browser, Path(tempfile.mkdtemp(dir=temporary)))
            with engine_page(browser, url, bundle.name) as engine:
                for start in range(0, len(asked), BATCH):
                    part = asked[start : start + BATCH]
                    choices = engine.page.evaluate(script("engine.answers"), [request(question) for question in part])
                    for question, choice in zip(part, choices, strict=True):
                        score[question.skill][0] += said(choice) == question.expected
                        score[question.skill][1] += 1
            browser.close()
    for skill, (right, count) in sorted(score.items()):
        print(f"{skill:24} {right:4} of {count}")
    for title, chosen in (("the three basic sums", BASIC), ("all skills", tuple(score))):
        right, count = (sum(score[skill][i] for skill in chosen) for i in (0, 1))
        print(f"{title:24} {right:4} of {count}  {100 * right / count:.1f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
