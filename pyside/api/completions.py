"""OpenAI's ``chat.completions`` and ``completions`` over an engine, a tokenizer and a chat format.

Both yield streaming chunks, and at the end a chunk without choices that holds ``usage``; ``collect`` makes one answer of them.
Log-probabilities and ids belong to the tokens of their chunk and before it, some of whose text may still be held back.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kernels_wgsl.catalog.words import TOP_K_MAX
from pyside.api.extension import Extensions
from pyside.api.reply import Reply, Step
from pyside.api.requests import BOUNDS, Options, read_chat, read_text
from pyside.api.sight import Sight
from pyside.bundle.manifest import Generation
from pyside.engine.content import Content
from pyside.engine.engine import Engine
from pyside.engine.pictures import Pictures
from pyside.engine.progress import Progress
from pyside.engine.ring import Token
from pyside.engine.sampling import Sampling
from pyside.errors import RequestError
from pyside.text.chat_stream import Delta, StreamRouter
from pyside.text.chat_template import ChatFormat, Prompt
from pyside.text.tags import ONE_TOKEN, THINK_CLOSE
from pyside.text.tokenizer import Tokenizer

if TYPE_CHECKING:
    from pyside.constrained.constraint import Constraint
    from pyside.constrained.grammar import Grammar
    from pyside.constrained.vocabulary import Vocabulary

Chunk = dict[str, Any]
Tell = Callable[[Chunk], None]

PROGRESS_EVERY = 0.1  # seconds between two chunks that say how much of the prompt has been read


@dataclass(frozen=True)
class Shown:
    """What of an answer has been shown, for one that is to survive the loss of its GPU; at first that is nothing."""

    seed: int  # of an answer whose request names none
    id: str = ""  # of its chunks, once there were any
    created: int = 0
    ids: Sequence[int] = ()


class Completions:
    """Answers requests, one at a time, in order."""

    def __init__(
        self,
        engine: Engine,
        tokenizer: Tokenizer,
        chat: ChatFormat,
        generation: Generation,
        model_name: str,
        extensions: Extensions | None = None,
        sight: Sight | None = None,
    ) -> None:
        self._engine, self._tokenizer, self._chat = engine, tokenizer, chat
        self._sight = sight or Sight(None, 0, tokenizer)
        self._extensions = extensions or Extensions()
        self._generation, self._model = generation, model_name

    async def chat(
        self,
        request: Mapping[str, Any],
        tell: Tell | None = None,
        shown: Shown | None = None,
        pictures: Pictures | None = None,
    ) -> AsyncGenerator[Chunk, None]:
        """Chunks of an answer to ``messages``; leaving early stops the model.

        ``tell`` gets chunks with ``prompt_progress`` and no choice while pictures or a long prompt are being read. ``shown`` puts
        ``token_ids`` into every choice, and has the answer go on behind what was shown before. ``pictures``: what came with the
        request.
        Errors: RequestError for what the request or the template does not take, ContextError for too long a conversation.
        """
        asked = read_chat(request)
        self._sight.check(asked.pictures)
        rendered = self._chat.encode(
            asked.messages,
            tools=asked.tools or None,
            enable_thinking=asked.enable_thinking,
            continue_final_message=asked.continue_final_message,
        )
        seen = await self._sight.look(rendered, asked.pictures, pictures, asked.max_pixels)
        prompt = seen.prompt
        if seen.places:
            self._engine.check_room(len(prompt.ids))  # before anything is made of the pictures
        content, images = await seen.content()
        preset = self._generation.presets.get("thinking" if prompt.thinking else "direct", {})
        chunks = _Chunks("chatcmpl", "chat.completion.chunk", self._model, prompt.ids, asked.options, shown)
        reply = Reply(
            self._engine,
            self._tokenizer,
            content,
            self._sampling(asked.options, preset, len(prompt.ids), shown),
            stable=prompt.stable,
            images=images,
            router=StreamRouter(asked.tools, prompt.thinking, self._tokenizer.added.keys() & set(ONE_TOKEN)),
            stop=asked.options.stop,
            thinking_budget=asked.thinking_budget,
            forced_tool=asked.forced_tool,
            one_call=not asked.parallel_tool_calls,
            loop_guard=asked.loop_guard,
            constraint=self._constraint(asked.grammar, prompt),
            process=self._extensions.process(asked.options.logits_processor),
            progress=tell and chunks.progress(tell),
            encoding=tell and chunks.encoding(tell),
        )
        if shown is None or not shown.id:
            yield chunks.choice({"delta": {"role": "assistant", "content": ""}})
        calls = sum(delta.kind == "tool_call" for delta in reply.recall(shown.ids if shown else ()))
        async with aclosing(reply.steps()) as steps:
            async for step in steps:
                chunks.count(step)
                if asked.options.top_logprobs is not None:
                    entries = [self._chat_logprobs(token) for token in step.tokens]
                    chunks.logprobs({"content": entries})
                for delta in step.deltas:
                    yield chunks.choice({"delta": _chat_delta(delta, calls)})
                    calls += delta.kind == "tool_call"
        yield chunks.choice({"delta": {}}, reply)
        if asked.options.include_usage:
            yield chunks.usage(reply)

    async def text(
        self, request: Mapping[str, Any], tell: Tell | None = None, shown: Shown | None = None
    ) -> AsyncGenerator[Chunk, None]:
        """Chunks of a continuation of ``prompt``, whose control tokens count as such; leaving early stops the model.

        ``tell`` and ``shown`` are as in ``chat``.
        ``echo`` repeats the prompt first, with ``logprobs`` scored; ``max_tokens: 0`` then is all that happens.
        Errors: RequestError for what the request does not take, ContextError for too long a prompt.
        """
        asked = read_text(request)
        options = asked.options
        ids = self._tokenizer.encode(asked.prompt) if isinstance(asked.prompt, str) else list(asked.prompt)
        self._sight.check_text(ids)
        chunks = _Chunks("cmpl", "text_completion", self._model, ids, options, shown)
        offsets = _Offsets(self._tokenizer)
        reply = Reply(
            self._engine,
            self._tokenizer,
            Content(tuple(ids)),
            self._sampling(options, {}, len(ids), shown),
            stable=(len(ids),),
            stop=options.stop,
            process=self._extensions.process(options.logits_processor),
            progress=tell and chunks.progress(tell),
        )
        if shown is not None and shown.id:
            reply.recall(shown.ids)
            for id in (*(ids if asked.echo else ()), *shown.ids):
                offsets.next(id)
        elif asked.echo:
            if options.top_logprobs is not None:
                scored: list[Token | None] = [None, *await self._engine.score(ids, options.top_logprobs)]
                reply.timings = self._engine.timings
                chunks.logprobs(self._text_logprobs(ids, scored, offsets))
            yield chunks.choice({"text": self._tokenizer.decode(ids)})
        if options.max_tokens == 0:
            reply.finish_reason = "length"
        async with aclosing(reply.steps()) as steps:
            async for step in steps:
                chunks.count(step)
                if options.top_logprobs is not None:
                    chunks.logprobs(self._text_logprobs(step.ids, step.tokens, offsets))
                if text := "".join(delta.text for delta in step.deltas):
                    yield chunks.choice({"text": text})
        yield chunks.choice({"text": ""}, reply)
        if options.include_usage:
            yield chunks.usage(reply)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        from pyside.constrained.vocabulary import Vocabulary  # with the first form, as in requests.py

        return Vocabulary(self._tokenizer, self._generation.stop_ids)

    def _constraint(self, grammar: Grammar | None, prompt: Prompt) -> Constraint | None:
        if grammar is None:
            return None
        from pyside.constrained.constraint import Constraint

        opens_after = self._tokenizer.added[THINK_CLOSE] if prompt.thinking else None
        return Constraint(grammar, self._vocabulary, opens_after, prompt.begun)

    def _sampling(
        self, options: Options, preset: Mapping[str, float], prompt_tokens: int, shown: Shown | None
    ) -> Sampling:
        """The request's own settings over the model card's; at temperature 0 the card's do not apply.

        Errors: RequestError for a cut by probability among all tokens, which the kernels make among TOP_K_MAX only.
        """
        given = options.sampling
        card = {} if given.get("temperature") == 0 else preset
        values = {name: given.get(name, card.get(name, bound.neutral)) for name, bound in BOUNDS.items()}
        if given.get("top_k") == 0 and values["temperature"] and (values["top_p"] < 1 or values["min_p"] > 0):
            raise RequestError(
                f"top_k is 0, which keeps every token, with top_p {values['top_p']:g} and min_p {values['min_p']:g}, which "
                f"choose among at most {TOP_K_MAX}: give top_k 1 to {TOP_K_MAX}, leave it out, or give top_p 1 and min_p 0"
            )
        room = max(1, self._engine.context_window - prompt_tokens)
        drawn = shown.seed if shown else int.from_bytes(os.urandom(4), "little")
        return Sampling(
            max_tokens=min(room, options.max_tokens or room),
            stop_ids=tuple(self._generation.stop_ids),
            top_k=int(values.pop("top_k")),
            seed=drawn if options.seed is None else options.seed,
            top_logprobs=options.top_logprobs or 0,
            **values,
        )

    def _chat_logprobs(self, token: Token) -> dict[str, Any]:
        """One token in the shape of ``logprobs.content``."""
        return self._entry(token.id, token.logprob) | {"top_logprobs": [self._entry(*pair) for pair in token.top]}

    def _entry(self, id: int, logprob: float) -> dict[str, Any]:
        raw = self._tokenizer.token_bytes(id)
        return {"token": raw.decode("utf-8", "replace"), "logprob": logprob, "bytes": list(raw)}

    def _text_logprobs(self, ids: Sequence[int], tokens: Sequence[Token | None], offsets: _Offsets) -> dict[str, Any]:
        """Tokens in the shape of the older ``logprobs``; a prompt's first token has none."""
        return {
            "tokens": [self._name(id) for id in ids],
            "token_logprobs": [token and token.logprob for token in tokens],
            "top_logprobs": [
                token and {self._name(id): logprob for id, logprob in (*token.top, (token.id, token.logprob))}
                for token in tokens
            ],
            "text_offset": [offsets.next(id) for id in ids],
        }

    def _name(self, id: int) -> str:
        """A token's text, or its bytes when they are not whole characters."""
        raw = self._tokenizer.token_bytes(id)
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return "bytes:" + "".join(f"\\x{byte:02x}" for byte in raw)


