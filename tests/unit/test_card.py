"""A model in a line: what its checkpoint says is in its bundle, in the list of a site, and nothing that a page could not show."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import build
from pyside.bundle.card import CARD, GENERAL, STARTERS_MAX, THINKING, Card, default_card
from pyside.desk import bundle_check
from pyside.errors import BundleError
from tests.support.models.bundles import DEMO
from web.host import site

OWN = Card("A parrot.", ("Polly?", "Who is a pretty bird?"))


def test_a_card_is_read_back_as_it_was_written() -> None:
    for card in (OWN, Card("", ()), default_card("")):
        assert Card.from_json(card.to_json()) == card
        assert card.problems() == []


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"{", "is not a card"),
        (b"[]", "a list, expected an object"),
        (b'{"summary": "a"}', "missing keys"),
        (b'{"summary": 5, "starters": []}', "summary is 5"),
        (b'{"summary": "a", "starters": ["a", 5]}', "expected a list of texts"),
        (b'{"summary": "a", "starters": [], "colour": 1}', "unknown keys"),
        (Card("x" * 121, ()).to_json(), "121 characters, expected one line of at most 120"),
        (Card("two\nlines", ()).to_json(), "expected one line"),
        (Card("", ("x" * 81,)).to_json(), "at most 80"),
        (Card("", (" ",)).to_json(), "a starter is empty"),
        (Card("", ("a",) * (STARTERS_MAX + 1)).to_json(), "5 starters, expected at most 4"),
        (b" " * (1 << 20), "expected at most 16,384"),
    ],
)
def test_what_is_no_card_is_refused_in_a_line(data: bytes, fault: str) -> None:
    with pytest.raises(BundleError, match=fault) as caught:
        Card.from_json(data)
    assert str(caught.value).startswith(CARD) and len(str(caught.value)) < 500


def test_a_checkpoint_without_a_card_gets_what_its_template_can_do() -> None:
    assert default_card("{{ messages }}").starters == GENERAL
    assert default_card("{% if enable_thinking %}").starters == (*GENERAL, THINKING)


def test_the_demo_has_a_card() -> None:
    card = Card.from_json((DEMO / CARD).read_bytes())
    assert card.summary and len(card.starters) == STARTERS_MAX


@pytest.mark.slow
def test_the_card_of_a_checkpoint_is_in_its_bundle_and_in_the_list(source: Path, made: Path, tmp_path: Path) -> None:
    manifest = bundle_check.read_manifest(made)
    assert bundle_check.read_card(made, manifest) == default_card((source / "chat_template.jinja").read_text())
    own = shutil.copytree(source, tmp_path / "own")
    (own / CARD).write_bytes(OWN.to_json())
    out = tmp_path / "parrot"
    assert build._main(["bundle", str(own), str(out)]) == 0
    assert (out / CARD).read_bytes() == OWN.to_json()
    (entry,) = json.loads(site.bundle_list({"parrot": out}))
    assert (entry["summary"], entry["starters"]) == (OWN.summary, list(OWN.starters))
    (out / CARD).write_text("{")
    with pytest.raises(BundleError, match=r"parrot: card\.json is not a card"):
        site.bundle_list({"parrot": out})
    (out / CARD).unlink()
    with pytest.raises(BundleError, match=r"has no card\.json of its own"):
        site.bundle_list({"parrot": out})


def test_a_checkpoint_with_a_damaged_card_is_not_built(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = shutil.copytree(source, tmp_path / "own")
    (own / CARD).write_text('{"summary": ""}')
    assert build._main(["bundle", str(own), str(tmp_path / "b")]) == 1
    assert "card.json is not a card" in capsys.readouterr().err
    assert not (tmp_path / "b").exists()
