"""The page's modules know the facts that Python states."""

from web.host.facts import COMMAND, FACTS, module


def test_the_page_has_the_facts_that_python_states() -> None:
    assert FACTS.read_text(encoding="utf-8") == module(), f"run `{COMMAND}` and commit {FACTS.name}"
