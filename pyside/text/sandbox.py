"""jinja2's immutable sandbox for templates of strangers, which can neither leave it nor outstay their allowance.

jinja2's own sandbox keeps a template from what is not its business, and lets it run for ever. Here the compiled code pays for
each block of statements, and whatever copies, compares, joins or pads values pays for their size before it happens
(``pyside/text/allowance.py``). Nothing that a template can reach does unpaid work: methods of texts, lists and mappings are those
named below, and filters are all of jinja2's but those for HTML pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sized
from functools import wraps
from time import strftime
from types import BuiltinMethodType
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError, nodes, pass_context
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.runtime import Context, Macro, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedFormatter
from jinja2.utils import Namespace

from pyside.text.allowance import TEXT_PER_UNIT, VISIT, Allowance, ExceededError
from pyside.text.sandbox_code import CALL, PayingCode

SOURCE_MAX = 60_000  # characters of a template; published ones have under 10,000
PATH_MAX = 64  # characters of a.b.c
_FAULTS = (  # what templates raise, and what compiling one may
    TemplateError, ExceededError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError,
)  # fmt: skip

_TEXT_METHODS = frozenset({
    "capitalize", "casefold", "center", "count", "endswith", "find", "format", "index", "isalnum", "isalpha", "isascii", "isdecimal",
    "isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper", "join", "ljust", "lower",
    "lstrip", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip",
    "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper", "zfill",
})  # fmt: skip
_METHODS: tuple[tuple[type | tuple[type, ...], frozenset[str]], ...] = (
    (str, _TEXT_METHODS),
    (dict, frozenset({"copy", "get", "items", "keys", "values"})),
    ((list, tuple), frozenset({"copy", "count", "index"})),
    ((type, bytes, int, float, range), frozenset()),
)
_FOR_PAGES = ("filesizeformat", "pprint", "random", "striptags", "urlencode", "urlize", "wordwrap", "xmlattr")
# Filters that read no value whole; that hand on its items; that look at each item more than once;
# and where those that look up a.b.c in each item may have such a path.
_CONSTANT = frozenset({"abs", "attr", "count", "d", "default", "first", "last", "length", "safe"})
_BY_ITEM = frozenset(
    {"batch", "items", "list", "map", "reject", "rejectattr", "reverse", "select", "selectattr", "slice"}
)
_ORDERING = frozenset({"dictsort", "groupby", "max", "min", "sort", "sum", "unique"})
_NONE = slice(0, 0)
_PATHS = {"selectattr": slice(1, 2), "rejectattr": slice(1, 2), "join": slice(2, 3)} | dict.fromkeys(
    _ORDERING, slice(1, None)
)
_COMPARING = ("==", "eq", "equalto", "!=", "ne", ">", "gt", "greaterthan", ">=", "ge", "<", "lt", "lessthan", "<=", "le", "in",
              "lower", "upper")  # fmt: skip
_DIGITS = re.compile(r"\d{1,9}")


class RenderingError(Exception):
    """What is wrong with a template, or what it says against its input."""


class SandboxedTemplate:
    """A template, compiled.

    Errors: RenderingError for one that cannot be read.
    """

    def __init__(self, source: str) -> None:
        if len(source) > SOURCE_MAX:
            raise RenderingError(f"it has {len(source):,} characters, expected at most {SOURCE_MAX:,}")
        self._environment = Sandbox()
        try:
            self._template = self._environment.from_string(source)
        except TemplateSyntaxError as error:
            raise RenderingError(f"line {error.lineno}: {error.message}") from None
        except (RecursionError, SyntaxError, MemoryError):  # of the Python that it becomes
            raise RenderingError("its blocks or expressions stand too deep in each other") from None
        except _FAULTS as error:
            raise RenderingError(str(error)) from None

    def render(self, **variables: object) -> str:
        """The text that the template makes of the variables.

        Errors: RenderingError with the template's own sentence, or with what it did too much of.
        """
        self._environment.allowance.renew()
        try:
            return "".join(self._environment.allowance.written(self._template.generate(variables)))
        except (ExceededError, RecursionError, MemoryError) as error:
            what = (
                str(error)
                if isinstance(error, ExceededError)
                else "nests calls or values too deep, or fills the memory"
            )
            raise RenderingError(
                f"the chat template {what}: shorten the conversation, or take a template as it was published with the model"
            ) from None
        except _FAULTS as error:
            raise RenderingError(str(error)) from None


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of one template, with what templates of published checkpoints expect to find."""

    code_generator_class = PayingCode
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,  # else constant expressions are computed while the template is read
            extensions=[loopcontrols, _Generation],
        )
        self.finalize = _written
        self.allowance = Allowance(plain=(Undefined,))
        # The compiled code calls these four.
        self.kept = self.allowance.kept
        self.spend, self.weighed, self.copied = self.allowance.spend, self.allowance.weighed, self.allowance.copied
        self.binop_table |= {"+": self._sum, "*": self._product, "**": self._power, "%": self._remainder}
        self.globals |= {"raise_exception": _raise, "strftime_now": _now, "namespace": _Namespace}
        del self.globals["lipsum"]
        for name in _FOR_PAGES:
            del self.filters[name]
        self.filters["tojson"] = self._json
        self.filters |= {name: self._paid(name, run) for name, run in self.filters.items() if name not in _CONSTANT}
        self.tests |= {name: self._compared(test) for name, test in self.tests.items() if name in _COMPARING}

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401
        """A subscript, whose key may be a tuple of tuples."""
        return super().getitem(obj, self.weighed(argument) if isinstance(argument, tuple) else argument)

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ANN401
        """Whether a template may call it."""
        if not super().is_safe_callable(obj):
            return False
        if isinstance(obj, type):
            return obj in self.globals.values()
        receiver = getattr(obj, "__self__", None)
        for kinds, names in _METHODS:
            if isinstance(receiver, kinds):
                return obj.__name__ in names
        return not isinstance(obj, BuiltinMethodType)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401, N805
        """Call something of the template's; what it reads whole is paid for."""
        allowance = __self.allowance
        allowance.spend(CALL + len(args) + len(kwargs))
        receiver = getattr(__obj, "__self__", None)
        if isinstance(receiver, str) and __obj.__name__ in _TEXT_METHODS:
            __self._pay_for_text_method(receiver, __obj.__name__, args, kwargs)
            return __context.call(__obj, *args, **kwargs)
        if isinstance(receiver, dict | list | tuple):
            __self._pay_for_method(receiver, __obj.__name__, args)
        elif __obj is dict:
            args = tuple(allowance.counted(arg) if hasattr(arg, "__next__") else allowance.copied(arg) for arg in args)
        elif not isinstance(__obj, Macro):
            for value in (*args, *kwargs.values()):
                if isinstance(value, str):
                    allowance.weighed(value)
        allowance.enter()
        try:
            return super().call(__context, __obj, *args, **kwargs)
        finally:
            allowance.leave()

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:  # noqa: ANN401
        """``str.format`` with every field paid for."""
        if super().wrap_str_format(value) is None:
            return None
        text: str = value.__self__
        if value.__name__ == "format_map":
            return None  # not among the methods that may be called
        formatter = _Formatter(self)

        @wraps(value)
        def format(*args: object, **kwargs: object) -> str:
            return formatter.vformat(str(self.weighed(text)), args, kwargs)

        return format

    def _pay_for_method(self, receiver: object, name: str, args: tuple[Any, ...]) -> None:
        if name in ("copy", "items", "keys", "values"):
            self.copied(receiver)
        elif name in ("count", "index"):
            self.weighed(receiver)
        for arg in args[:1]:
            self.weighed(arg)

    def _pay_for_text_method(self, receiver: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        allowance = self.allowance
        allowance.text(len(receiver))
        for value in args:  # by keyword come only counts, a separator, and what jinja2 adds for its own use
            allowance.weighed(value)
        if name in ("center", "ljust", "rjust", "zfill"):
            allowance.padding(args[0] if args else 0)
        elif name == "replace":
            self._pay_for_replacing(receiver, *args[:2])
        elif name == "join" and args:
            self._pay_for_joining(args[0], receiver)
        elif name in ("split", "rsplit"):
            separator = args[0] if args else kwargs.get("sep")
            parts = receiver.count(separator) if isinstance(separator, str) and separator else len(receiver) // 4
            allowance.spend(VISIT * parts)
        elif name == "splitlines":
            allowance.spend(len(receiver))

    def _pay_for_replacing(self, text: str, old: object = "", new: object = "") -> None:
        if isinstance(old, str) and isinstance(new, str):
            self.allowance.text(len(new) * text.count(old))

    def _pay_for_joining(self, items: object, separator: object) -> None:
        if isinstance(separator, str) and isinstance(items, list | tuple | str | dict):
            self.allowance.text(len(separator) * len(items))

    def _paid(self, name: str, run: Callable[..., Any]) -> Callable[..., Any]:
        """A filter that pays for what it reads and makes."""
        allowance = self.allowance
        first = 1 if hasattr(run, "jinja_pass_arg") else 0  # its first argument is then jinja2's own
        by_item = name in _BY_ITEM
        check = getattr(self, f"_check_{name}", None)

        @wraps(run)
        def paid(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            own, values = args[:first], list(args[first:])
            allowance.spend(VISIT)
            if by_item:
                if values and hasattr(values[0], "__next__"):
                    values[0] = allowance.counted(values[0])
                elif values and isinstance(values[0], Sized):
                    allowance.spend(len(values[0]))
            else:
                if values and hasattr(values[0], "__next__"):
                    values[0] = list(allowance.counted(values[0]))
                for value in (*values, *kwargs.values()):
                    allowance.weighed(value)
            for path in (kwargs.get("attribute"), *values[_PATHS.get(name, _NONE)]):
                if isinstance(path, str) and len(path) > PATH_MAX:
                    raise ExceededError(f"looks up names of more than {PATH_MAX} characters")
            if name in _ORDERING:
                allowance.weighed_often(values[0], 4)
            if check:
                check(*values, **kwargs)
            made = run(*own, *values, **kwargs)
            return allowance.counted(made) if isinstance(made, Iterator) else made

        return paid

    def _compared(self, run: Any) -> Callable[..., Any]:  # noqa: ANN401
        """A test that pays for what it compares."""

        @wraps(run)
        def paid(*args: Any) -> Any:  # noqa: ANN401
            self.spend(VISIT)
            return run(*map(self.weighed, args))

        return paid

    # What filters make beyond what they read, by the filter's name.

    def _check_batch(self, value: object, linecount: object, fill_with: object = None) -> None:
        self.allowance.padding(linecount)

    def _check_center(self, value: object, width: object = 80) -> None:
        self.allowance.padding(width)

    def _check_format(self, value: object, *args: object, **kwargs: object) -> None:
        self._pay_for_formatting(str(value), kwargs or args)

    def _check_indent(self, s: object, width: object = 4, first: bool = False, blank: bool = False) -> None:
        self.allowance.padding(width)
        self.allowance.text((len(width) if isinstance(width, str) else int(width)) * (str(s).count("\n") + 1))  # type: ignore[call-overload]

    def _check_int(self, value: object, default: object = 0, base: object = 10) -> None:
        if isinstance(value, str):
            self.allowance.whole_number(4 * len(value))

    def _check_join(self, value: object, d: object = "", attribute: object = None) -> None:
        self._pay_for_joining(value, d)

    def _check_replace(self, s: object, old: object, new: object, count: object = None) -> None:
        self._pay_for_replacing(str(s), old, new)

    def _check_round(self, value: object, precision: object = 0, method: object = "common") -> None:
        if isinstance(precision, int):
            self.allowance.whole_number(4 * abs(precision))

    def _check_sum(self, iterable: object, attribute: object = None, start: object = 0) -> None:
        if not isinstance(start, int | float):
            raise TypeError("sum adds numbers only")

    def _check_tojson(
        self, value: object, *args: object, indent: object = None, separators: object = (), **kwargs: object
    ) -> None:
        if indent is not None and indent not in range(17) and indent not in ("\t", " ", "  ", "    "):
            raise ExceededError("indents JSON by more than 16 spaces")
        if sum(map(len, separators or ())) > 16:  # type: ignore[call-overload]
            raise ExceededError("separates JSON by more than 16 characters")

    @staticmethod
    def _json(
        value: object,
        ensure_ascii: bool = False,
        indent: int | None = None,
        separators: tuple[str, str] | None = None,
        sort_keys: bool = False,
    ) -> str:
        """As the reference has it: jinja2's own filter escapes < and & for HTML."""
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    # Operators.

    def _sum(self, left: Any, right: Any) -> Any:  # noqa: ANN401
        if type(left) is str and type(right) is str:
            self.spend(1 + (len(left) + len(right)) // TEXT_PER_UNIT)
            return left + right
        return self.copied(left) + self.copied(right)

    def _product(self, left: Any, right: Any) -> Any:  # noqa: ANN401
        for value, times in ((left, right), (right, left)):
            if isinstance(times, int):
                if isinstance(value, int):
                    self.allowance.whole_number(value.bit_length() + times.bit_length())
                elif isinstance(value, str):
                    self.allowance.text(len(value) * max(times, 0))
                elif isinstance(value, list | tuple):
                    self.spend(len(value) * max(times, 0))
        return left * right

    def _power(self, left: Any, right: Any) -> Any:  # noqa: ANN401
        if isinstance(left, int) and isinstance(right, int):
            self.allowance.whole_number(left.bit_length() * abs(right))
        return left**right

    def _remainder(self, left: Any, right: Any) -> Any:  # noqa: ANN401
        if isinstance(left, str):
            self._pay_for_formatting(left, right)
        return left % right

    def _pay_for_formatting(self, text: str, values: object) -> None:
        widths = [int(digits) for digits in _DIGITS.findall(self.weighed(text))]
        if "*" in text and isinstance(values, tuple):
            widths += [abs(value) for value in values if isinstance(value, int)]
        if fields := text.count("%"):  # each may be the widest, and take the largest of the values
            self.allowance.weighed_often(values, fields)
            self.allowance.padding(max(widths, default=0))
            self.allowance.text(max(widths, default=0) * fields)


class _Formatter(SandboxedFormatter):
    _env: Sandbox

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401
        """One field's text."""
        for width in _DIGITS.findall(format_spec):
            self._env.allowance.padding(int(width))
        self._env.weighed(value)
        return self._env.weighed(str(super().format_field(value, format_spec)))


class _Namespace(Namespace):
    """One whose text does not grow with what it holds, which may be namespaces that hold namespaces."""

    def __repr__(self) -> str:
        return "<Namespace>"


class _Generation(Extension):
    """``{% generation %}...{% endgeneration %}`` marks a reply for training; here it only renders its body."""

    tags = {"generation"}  # noqa: RUF012  # jinja2 declares it so

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """The statements between the two."""
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


@pass_context  # so that jinja2 leaves the text of constants to the rendering
def _written(context: Context, value: Any) -> Any:  # noqa: ANN401
    """What ``{{ value }}`` writes."""
    environment = context.environment
    assert isinstance(environment, Sandbox)
    return environment.weighed(value)


def _raise(message: object = "") -> None:
    raise TemplateError(str(message))


def _now(format: str) -> str:
    if len(format) > 100:
        raise ExceededError("formats the date by more than 100 characters")
    return strftime(format)
