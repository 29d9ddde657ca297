"""Facts that stand in more than one place are the same there."""

from pyside.bundle.layout import PIECE_LIMIT
from pyside.plan.limits import Limits
from web.host.facts import ABOUT, COMMAND, FACTS, about, module


def test_the_page_has_the_facts_that_python_states() -> None:
    assert FACTS.read_text(encoding="utf-8") == module(), f"run `{COMMAND}` and commit {FACTS.name}"


def test_the_page_says_of_itself_what_the_project_says() -> None:
    assert ABOUT.read_text(encoding="utf-8") == about(), f"run `{COMMAND}` and commit {ABOUT.name}"


def test_a_piece_of_a_tensor_can_be_bound_on_every_device() -> None:
    assert Limits.baseline().binding_bytes == PIECE_LIMIT
