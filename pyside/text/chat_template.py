"""The checkpoint's own chat template, and how its text becomes ids.

``ChatTemplate`` renders byte for byte what the reference renders. ``ChatFormat`` renders the same text to ids, but so that
only the template's own markup becomes control ids: a control token inside a message, a tool or a tool's result stays text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from pyside.errors import BundleError, RequestError
from pyside.foreign import shown
from pyside.text.sandbox import RenderingError, SandboxedTemplate
from pyside.text.tags import THINK_CLOSE, THINK_OPEN
from pyside.text.tokenizer import Tokenizer

Messages = Sequence[Mapping[str, Any]]
Tools = Sequence[Mapping[str, Any]]

# Characters that mean nothing in any text; two that a conversation does not contain mark its control tokens as text.
_NONCHARACTERS = (range(0xFDD0, 0xFDF0), range(0xF0000, 0xFFFFE), range(0x100000, 0x10FFFE))


@dataclass(frozen=True)
class Prompt:
    """A conversation ready for the engine."""

    ids: tuple[int, ...]
    stable: tuple[int, ...]  # lengths of the prefixes of ids that later turns of the conversation share
    thinking: bool  # the reply starts inside a thought
    text: str  # what the template rendered
    begun: str = ""  # how the answer, thought aside, already begins at the prompt's end


class ChatTemplate:
    """A chat template in a sandbox, with what templates of published checkpoints expect to find.

    Errors: BundleError for a template that cannot be read.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        try:
            self._template = SandboxedTemplate(source)
        except RenderingError as fault:
            raise BundleError(
                f"the chat template cannot be read ({shown(str(fault))}): "
                "build the bundle again from a checkpoint whose template is whole"
            ) from None

    def render(
        self, messages: Messages, *, tools: Tools | None = None, add_generation_prompt: bool = True, **variables: object
    ) -> str:
        """The conversation as text.

        Errors: RequestError with the template's own sentence when it refuses the messages, and when it outstays its allowance.
        """
        try:
            return self._template.render(
                messages=messages, tools=tools, add_generation_prompt=add_generation_prompt, **variables
            )
        except RenderingError as fault:
            raise RequestError(shown(str(fault))) from None


class ChatFormat:
    """Renders conversations to ids with one template and one tokenizer."""

    def __init__(self, template: ChatTemplate, tokenizer: Tokenizer) -> None:
        self.template = template
        self.tokenizer = tokenizer
        self._tokens = "|".join(map(re.escape, tokenizer.control_tokens)) or r"(?!)"

    def encode(
        self,
        messages: Messages,
        *,
        tools: Tools | None = None,
        enable_thinking: bool | None = None,
        add_generation_prompt: bool = True,
        continue_final_message: bool = False,
        **variables: object,
    ) -> Prompt:
        """A prompt that ends where the reply begins; thinking as the template likes it when ``enable_thinking`` is None.

        With ``continue_final_message`` the last message is how the reply begins, thought included; it goes on from there.
        Errors: RequestError with the template's own sentence when it refuses the messages.
        """
        if not continue_final_message:
            return self._encode(messages, tools, enable_thinking, add_generation_prompt, variables)
        *before, last = messages
        thought, begun = last.get("reasoning_content") or "", _text_of(last)
        if thought or begun:
            enable_thinking = bool(thought)
        return self._begun(self._encode(before, tools, enable_thinking, True, variables), thought, begun)

    def _encode(
        self,
        messages: Messages,
        tools: Tools | None,
        enable_thinking: bool | None,
        add_generation_prompt: bool,
        variables: dict[str, object],
    ) -> Prompt:
        if enable_thinking is not None:
            variables["enable_thinking"] = enable_thinking
        marks = _Marks.absent_from(
            self.template.source + json.dumps([messages, tools], ensure_ascii=False, default=str)
        )
        guard = _Guard(self._tokens, self.tokenizer.control_tokens, marks)
        messages, tools = [guard.message(message) for message in messages], tools and guard.value(tools)
        base = self.template.render(messages, tools=tools, add_generation_prompt=False, **variables)
        ids = self._ids(base, marks)
        if not add_generation_prompt:
            return Prompt(tuple(ids), (), False, marks.removed(base))
        full = self.template.render(messages, tools=tools, add_generation_prompt=True, **variables)
        opening = full.removeprefix(base)
        thinking = opening.rstrip().endswith(THINK_OPEN)
        if len(opening) == len(full) or not re.match(self._tokens, opening):  # no boundary between tokens there
            return Prompt(tuple(self._ids(full, marks)), (), thinking, marks.removed(full))
        reply, stable = self._ids(opening, marks), {len(ids)}
        if (tools or any(message.get("role") == "system" for message in messages[:1])) and reply[0] in ids[1:]:
            stable.add(ids.index(reply[0], 1))  # other conversations share the system's turn
        return Prompt((*ids, *reply), tuple(sorted(stable)), thinking, marks.removed(full))

    def _begun(self, prompt: Prompt, thought: str, content: str) -> Prompt:
        """The prompt with the beginning of the reply, as text: a thought, closed when content follows it."""
        close = f"\n{THINK_CLOSE}\n\n" if prompt.thinking and content else ""
        encode = self.tokenizer.encode
        ids = (*prompt.ids, *encode(thought, control=False), *encode(close), *encode(content, control=False))
        thinking = prompt.thinking and not content
        return Prompt(ids, prompt.stable, thinking, prompt.text + thought + close + content, content)

    def _ids(self, rendered: str, marks: _Marks) -> list[int]:
        """Ids of a rendered text: tokens beside a mark are text, all others are control ids."""
        ids: list[int] = []
        start = 0
        for match in re.finditer(f"({marks.before}?)({self._tokens})({marks.after}?)", rendered):
            if not (match[1] or match[3]):
                ids += self.tokenizer.encode(marks.removed(rendered[start : match.start()]), control=False)
                ids.append(self.tokenizer.added[match[2]])
                start = match.end()
        return ids + self.tokenizer.encode(marks.removed(rendered[start:]), control=False)


