"""Contents are equal as far as their ids and what stands behind placeholders are."""

from __future__ import annotations

import pytest

from pyside.engine.content import Content, Span
from pyside.errors import RequestError

PAD = 99
IDS = (1, 2, *[PAD] * 4, 3, *[PAD] * 3, 4)
CAT, DOG, OWL = Span(2, "cat", (1, 4)), Span(2, "dog", (1, 4)), Span(7, "owl", (1, 3))


@pytest.mark.parametrize(
    ("spans", "other", "shared"),
    [
        ((), (), 11),
        ((CAT, OWL), (CAT, OWL), 11),
        ((CAT,), (DOG,), 2),
        ((CAT,), (), 2),
        ((), (CAT,), 2),
        ((CAT, OWL), (CAT,), 7),
        ((CAT, OWL), (CAT, Span(7, "eel", (1, 3))), 7),
        ((CAT, OWL), (CAT, Span(7, "owl", (1, 2))), 7),
        ((CAT, OWL), (DOG, OWL), 2),
        ((CAT,), (OWL,), 2),
        ((OWL,), (CAT, OWL), 2),
    ],
)
def test_spans_decide_what_is_shared(spans: tuple[Span, ...], other: tuple[Span, ...], shared: int) -> None:
    assert Content(IDS, spans).shared(IDS, other) == shared


def test_ids_decide_what_is_shared() -> None:
    assert Content((1, 2, 3)).shared([1, 2, 3, 4], ()) == 3
    assert Content((1, 2, 3)).shared([1, 2], ()) == 2
    assert Content((1, 2, 3)).shared([1, 5, 3], ()) == 1
    assert Content(IDS, (CAT, OWL)).shared([7, *IDS[1:]], (DOG,)) == 0, "ids differ before spans do"
    assert Content(IDS, (CAT, OWL)).shared(IDS[:4], (CAT,)) == 4


def test_no_cut_goes_through_a_span() -> None:
    content = Content(IDS, (CAT, OWL))
    assert [content.cut(length) for length in range(12)] == [0, 1, 2, 2, 2, 2, 6, 7, 7, 7, 10, 11]


def test_plain_ids_are_a_content() -> None:
    assert Content.of([1, 2]) == Content((1, 2))
    assert Content.of(Content((1,), ())) == Content((1,))


@pytest.mark.parametrize(
    "spans",
    [
        (OWL, CAT),
        (CAT, Span(5, "owl", (1, 2))),
        (Span(2, "none", (1, 0)),),
        (Span(9, "owl", (1, 3)),),
        (Span(-1, "cat", (1, 2)),),
        (Span(2, "cat", (-2, -2)),),
    ],
)
def test_spans_lie_apart_in_order_and_within_the_ids(spans: tuple[Span, ...]) -> None:
    with pytest.raises(RequestError, match=r"spans are .*, expected them in order, apart and within 11 ids"):
        Content(IDS, spans)
