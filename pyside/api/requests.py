"""Requests in OpenAI's shape, read into frozen data: every problem of a request in one error."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pyside.api.parts import PIXELS, Part, are_parts, parts_of
from pyside.api.values import is_flag, is_whole, short, within
from pyside.engine import sampling
from pyside.engine.sampling import TOP_LOGPROBS, Bound
from pyside.errors import RequestError

if TYPE_CHECKING:
    from pyside.constrained.grammar import Grammar

TEMPERATURE_MAX = 2.0  # OpenAI's; the kernels take more
BOUNDS: Mapping[str, Bound] = {  # of the sampling fields
    **sampling.BOUNDS,
    "temperature": replace(sampling.BOUNDS["temperature"], most=TEMPERATURE_MAX),
}
STOPS_MAX = 16  # stop strings
GRAMMARS = 4  # kept for the next request of the same form
TYPING = ("type", "enum", "properties", "anyOf", "oneOf", "allOf")  # what an argument's type is read from
ROLES = ("system", "developer", "user", "assistant", "tool")
ANY_TOOL = ""  # the model chooses which of the tools it must call
_MESSAGES = "a list of at least one message with a role"
_TOOLS = "a list of {type: 'function', function: {name, parameters}}"


@dataclass(frozen=True)
class Options:
    """What chats and plain texts share."""

    stream: bool
    include_usage: bool
    max_tokens: int | None  # None: as many as the context window holds
    sampling: Mapping[str, float]  # only what the request states
    seed: int | None  # None: another one each time
    stop: tuple[str, ...]
    top_logprobs: int | None  # None: no log-probabilities at all
    return_token_ids: bool
    logits_processor: str | None  # its name


@dataclass(frozen=True)
class ChatRequest:
    """What ``chat.completions.create`` was asked for."""

    options: Options
    messages: Sequence[Mapping[str, Any]]
    pictures: Sequence[Part]  # of the messages, in order, videos among them
    max_pixels: int | None  # of a picture whose part does not say
    tools: Sequence[Mapping[str, Any]]
    forced_tool: str | None  # the tool that must be called, or ANY_TOOL; None: as the model likes
    parallel_tool_calls: bool
    enable_thinking: bool | None  # None: as the template likes
    thinking_budget: int | None  # tokens
    continue_final_message: bool  # the last message is the beginning of the reply
    loop_guard: bool
    grammar: Grammar | None  # what the answer must keep to


@dataclass(frozen=True)
class TextRequest:
    """What ``completions.create`` was asked for."""

    options: Options
    prompt: str | Sequence[int]
    echo: bool


@dataclass(frozen=True)
class TemplateRequest:
    """What ``applyChatTemplate`` was asked for; fields as in ChatRequest."""

    messages: Sequence[Mapping[str, Any]]
    pictures: Sequence[Part]
    max_pixels: int | None
    tools: Sequence[Mapping[str, Any]] | None
    enable_thinking: bool | None


def read_chat(request: Mapping[str, Any]) -> ChatRequest:
    """Read a chat request.

    Errors: RequestError naming everything that is unknown or not as expected.
    """
    fields = _Fields(request)
    messages = fields.needed("messages", _MESSAGES, _messages, [])
    tools = fields.take("tools", _TOOLS, _tools, [])
    if tools:
        from pyside.constrained.schema.document import check_form
    for tool in tools:
        check_form(tool["function"].get("parameters", {}), f"tool {tool['function']['name']}", TYPING)
    choice = fields.take(
        "tool_choice", "auto, none, required or {type: 'function', function: {name}}", _tool_choice, "auto"
    )
    if isinstance(choice, Mapping):
        choice = choice["function"]["name"]
        if choice not in [tool["function"]["name"] for tool in tools]:
            fields.problems.append(f"tool_choice names {choice!r}, expected one of the tools")
    elif choice == "required" and not tools:
        fields.problems.append("tool_choice is 'required', expected tools with it")
    forced = {"auto": None, "none": None, "required": ANY_TOOL}.get(choice, choice)
    form = fields.take(
        "response_format",
        "{type: 'text'}, {type: 'json_object'}, {type: 'json_schema', json_schema: {schema}} or {type: 'regex', regex}",
        _response_format,
        {"type": "text"},
    )
    if form["type"] != "text" and tools and choice != "none":
        fields.problems.append(
            f"response_format is {form['type']}, expected no tools with it: a call is no such answer"
        )
    limits = [
        fields.take(name, "a whole number from 1", lambda value: is_whole(value, 1))
        for name in ("max_completion_tokens", "max_tokens")
    ]
    continued = fields.flag("continue_final_message", False)
    last = messages[-1] if messages else {}
    if continued and messages and (last["role"] != "assistant" or last.get("tool_calls") or parts_of([last])):
        fields.problems.append("continue_final_message is true, expected the assistant's text as the last message")
    wanted = fields.flag("logprobs", False)
    top = fields.number("top_logprobs", TOP_LOGPROBS)
    if top is not None and not wanted:
        fields.problems.append(f"top_logprobs is {top}, expected logprobs: true with it")
    parsed = ChatRequest(
        options=_options(fields, limits[0] or limits[1], (top or 0) if wanted else None),
        messages=[_as_system(message) for message in messages],
        pictures=parts_of(messages),
        max_pixels=fields.number("max_pixels", PIXELS),
        tools=[] if choice == "none" else tools,
        forced_tool=forced,
        parallel_tool_calls=fields.flag("parallel_tool_calls", True),
        enable_thinking=fields.take("enable_thinking", "true or false", is_flag),
        thinking_budget=fields.take("thinking_budget", "a whole number of tokens", lambda value: is_whole(value, 0)),
        continue_final_message=continued,
        loop_guard=fields.flag("loop_guard", True),
        grammar=_form(form),
    )
    fields.done()
    return parsed


def read_text(request: Mapping[str, Any]) -> TextRequest:
    """Read a request for a plain continuation.

    Errors: RequestError naming everything that is unknown or not as expected.
    """
    fields = _Fields(request)
    prompt = fields.needed("prompt", "a text, or a list of token ids", _prompt, "")
    if isinstance(prompt, list) and prompt and isinstance(prompt[0], str | list):
        prompt = prompt[0]
    limit = fields.take("max_tokens", "a whole number from 0", lambda value: is_whole(value, 0), 16)
    top = fields.number("logprobs", TOP_LOGPROBS)
    parsed = TextRequest(_options(fields, limit, top), prompt, fields.flag("echo", False))
    fields.done()
    return parsed


def read_template(request: Mapping[str, Any]) -> TemplateRequest:
    """Read a request for the prompt that the chat template makes.

    Errors: RequestError naming everything that is unknown or not as expected.
    """
    fields = _Fields(request)
    messages = fields.needed("messages", _MESSAGES, _messages, [])
    parsed = TemplateRequest(
        messages=[_as_system(message) for message in messages],
        pictures=parts_of(messages),
        max_pixels=fields.number("max_pixels", PIXELS),
        tools=fields.take("tools", _TOOLS, _tools),
        enable_thinking=fields.take("enable_thinking", "true or false", is_flag),
    )
    fields.done()
    return parsed


def read_tokenize(request: Mapping[str, Any]) -> str:
    """The text that is to become ids.

    Errors: RequestError when it is none.
    """
    fields = _Fields(request)
    text: str = fields.needed("text", "a text", lambda value: isinstance(value, str), "")
    fields.done()
    return text


def read_detokenize(request: Mapping[str, Any]) -> Sequence[int]:
    """The ids that are to become a text.

    Errors: RequestError when they are none.
    """
    fields = _Fields(request)
    ids: Sequence[int] = fields.needed(
        "ids", "a list of token ids", lambda value: isinstance(value, list) and all(is_whole(id, 0) for id in value), []
    )
    fields.done()
    return ids


class _Fields:
    """Takes fields out of a request and remembers what was wrong; null counts as absent."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        extra = request.get("extra_body") or {}
        self.problems: list[str] = []
        if not isinstance(extra, Mapping):
            self.problems.append(f"extra_body is {short(extra)}, expected an object")
            extra = {}
        if twice := sorted(set(extra) & set(request)):
            self.problems.append(f"{', '.join(twice)} stands beside and inside extra_body, expected once")
        self._left = {key: value for key, value in {**request, **extra}.items() if value is not None}
        self._left.pop("extra_body", None)

    def take(self, name: str, expected: str, fits: Callable[[Any], bool], default: Any = None) -> Any:  # noqa: ANN401
        value = self._left.pop(name, None)
        if value is None:
            return default
        if fits(value):
            return value
        self.problems.append(f"{name} is {short(value)}, expected {expected}")
        return default

    def needed(self, name: str, expected: str, fits: Callable[[Any], bool], default: Any) -> Any:  # noqa: ANN401
        if name not in self._left:
            self.problems.append(f"{name} is missing, expected {expected}")
        return self.take(name, expected, fits, default)

    def number(self, name: str, bound: Bound) -> Any:  # noqa: ANN401
        value = self.take(name, f"a {'whole number' if bound.whole else 'number'} {bound}", within(bound))
        return value if value is None or bound.whole else float(value)

    def flag(self, name: str, default: bool) -> bool:
        return bool(self.take(name, "true or false", is_flag, default))

    def done(self) -> None:
        """Raise what was found, unknown fields included."""
        if self._left:
            self.problems.append(f"unknown {', '.join(sorted(self._left))}: leave it out")
        if self.problems:
            raise RequestError("; ".join(self.problems))


