"""One reply of the model: drives the engine, turns ids into deltas, and decides when and why it ends.

The engine runs in phases. Between two of them ids can be put into the reply that the model did not choose: the end of a
thought that used up its budget or went round in circles, or the beginning of a tool call that was demanded. A phase starts
from the prompt and all ids so far, most of which the engine still holds.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pyside.api.requests import ANY_TOOL
from pyside.engine.content import Content
from pyside.engine.decode.guided import Allow, Process
from pyside.engine.engine import Engine
from pyside.engine.pictures import Image
from pyside.engine.progress import Progress
from pyside.engine.ring import Token
from pyside.engine.sampling import Sampling
from pyside.engine.timings import Timings
from pyside.text.chat_stream import Delta, StreamRouter
from pyside.text.tags import CALL_OPEN, THINK_CLOSE, beginning
from pyside.text.tokenizer import Tokenizer

if TYPE_CHECKING:
    from pyside.constrained.constraint import Constraint

LOOP_REPEATS = 4  # a loop is at least so many repetitions of one span
LOOP_TOKENS = 200  # and at least so many tokens: rows of zeros in a table are none
LOOP_SPAN = 256  # tokens of the longest span looked for
LOOP_EVERY = 16  # tokens between two looks

THOUGHT_END = f"\n{THINK_CLOSE}\n\n"  # as templates write it
THOUGHT_CLOSED = "the thought repeated itself and was closed"
REPLY_STOPPED = "the reply repeated itself and was stopped"


@dataclass(frozen=True)
class Step:
    """What one token, or ids put in by us, brought."""

    deltas: Sequence[Delta]
    ids: Sequence[int]
    tokens: Sequence[Token] = ()  # none for ids that the model did not choose


@dataclass
class Reply:
    """A reply under way; ``steps`` runs it, and the other public fields are complete when that ends."""

    engine: Engine
    tokenizer: Tokenizer
    prompt: Content
    sampling: Sampling  # of the whole reply
    stable: Sequence[int] = ()
    images: Mapping[str, Image] = field(default_factory=dict)  # behind the prompt's spans, by digest
    router: StreamRouter | None = None  # None: all is content
    stop: tuple[str, ...] = ()
    thinking_budget: int | None = None  # tokens
    forced_tool: str | None = None  # see requests.ChatRequest
    one_call: bool = False
    loop_guard: bool = False
    constraint: Constraint | None = None  # what all ids of the reply must keep to
    process: Process | None = None  # edits the logits, given all ids of the reply so far
    progress: Progress | None = None  # told how much of the prompt has been read
    encoding: Progress | None = None  # told how many of its pictures

    ids: list[int] = field(default_factory=list)
    finish_reason: str | None = None  # stop, length or tool_calls
    note: str | None = None  # why it ended otherwise than expected
    reasoning_tokens: int = 0
    timings: Timings = field(default_factory=Timings)

    def __post_init__(self) -> None:
        self._decoder = self.tokenizer.stream(skip_special=True)
        self._tags = {self.tokenizer.added[tag]: tag for tag in self.router.tokens} if self.router else {}
        self._stop = StopStrings(self.stop)
        self._recent: list[int] = []  # ids since the reply began or the thought ended
        self._pending = self._demanded("") if not self._reasoning else None  # text to put in next
        self._called = False
        self._phases = 0

    @property
    def _reasoning(self) -> bool:
        return self.router is not None and self.router.reasoning

    def recall(self, ids: Sequence[int]) -> list[Delta]:
        """Go through the first ids of this very reply, which the engine need not find again, and what they brought."""
        deltas: list[Delta] = []
        while len(self.ids) < len(ids):
            text = self._due()
            step = self._take(Token(ids[len(self.ids)], 0.0, ())) if text is None else self._put_in(text)
            deltas += step.deltas
        return deltas

    async def steps(self) -> AsyncGenerator[Step, None]:
        """Each step as it happens; leaving early stops the engine.

        Errors: ContextError when the prompt does not fit, RequestError for sampling that the device does not take.
        """
        while self.finish_reason is None:
            left = self.sampling.max_tokens - len(self.ids)
            if (text := self._due()) is not None:
                yield self._put_in(text)
            elif left <= 0 and self.ids:
                self.finish_reason = "length"
            else:
                phase = self._phase(max(1, min(left, self._thoughts_left() or left)))
                async with aclosing(phase):
                    async for step in phase:
                        yield step
        if deltas := self._flushed():
            yield Step(deltas, ())
        if self._called and self.finish_reason == "stop":
            self.finish_reason = "tool_calls"

    def _thoughts_left(self) -> int | None:
        """How many tokens the thought may still have; None without a thought or a budget."""
        if not self._reasoning or self.thinking_budget is None:
            return None
        return max(0, self.thinking_budget - self.reasoning_tokens)

    def _due(self) -> str | None:
        """Text to put in before the model goes on."""
        return THOUGHT_END if self._thoughts_left() == 0 else self._pending

    async def _phase(self, limit: int) -> AsyncGenerator[Step, None]:
        """Generate up to ``limit`` tokens, until the reply ends or something is to be put in."""
        before = tuple(id for id in self.ids if id not in self.sampling.stop_ids)  # one in a thought ended nothing
        tokens = self.engine.generate(
            Content((*self.prompt.ids, *before), self.prompt.spans),
            replace(self.sampling, max_tokens=limit),
            answered=len(before),
            stable=self.stable,
            images=self.images,
            progress=None if self._phases else self.progress,
            encoding=self.encoding,
            allow=self._allow(before),
            process=self._process(before),
        )
        try:
            async with aclosing(tokens):
                async for token in tokens:
                    yield self._take(token)
                    if self.finish_reason or self._pending is not None:
                        break
        finally:
            self._add_timings()

    def _allow(self, before: Sequence[int]) -> Allow | None:
        """What the engine asks before each token of a phase that begins after ``before``."""
        if (constraint := self.constraint) is None:
            return None
        return lambda fresh: constraint.allow((*before, *fresh))

    def _process(self, before: Sequence[int]) -> Process | None:
        """As ``_allow``, for the logits."""
        if (process := self.process) is None:
            return None
        return lambda fresh, logits: process((*before, *fresh), logits)

    def _take(self, token: Token) -> Step:
        self.ids.append(token.id)
        self._recent.append(token.id)
        thinking = self._reasoning
        if token.id in self.sampling.stop_ids:
            if thinking:
                self._pending = THOUGHT_END  # and the answer is still to come
            else:
                self.finish_reason = "stop"
            return Step((), (token.id,), (token,))
        self.reasoning_tokens += thinking
        deltas = self._read(token.id)
        if thinking and not self._reasoning:
            self._recent.clear()
        if self.forced_tool is not None and not self._reasoning:
            self._pending = self._demanded_after(deltas)
        elif self.loop_guard and len(self._recent) % LOOP_EVERY == 0 and loops(self._recent):
            if thinking:
                self.note, self._pending = THOUGHT_CLOSED, THOUGHT_END
            else:
                self.note, self.finish_reason = REPLY_STOPPED, "length"
        return Step(deltas, (token.id,), (token,))

    def _put_in(self, text: str) -> Step:
        """Add ids that the model did not choose; a demanded call follows the end of a thought."""
        thinking, self._pending = self._reasoning, None
        ids = self.tokenizer.encode(text)
        deltas = [delta for id in ids for delta in self._read(id)]
        self.ids += ids
        self._recent.clear()
        if thinking and not self._reasoning:
            self._pending = self._demanded("")
        return Step(deltas, ids)

    def _demanded(self, before: str) -> str | None:
        """The beginning of the tool call that must come, once."""
        if self.forced_tool is None:
            return None
        name, self.forced_tool = self.forced_tool, None
        return f"{before}{CALL_OPEN}\n<function={name}" + (">\n" if name else "")

    def _demanded_after(self, deltas: Sequence[Delta]) -> str | None:
        """The demanded call's beginning behind a thought, unless the thought itself ends in that call."""
        calls = [delta.call.name for delta in deltas if delta.call]
        if self.forced_tool in (*calls, *([ANY_TOOL] if calls else ())):
            self.forced_tool = None
        if self.router is not None and self.router.calling:
            return None
        return self._demanded("\n" if calls else "\n\n")

    def _read(self, id: int) -> list[Delta]:
        """What an id brings: a tag that is one token is markup, and the same characters spelled out are text."""
        if self.router is None:
            text = self._decoder.push(id)
            return self._shown([Delta("content", text)] if text else [])
        if (tag := self._tags.get(id)) is None:
            return self._shown(self.router.push(self._decoder.push(id)))
        return self._shown([*self.router.push(self._decoder.flush()), *self.router.tag(tag)])

    def _flushed(self) -> list[Delta]:
        """What was held back, at the reply's end."""
        text = self._decoder.flush()
        raw = [Delta("content", text)] if text else []
        if self.router is not None:
            raw = [*self.router.push(text), *self.router.finish()]
        deltas = self._shown(raw)
        if not self._stop.found and (shown := self._stop.flush()):
            deltas.append(Delta("content", shown))
        return deltas

    def _shown(self, raw: Sequence[Delta]) -> list[Delta]:
        """Deltas up to a stop string in the content, or to the only call wanted."""
        deltas: list[Delta] = []
        for delta in raw:
            if self._stop.found or (self.one_call and self._called):
                break
            shown = self._stop.push(delta.text) if delta.kind == "content" else self._stop.flush()
            deltas += [Delta("content", shown)] if shown else []
            if delta.kind != "content":
                deltas.append(delta)
            self._called |= delta.kind == "tool_call"
        if self._stop.found or (self.one_call and self._called):
            self.finish_reason = self.finish_reason or "stop"
        return deltas

    def _add_timings(self) -> None:
        """The first phase's prefill, all phases' decoding."""
        latest, total = self.engine.timings, self.timings
        self.timings = latest if not self._phases else replace(
            total,
            decode_tokens=total.decode_tokens + latest.decode_tokens,
            decode_s=total.decode_s + latest.decode_s,
        )  # fmt: skip
        self._phases += 1


class StopStrings:
    """Lets text through up to the first stop string, holding back what could become one."""

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stops = stops
        self._held = ""
        self.found = False

    def push(self, text: str) -> str:
        """What may be shown."""
        self._held += text
        ends = [at for stop in self._stops if (at := self._held.find(stop)) >= 0]
        if ends:
            self.found = True
            shown, self._held = self._held[: min(ends)], ""
            return shown
        keep = max((beginning(self._held, stop) for stop in self._stops), default=0)
        shown, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return shown

    def flush(self) -> str:
        """What was held back, when nothing follows that could complete it."""
        held, self._held = self._held, ""
        return held


def loops(ids: Sequence[int]) -> bool:
    """Whether ids end in one span of up to LOOP_SPAN tokens, repeated LOOP_REPEATS times and over LOOP_TOKENS tokens."""
    for span in range(1, min(LOOP_SPAN, len(ids) // LOOP_REPEATS) + 1):
        if ids[-1] == ids[-1 - span]:
            size = max(LOOP_REPEATS * span, LOOP_TOKENS)
            if size <= len(ids) and ids[-size:-span] == ids[-size + span :]:
                return True
    return False
