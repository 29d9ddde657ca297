"""What a session keeps: the longest prefix it can, snapshots that are true, caches that grow ahead of need."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from pyside.engine.content import Content, Span
from pyside.engine.session import Session
from pyside.errors import ContextError
from pyside.plan.plan import Buffer, Facts, Plan
from tests.support.executors.numpy_gpu import NumpyGpu

WINDOW = 1000
PLAN = Plan(
    (
        Buffer("state", 16, "state"),
        Buffer("cache", 8 * 64, "state", growing=True),
        Buffer("x", 16, "scratch"),
    ),
    (),
    {},
    (),
    facts=Facts(cache_tokens=64, context_window=WINDOW),
)


class Recorded:
    """A session whose state buffer says how many tokens went into it, and which one was last."""

    def __init__(self, snapshot_bytes: int = 160) -> None:
        self.gpu = NumpyGpu()
        asyncio.run(self.gpu.load(PLAN))
        self.session = Session(self.gpu, PLAN, snapshot_bytes)

    def take(self, prompt: Content | Sequence[int], keep_at: Sequence[int] = ()) -> int:
        """Do what the engine does with a prompt; returns how much was reused."""
        content = Content.of(prompt)
        reused = self.session.restore(content)
        self.true()
        for id in content.ids[reused:]:
            self.session.extend([id])
            self.gpu.buffers["state"][:2] = (len(self.session.ids), id)
            if len(self.session.ids) in keep_at:
                self.session.keep()
        return reused

    def true(self) -> None:
        ids = self.session.ids
        assert self.gpu.buffers["state"][:2].tolist() == ([len(ids), ids[-1]] if ids else [0, 0])


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


def test_a_longer_prompt_continues(recorded: Recorded) -> None:
    assert recorded.take([1, 2, 3]) == 0
    assert recorded.take([1, 2, 3, 4, 5]) == 3


def test_the_last_token_is_always_left_to_do(recorded: Recorded) -> None:
    recorded.take([1, 2, 3], keep_at=[2, 3])
    assert recorded.take([1, 2, 3]) == 2


def test_an_edit_goes_back_to_the_nearest_snapshot(recorded: Recorded) -> None:
    recorded.take([1, 2, 3, 4, 5, 6, 7, 8], keep_at=[2, 4, 6])
    assert recorded.take([1, 2, 3, 4, 5, 9, 9], keep_at=[5]) == 4
    assert list(recorded.session.snapshots) == [2, 4, 5]  # the one at 6 stood for other tokens
    assert recorded.take([1, 2, 3, 9]) == 2
    assert list(recorded.session.snapshots) == [2]
    assert "state@4" not in recorded.gpu.buffers


def test_nothing_shared_starts_anew(recorded: Recorded) -> None:
    recorded.take([1, 2, 3], keep_at=[1, 2])
    assert recorded.take([7, 8, 9]) == 0
    assert recorded.session.snapshots == ()


def test_a_shorter_prompt(recorded: Recorded) -> None:
    recorded.take([1, 2, 3, 4, 5, 6], keep_at=[3])
    assert recorded.take([1, 2, 3, 4]) == 3
    assert recorded.take([1, 2]) == 0


def test_the_snapshot_unused_for_longest_goes() -> None:
    recorded = Recorded(snapshot_bytes=3 * 16)
    recorded.take(range(10), keep_at=[2, 4, 6])
    recorded.take([*range(4), 99])  # goes back to 4 and uses it after 2; 6 stands for other tokens now
    recorded.take([*range(4), 99, 5, 6, 7, 8], keep_at=[6])
    recorded.take([*range(4), 99, 5, 6, 7, 8, 9], keep_at=[10])
    assert recorded.session.snapshots == (4, 6, 10)
    assert sum(name.startswith("state@") for name in recorded.gpu.buffers) == 3


def test_two_snapshots_are_kept_however_large() -> None:
    recorded = Recorded(snapshot_bytes=0)
    recorded.take(range(10), keep_at=[2, 4, 6])
    assert recorded.session.snapshots == (4, 6)


def test_an_empty_or_known_length_is_not_kept_again(recorded: Recorded) -> None:
    recorded.session.keep()
    recorded.take([1, 2], keep_at=[2])
    recorded.session.keep()
    assert recorded.session.snapshots == (2,)


def test_caches_double_up_to_the_window(recorded: Recorded) -> None:
    recorded.gpu.buffers["cache"][:] = 7
    sizes = []
    for tokens in (64, 65, 200, 999, 1000):
        recorded.session.reserve(tokens)
        sizes.append(recorded.gpu.buffers["cache"].nbytes // 8)
    assert sizes == [64, 128, 256, WINDOW, WINDOW]
    assert recorded.gpu.buffers["cache"].tolist() == [7] * 128 + [0] * (2 * WINDOW - 128)
    with pytest.raises(ContextError, match=r"1,001 tokens do not fit into the context window of 1,000"):
        recorded.session.reserve(WINDOW + 1)


def test_forget(recorded: Recorded) -> None:
    recorded.take([1, 2, 3], keep_at=[1, 2])
    recorded.session.forget()
    recorded.true()
    assert recorded.session.snapshots == () and recorded.take([1, 2, 3]) == 0


PAD = 99
PICTURED = (1, 2, *[PAD] * 4, 3, 4, *[PAD] * 2, 5, 6)
CAT, DOG, OWL = Span(2, "cat", (1, 4)), Span(2, "dog", (1, 4)), Span(8, "owl", (1, 2))


def test_equal_pictures_are_reused(recorded: Recorded) -> None:
    recorded.take(Content(PICTURED, (CAT, OWL)))
    assert recorded.take(Content((*PICTURED, 7), (CAT, OWL))) == len(PICTURED)


def test_another_picture_behind_equal_ids_is_not_taken_for_the_first(recorded: Recorded) -> None:
    recorded.take(Content(PICTURED, (CAT, OWL)), keep_at=[1, 2, 7, 11])
    assert recorded.take(Content(PICTURED, (CAT, Span(8, "eel", (1, 2))))) == 7
    assert recorded.take(Content(PICTURED, (DOG, OWL))) == 2
    assert recorded.take(PICTURED) == 2, "ids alone have no picture behind them"
    assert recorded.take(Content(PICTURED, (CAT, OWL))) == 2


def test_nothing_is_kept_or_cut_within_a_span(recorded: Recorded) -> None:
    recorded.take(Content(PICTURED, (CAT, OWL)), keep_at=range(12))
    assert recorded.session.snapshots == (1, 2, 6, 7, 8, 10, 11)
    assert recorded.take(Content(PICTURED[:5], (Span(2, "cat", (1, 3)),))) == 2
    recorded.session.forget()
    recorded.take(PICTURED, keep_at=range(2, 8))
    assert list(recorded.session.snapshots) == [2, 3, 4, 5, 6, 7], "a text has no spans"


def test_a_prompt_that_was_left_within_a_span_goes_on_before_it(recorded: Recorded) -> None:
    content = Content(PICTURED, (CAT, OWL))
    recorded.session.restore(content)
    for place, id in enumerate(PICTURED[:4], 1):
        recorded.session.extend([id])
        recorded.gpu.buffers["state"][:2] = (place, id)
        if place == 2:
            recorded.session.keep()
    assert recorded.take(content) == 2