def _options(fields: _Fields, max_tokens: int | None, top_logprobs: int | None) -> Options:
    stated = {name: fields.number(name, bound) for name, bound in BOUNDS.items()}
    stop = fields.take("stop", f"a text or a list of up to {STOPS_MAX}, none of them empty", _stop, [])
    stream_options = fields.take("stream_options", "{include_usage: true or false}", _stream_options, {})
    fields.take("n", "1: ask again for another answer", lambda value: is_whole(value, 1, 1))
    for name in ("model", "user"):  # OpenAI's clients send them; there is one model and one user
        fields.take(name, "a text", lambda value: isinstance(value, str))
    return Options(
        stream=fields.flag("stream", False),
        include_usage=stream_options.get("include_usage", True),
        max_tokens=max_tokens,
        sampling={name: value for name, value in stated.items() if value is not None},
        seed=fields.take("seed", "a whole number", is_whole),
        stop=(stop,) if isinstance(stop, str) else tuple(stop),
        top_logprobs=top_logprobs,
        return_token_ids=fields.flag("return_token_ids", False),
        logits_processor=fields.take("logits_processor", "a name", lambda value: isinstance(value, str)),
    )


def _as_system(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """OpenAI's developer messages are what templates call system."""
    return {**message, "role": "system"} if message["role"] == "developer" else message


def _messages(value: object) -> bool:
    """Whether it is a conversation; what role follows what is the template's to judge, and where a picture may stand."""
    if not isinstance(value, list) or not value:
        return False
    for message in value:
        if not isinstance(message, Mapping) or not isinstance(message.get("role"), str):
            return False
        if message["role"] not in ROLES:
            raise RequestError(f"a message has role {short(message['role'])}, expected {', '.join(ROLES)}")
        content, calls = message.get("content"), message.get("tool_calls")
        others = [message.get(name) for name in ("reasoning_content", "tool_call_id", "name")]
        if not all(other is None or isinstance(other, str) for other in others):
            return False
        if isinstance(content, list):
            if not are_parts(content):
                return False
        elif content is not None and not isinstance(content, str):
            return False
        if calls is not None and not (isinstance(calls, list) and all(map(_is_call, calls))):
            return False
    return True


def _is_call(value: object) -> bool:
    """Whether it is a call as a reply has it, or its function alone; what is in it is the template's to judge."""
    return isinstance(value, Mapping) and isinstance(value.get("function", value), Mapping)


def _tools(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(tool, Mapping)
        and tool.get("type") == "function"
        and isinstance(tool.get("function"), Mapping)
        and isinstance(tool["function"].get("name"), str)
        and isinstance(tool["function"].get("parameters", {}), Mapping)
        for tool in value
    )


def _tool_choice(value: object) -> bool:
    if isinstance(value, Mapping):
        function = value.get("function")
        return (
            value.get("type") == "function" and isinstance(function, Mapping) and isinstance(function.get("name"), str)
        )
    return value in ("auto", "none", "required")


def _response_format(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    schema = value.get("json_schema")
    if value.get("type") == "json_schema":
        return isinstance(schema, Mapping) and "schema" in schema
    if value.get("type") == "regex":
        texts = [value.get("regex"), value.get("flags", "")]
        return all(isinstance(text, str) for text in texts) and set(value) <= {"type", "regex", "flags"}
    return value in ({"type": "text"}, {"type": "json_object"})


def _form(value: Mapping[str, Any]) -> Grammar | None:
    """The grammar of a form; what reads forms is imported with the first, because a page starts sooner without."""
    if value == {"type": "text"}:
        return None
    from pyside.constrained.schema.document import refuse_unwieldy

    refuse_unwieldy(value, "response_format")
    return _grammar(json.dumps(value))


@lru_cache(GRAMMARS)
def _grammar(json_text: str) -> Grammar | None:
    """The grammar of a form, the same one for equal forms: what was found out about it is found once."""
    from pyside.constrained.json_schema import any_object, grammar_of
    from pyside.constrained.regex import grammar_of_regex

    form = json.loads(json_text)
    if form["type"] == "json_schema":
        return grammar_of(form["json_schema"]["schema"])
    if form["type"] == "regex":
        return grammar_of_regex(form["regex"], form.get("flags", ""))
    return any_object()


def _prompt(value: object) -> bool:
    """A text or ids, or a list of one of them, as OpenAI's clients may send it."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str | list):
        value = value[0]
    return isinstance(value, str) or (isinstance(value, list) and all(is_whole(id, 0) for id in value))


def _stop(value: object) -> bool:
    texts = [value] if isinstance(value, str) else value
    return isinstance(texts, list) and len(texts) <= STOPS_MAX and all(isinstance(text, str) and text for text in texts)


def _stream_options(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) <= {"include_usage"} and all(map(is_flag, value.values()))