async def collect(chunks: AsyncIterable[Chunk]) -> Chunk:
    """One answer from its chunks: ``chat.completion`` or ``text_completion``."""
    answer: Chunk = {}
    choice: dict[str, Any] = {"index": 0}
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
    async for chunk in chunks:
        answer |= {key: value for key, value in chunk.items() if key != "choices"}
        for part in chunk["choices"]:
            delta = part.pop("delta", None)
            for key, value in (delta or {}).items():
                if key in ("content", "reasoning_content"):
                    message[key] = (message.get(key) or "") + value
                elif key == "tool_calls":
                    message[key] = message.get(key, []) + [_without_index(call) for call in value]
            if delta is not None:
                choice["message"] = message
            for key, value in part.items():
                if key in ("text", "token_ids") and key in choice:
                    choice[key] += value
                elif key == "logprobs" and value and choice.get(key):
                    choice[key] = {name: choice[key][name] + value[name] for name in value}
                elif value is not None or key not in choice:
                    choice[key] = value
    if message.get("tool_calls") and not message["content"]:
        message["content"] = None
    return answer | {"object": answer["object"].removesuffix(".chunk"), "choices": [choice]}


class _Chunks:
    """Makes the chunks of one answer; ids and log-probabilities wait for the next one."""

    def __init__(
        self, prefix: str, kind: str, model: str, prompt: Sequence[int], options: Options, shown: Shown | None
    ) -> None:
        begun = shown if shown and shown.id else None
        self._base = {
            "id": begun.id if begun else f"{prefix}-{os.urandom(16).hex()}",
            "object": kind,
            "created": begun.created if begun else int(time.time()),
            "model": model,
        }
        self._with_ids = options.return_token_ids or shown is not None
        self._prompt: Sequence[int] | None = prompt if options.return_token_ids and not begun else None
        self._prompt_tokens = len(prompt)
        self._ids: list[int] = []
        self._logprobs: dict[str, list[Any]] | None = None

    def count(self, step: Step) -> None:
        """Take over a step's ids."""
        self._ids += step.ids

    def logprobs(self, entries: Mapping[str, list[Any]]) -> None:
        """Take over log-probabilities: lists of equal meaning are joined."""
        old = self._logprobs or {name: [] for name in entries}
        self._logprobs = {name: old[name] + entries[name] for name in entries}

    def progress(self, tell: Tell) -> Progress:
        """Tells at intervals how much of the prompt has been read, and not that all of it has: the first token says so."""
        last = time.perf_counter()

        def progress(processed: int, total: int) -> None:
            nonlocal last
            now = time.perf_counter()
            if processed < total and now - last >= PROGRESS_EVERY:
                last = now
                tell(self._progress(processed, total))

        return progress

    def encoding(self, tell: Tell) -> Progress:
        """Tells how many of the pictures have been read, of those that have to be."""

        def progress(processed: int, total: int) -> None:
            tell(self._progress(processed, total, phase="picture"))

        return progress

    def choice(self, content: Mapping[str, Any], ended: Reply | None = None) -> Chunk:
        """A chunk with one choice, the last one when the reply has ended."""
        reason = ended.finish_reason if ended else None
        choice = {"index": 0, **content, "logprobs": self._logprobs, "finish_reason": reason}
        if ended and ended.note:
            choice["note"] = ended.note
        if self._prompt is not None:
            choice["prompt_token_ids"] = list(self._prompt)
            self._prompt = None
        if self._with_ids:
            choice["token_ids"] = self._ids
        self._ids, self._logprobs = [], None
        return {**self._base, "choices": [choice]}

    def _progress(self, processed: int, total: int, **phase: str) -> Chunk:
        return {**self._base, "choices": [], "prompt_progress": {"processed": processed, "total": total, **phase}}

    def usage(self, reply: Reply) -> Chunk:
        """The last chunk: what the answer took, in tokens and in time."""
        timings, generated = reply.timings, len(reply.ids)
        fresh = timings.prompt_tokens - timings.cached_tokens
        usage = {
            "prompt_tokens": self._prompt_tokens,
            "completion_tokens": generated,
            "total_tokens": self._prompt_tokens + generated,
            "prompt_tokens_details": {"cached_tokens": timings.cached_tokens},
            "completion_tokens_details": {"reasoning_tokens": reply.reasoning_tokens},
            "extra": {
                "prefill_tokens_per_s": fresh / timings.prefill_s if timings.prefill_s else 0.0,
                "decode_tokens_per_s": timings.decode_tokens / timings.decode_s if timings.decode_s else 0.0,
                "time_to_first_token_s": timings.first_token_s,
                "cached_tokens": timings.cached_tokens,
                "encoded_pictures": timings.encoded_pictures,
            },
        }
        return {**self._base, "choices": [], "usage": usage}


class _Offsets:
    """Where each token's text begins in the whole text, in characters."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._stream = tokenizer.stream()
        self._length = 0

    def next(self, id: int) -> int:
        start = self._length
        self._length += len(self._stream.push(id))
        return start


def _chat_delta(delta: Delta, calls: int) -> dict[str, Any]:
    if delta.call is None:
        return {"reasoning_content" if delta.kind == "reasoning" else "content": delta.text}
    function = {"name": delta.call.name, "arguments": json.dumps(delta.call.arguments, ensure_ascii=False)}
    return {
        "tool_calls": [{"index": calls, "id": f"call_{os.urandom(12).hex()}", "type": "function", "function": function}]
    }


def _without_index(call: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in call.items() if key != "index"}