@dataclass(frozen=True)
class _Marks:
    before: str  # the token that follows is text
    after: str  # the token that precedes is text; inside a token: it is none

    @classmethod
    def absent_from(cls, text: str) -> _Marks:
        present = frozenset(text)
        found = list(islice((char for char in map(chr, chain(*_NONCHARACTERS)) if char not in present), 2))
        if len(found) < 2:
            raise RequestError(
                f"the messages hold every one of the {sum(map(len, _NONCHARACTERS)):,} characters that mean nothing in any text, "
                "expected two that they do not hold: take some out"
            )
        return cls(*found)

    def removed(self, text: str) -> str:
        return text.replace(self.before, "").replace(self.after, "")


class _Guard:
    """Marks the control tokens in what people, tools and earlier replies said, so that templates still see them.

    A template may ask whether a text starts with one token and ends with another: a mark never stands in the way of that.
    """

    def __init__(self, tokens: str, names: Sequence[str], marks: _Marks) -> None:
        self._pattern = re.compile(tokens)
        self._marks = marks
        self._beginnings = frozenset(name[:size] for name in names for size in range(1, len(name)))
        self._longest = max(map(len, self._beginnings), default=0)

    def message(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """A message whose control tokens are marked; arguments of calls in OpenAI's form, JSON text, become mappings."""
        if calls := message.get("tool_calls"):
            message = {**message, "tool_calls": [_with_arguments(call) for call in calls]}
        content, role = message.get("content"), message.get("role")
        if role == "assistant" and isinstance(content, str) and not isinstance(message.get("reasoning_content"), str):
            # The template takes such a reply apart at the end of its thought: those tokens are its own markup.
            head, close, tail = content.rpartition(THINK_CLOSE)
            guarded = self.text(head, (THINK_OPEN, THINK_CLOSE)) + close + self.text(tail)
            return {key: guarded if key == "content" else self.value(value) for key, value in message.items()}
        return {key: self.value(value) for key, value in message.items()}

    def value(self, value: Any) -> Any:  # noqa: ANN401  # JSON in, JSON out
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.value(item) for key, item in value.items()}
        return [self.value(item) for item in value] if isinstance(value, list | tuple) else value

    def text(self, text: str, keep: tuple[str, ...] = ()) -> str:
        first = len(text) - len(text.lstrip())

        def mark(match: re.Match[str]) -> str:
            if match[0] in keep:
                return match[0]
            return match[0] + self._marks.after if match.start() == first else self._marks.before + match[0]

        return self._split_beginning(self._pattern.sub(mark, text))

    def _split_beginning(self, text: str) -> str:
        """Break a beginning of a token at the text's end, which what follows could complete."""
        end = len(text.rstrip())
        for start in range(max(0, end - self._longest), end):
            if text[start:end] in self._beginnings:
                return text[: start + 1] + self._marks.after + text[start + 1 :]
        return text


def _text_of(message: Mapping[str, Any]) -> str:
    """A message's content, whichever of its forms it has."""
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def _with_arguments(call: Mapping[str, Any]) -> Mapping[str, Any]:
    """A tool call whose arguments are a mapping, which is what templates go through."""
    if "function" in call:
        return {**call, "function": _with_arguments(call["function"])}
    if not isinstance(text := call.get("arguments"), str):
        return call
    try:
        arguments = json.loads(text or "{}")
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        raise RequestError(
            f"tool call {call.get('name')!r} has arguments {text[:80]!r}, expected a JSON object: "
            "send back the arguments as the model's reply had them"
        )
    return {**call, "arguments": arguments}
