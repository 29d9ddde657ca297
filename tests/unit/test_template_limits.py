"""Templates that would run for ever, or fill the memory, end at once with one sentence; so do requests that say too much."""

from __future__ import annotations

from time import process_time

import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pyside.desk.published import thinks
from pyside.errors import ConfigError, DeltapageError, RequestError
from pyside.text.allowance import UNITS
from pyside.text.chat_template import ChatTemplate
from tests.support.texts.samples import TINY

DOUBLED = "{% set ns = namespace(a=START) %}{% for _ in range(60) %}{% set ns.a = STEP %}{% endfor %}"


def doubled(start: str, step: str, then: str = "") -> str:
    return DOUBLED.replace("START", start).replace("STEP", step) + then


NESTED = doubled("[1]", "[ns.a, ns.a]").replace("60", "50")
OTHER = "{% set os = namespace(a=[1]) %}{% for _ in range(50) %}{% set os.a = [os.a, os.a] %}{% endfor %}"
LOOP = "{% for _ in range(100000) %}"
BOMBS = {
    "loops in loops": LOOP * 4 + "{% endfor %}" * 4,
    "loops in loops that write": LOOP * 3 + "x" + "{% endfor %}" * 3,
    "a filtered loop": LOOP + "{% for i in range(100000) if false %}{% endfor %}{% endfor %}",
    "many loops in one filter": "{{ range(100000) | map('string') | map('length') | list | length }}" * 200,
    "a loop over products": "{% for i in [0] * 10**8 %}{% endfor %}",
    "a range": "{% for i in range(10**9) %}{% endfor %}",
    "the range of no end": "{{ range(10**9) | list }}",
    "a repeated text": "{{ 'x' * 10**9 }}",
    "a text repeated from the right": "{{ 10**9 * 'x' }}",
    "a repeated list": "{{ ([0] * 10**9) | length }}",
    "a doubled text": doubled("'ab'", "ns.a ~ ns.a"),
    "a doubled sum": doubled("'ab'", "ns.a + ns.a"),
    "a doubled list": doubled("[1]", "ns.a + ns.a"),
    "a doubled format": doubled("'ab'", "'%s%s' % (ns.a, ns.a)"),
    "a doubled format filter": doubled("'ab'", "'%s%s' | format(ns.a, ns.a)"),
    "a doubled str.format": doubled("'ab'", "'{0}{0}'.format(ns.a)"),
    "a doubled join": doubled("'ab'", "[ns.a, ns.a] | join"),
    "a doubled separator": doubled("'ab'", "ns.a.join([ns.a, ns.a])"),
    "a doubled replacement": doubled("'ab'", "ns.a | replace('a', 'aa') | replace('b', 'bb')"),
    "a replacement by replaced": "{% set s = 'a' * 100000 %}{{ s.replace('a', s) }}",
    "a replacement of nothing": "{% set s = 'a' * 100000 %}{{ s | replace('', s) }}",
    "a joined text": "{% set s = 'a' * 100000 %}{{ s | join(s) }}",
    "a block set again": doubled("''", "ns.a") + "{% set s %}" + "x" * 1000 + "{% endset %}" + "{% set s %}{{ s }}{{ s }}{% endset %}" * 40,
    "a number's power": "{{ 10 ** (10 ** 9) }}",
    "a number squared": doubled("7", "ns.a * ns.a"),
    "a rounding": "{{ 1.5 | round(10**9, 'floor') }}",
    "padding": "{{ 'x' | center(10**9) }}",
    "padding by a method": "{{ 'x'.ljust(10**9) }}{{ '1'.zfill(10**9) }}",
    "padding by %": "{{ '%1000000000d' % 1 }}",
    "padding by %*": "{{ '%*d' % (10**9, 1) }}",
    "padding by a format": "{{ '{:1000000000}'.format(1) }}",
    "padding by a format in a format": "{{ '{:{w}}'.format(1, w=10**9) }}",
    "indentation": "{{ ('a\n' * 1000) | indent(10**9) }}",
    "indentation by a text": "{{ ('a\n' * 100000) | indent('x' * 100000) }}",
    "indented JSON": "{{ [[1]] | tojson(indent=10**9) }}",
    "JSON far apart": "{{ range(100000) | list | tojson(separators=('x' * 100000, ':')) }}",
    "batches": "{{ [1] | batch(10**9, 0) | list }}",
    "slices": "{{ [1] | slice(10**9) | list | length }}",
    "a sum of lists": "{{ ([[1] * 1000] * 10000) | sum(start=[]) | length }}",
    "sorted without end": LOOP + "{{ range(100000) | sort | length }}{% endfor %}",
    "copies by slices": "{% set s = 'a' * 1000000 %}" + LOOP + "{% set t = s[1:] %}{% endfor %}",
    "copies by methods": "{% set s = 'a' * 1000000 %}" + LOOP + "{% set t = s.upper() %}{% endfor %}",
    "copies by filters": "{% set s = 'a' * 1000000 %}" + LOOP + "{% set t = s | upper %}{% endfor %}",
    "searches": "{% set s = 'a' * 1000000 %}" + LOOP + "{% set t = 'b' in s %}{% endfor %}",
    "searches by a test": "{% set s = 'a' * 1000000 %}" + LOOP + "{% set t = 'b' is in s %}{% endfor %}",
    "split again and again": "{% set s = 'a,' * 100000 %}" + LOOP + "{% set t = s.split(',') %}{% endfor %}",
    "a large list written": "{% set s = ['a' * 1000] * 100000 %}{{ s }}",
    "nested and written": NESTED + "{{ ns.a }}",
    "nested and joined": NESTED + "{{ ns.a ~ '' }}",
    "nested and made JSON": NESTED + "{{ ns.a | tojson }}",
    "nested and compared": NESTED + OTHER + "{{ ns.a == os.a }}",
    "nested and compared by a test": NESTED + OTHER + "{{ ns.a is eq os.a }}{{ [ns.a] | select('eq', os.a) | list | length }}",
    "nested and searched": NESTED + OTHER + "{{ ns.a in [os.a] }}",
    "nested and searched by a method": NESTED + OTHER + "{{ [ns.a].index(os.a) }}",
    "nested and hashed": doubled("(1,)", "(ns.a, ns.a)", "{{ {ns.a: 1} | length }}"),
    "nested and looked up": doubled("(1,)", "(ns.a, ns.a)", "{{ {1: 1}[ns.a] }}"),
    "nested and got": doubled("(1,)", "(ns.a, ns.a)", "{{ {1: 1}.get(ns.a) }}"),
    "nested namespaces": doubled("1", "namespace(x=ns.a, y=ns.a)", "{{ ns.a.missing ~ ns.a }}") + "{{ 10 ** (10 ** 9) }}",
    "nested deep": "{% set ns = namespace(a=1) %}" + LOOP + "{% set ns.a = [ns.a] %}{% endfor %}{{ ns.a | tojson }}",
    "nested deep and written": "{% set ns = namespace(a=1) %}" + LOOP + "{% set ns.a = {1: ns.a} %}{% endfor %}{{ ns.a }}",
    "nested in tuples and views": "{% set ns = namespace(a=1) %}" + LOOP + "{% set ns.a = ({1: ns.a}.items(), 1) %}{% endfor %}",
    "loops kept in loops": "{% set ns = namespace(a=1) %}" + LOOP + "{% for j in [ns.a] %}{% set ns.a = loop %}{% endfor %}{% endfor %}",
    "generators in generators": "{% set ns = namespace(a=[1]) %}" + LOOP + "{% set ns.a = ns.a | map('string') %}{% endfor %}",
    "namespaces in namespaces": "{% set ns = namespace(a=1) %}" + LOOP + "{% set ns.a = namespace(b=ns.a) %}{% endfor %}",
    "nested by many statements": "{% set a = [1] %}" + "{% set a = [a] %}" * 3000,
    "padding of what is safe": "{{ ('x' | safe).center(10**9) }}",
    "what is safe, replaced": "{% set s = ('a' * 100000) | safe %}{{ s.replace('a', s) }}",
    "many paddings": "{{ '%(a)9999d' * 50000 % {'a': 1} }}",
    "padding by a key": "{{ '%((a))1000000000d' % {'(a)': 1} }}",
    "a path of many names": "{{ range(100000) | map(attribute='real' ~ '.real' * 20000) | list }}",
    "a path of many names to join": "{{ range(100000) | join('', attribute='real' ~ '.real' * 20000) }}",
    "a path of many names to sort": "{{ range(100000) | list | sort(attribute='real' ~ '.real' * 20000) }}",
    "numbers out of texts": "{% set n = ('f' * 1000000) | int(base=16) %}" + LOOP + "{% set m = n + n %}{% endfor %}",
    "views compared": "{% set d = dict(range(100000) | batch(2)) %}" + LOOP + "{{ d.keys().isdisjoint(d.keys()) }}{% endfor %}",
    "a generator's own": "{{ ([1] | map('string')).throw(1) }}",
    "many small outputs": "{{ a }}" * 10_000 + "{{ 10 ** (10 ** 9) }}",
    "a macro in itself": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "two macros in each other": "{% macro f() %}{{ g() }}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}",
    "a tree of macros": "{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(40) }}",
    "a macro of all it is given": "{% macro f(n) %}{% if n %}{{ f(n-1, varargs, varargs) }}{% else %}{{ varargs }}{% endif %}{% endmacro %}{{ f(50) }}",
    "a loop in itself": "{% for i in [[1]] recursive %}{{ loop([i, i]) }}{% endfor %}",
    "a block in itself": "{% block a %}{{ self.a() }}{% endblock %}",
    "a caller in itself": "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}",
    "spread arguments": "{% macro f() %}{{ varargs | length }}{% endmacro %}" + LOOP + "{{ f(*range(100000)) }}{% endfor %}",
    "a dict of pairs": LOOP + "{% set d = dict(range(100000) | batch(2)) %}{% endfor %}",
    "grouped without end": LOOP + "{{ range(100000) | groupby('real') | length }}{% endfor %}",
    "words without end": "{{ lipsum(10**6) }}",
    "bytes": "{{ (1).to_bytes(10**9) }}",
    "translation": "{{ ('a' * 100000).translate({97: 'x' * 100000}) }}",
    "tabs": "{{ ('\t' * 10000).expandtabs(10**6) }}",
    "a date": "{{ strftime_now('%c' * 1000000) }}",
    "a refusal": "{{ raise_exception('x' * 100000) }}",
    "brackets in the source": "{{ " + "(" * 25000 + "1" + ")" * 25000 + " }}",
    "lists in the source": "{{ " + "[" * 25000 + "]" * 25000 + " }}",
    "signs in the source": "{{ " + "-" * 50000 + "1 }}",
    "conditions in the source": "{% if 1 %}" * 2500 + "{% endif %}" * 2500,
    "loops in the source": "{% for i in [1] %}" * 40 + "{% endfor %}" * 40,
    "a long source": "{{ a }}" * 100_000,
    "included for ever": "{% include 'chat_template.jinja' %}",
    "extends itself": "{% extends 'chat_template.jinja' %}",
    "a constant that the reader would compute": "{% autoescape ('x' | center(10**9)) ~ ('x' * 10**9) %}{{ 'a' * 10**9 }}{% endautoescape %}",
}  # fmt: skip

REASONABLE = (
    "{{ 'a' ~ 1 ~ none ~ [1, 'b'] }} {{ 1 < 2 < 3 }} {{ 'a' in 'abc' }} {{ 3 not in [1, 2] }} {{ {'a': 1}.a }} {{ (1, 2)[::-1] }}",
    "{{ 2 ** 10 }} {{ 7 * 6 }} {{ 'ab' * 2 }} {{ [1] * 2 }} {{ [1] + [2] }} {{ 7 % 4 }} {{ '%s-%d' % ('a', 3) }} {{ 'a' + 'b' }}",
    "{{ '{:>5}|{x}'.format(1, x=2) }} {{ 'a,b'.split(',') }} {{ ' a '.strip() }} {{ 'aXb'.replace('X', '-') }} {{ '-'.join('abc') }}",
    "{{ messages[0].content.split('</think>')[-1] }} {{ messages[0].items() | list }} {{ messages | map(attribute='role') | join(',') }}",
    "{{ messages | selectattr('role', 'equalto', 'user') | list | length }} {{ [3, 1, 2] | sort }} {{ [1, 2] | sum }}",
    "{{ 'x' | center(5) }}|{{ 'a\nb' | indent(2) }} {{ [1, 2, 3] | batch(2, 0) | list }} {{ range(5) | slice(2) | list }}",
    "{% for i in range(9) if i % 2 %}{{ loop.index }}{{ i }}{{ loop.last }}{% if i > 4 %}{% break %}{% endif %}{% else %}-{% endfor %}",
    "{% for i in [1, [2, [3]]] recursive %}{% if i is iterable %}({{ loop(i) }}){% else %}{{ i }}{% endif %}{% endfor %}",
    "{% macro f(a, b=2) %}{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{{ caller() if caller }}{% endmacro %}{{ f(1, 3, 4, c=5) }}"
    "{% call f(0) %}x{% endcall %}",
    "{% set ns = namespace(a=0) %}{% for i in [1, 2, 3] %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}{{ dict(a=1) }}",
    "{% set x %}a{{ 1 }}{% endset %}{{ x | upper }}{% filter lower %}ABC{% endfilter %}{{ x is string }}{{ y is defined }}{{ 1.5 | round }}",
    "{{ [{'a': 1}, {'a': 2}, {'a': 1}] | groupby('a') | list }} {{ {'b': 1, 'a': 2} | dictsort }} {{ [1, 1, 2] | unique | list }}",
    "{% set ns = namespace(a=[]) %}{% for m in messages * 300 %}{% set ns.a = ns.a + [m] %}{% endfor %}{{ ns.a | length }}{{ ns.b }}",
    "{% set ns = namespace(a=1) %}{% set ns.a = nothing %}{{ ns.a }}{% set ns.a = [nothing, (1, {'b': 2.5})] %}{{ ns.a | length }}",
    "{% set ns = namespace(a=1) %}{% set ns.a = messages | map(attribute='role') %}{{ ns.a | join }}{{ ('<' | safe).center(3) }}",
    "{{ cycler('a', 'b').next() }} {{ 'aa' is in ['aa'] }} {{ 3 is gt 2 }} {{ 'ab' | reverse }} {{ [1, 2] | reverse | list }}",
)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_with_one_sentence(name: str) -> None:
    started = process_time()
    with pytest.raises(DeltapageError) as caught:
        ChatTemplate(BOMBS[name]).render([{"role": "user", "content": "hi"}])
    assert process_time() - started < 2
    assert len(str(caught.value)) < 500 and str(caught.value).isprintable() and "<template>" not in str(caught.value)


def test_the_desk_says_which_file_it_is() -> None:
    for name in ("loops in loops", "brackets in the source"):
        with pytest.raises(ConfigError, match=r"chat_template\.jinja cannot be used: the chat template"):
            thinks(BOMBS[name])


def test_the_next_conversation_has_the_whole_allowance_again() -> None:
    template = ChatTemplate(
        "{% for i in range(messages[0].content | int) %}{% for j in range(500) %}{% endfor %}{% endfor %}."
    )
    for _ in range(3):
        assert template.render([{"role": "user", "content": "1000"}]) == "."
        with pytest.raises(RequestError, match="steps"):
            template.render([{"role": "user", "content": "100000"}])


def test_the_longest_conversations_take_a_part_of_the_allowance() -> None:
    """Two thousand turns, and one of a million characters."""
    turn = {"role": "user", "content": "word " * 120}
    for name in ("tiny-a", "tiny-b"):
        template = ChatTemplate((TINY[name] / "chat_template.jinja").read_text(encoding="utf-8"))
        assert len(template.render([turn, {**turn, "role": "assistant"}] * 1000)) > 1_000_000
        assert len(template.render([{"role": "user", "content": "word " * 200_000}])) > 1_000_000
        assert template._template._environment.allowance._left > UNITS // 2


def test_what_templates_do_within_reason_is_jinjas() -> None:
    """Everything that pays gives what it gives in jinja2's own sandbox."""
    reference = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    for source in REASONABLE:
        variables = {
            "messages": [{"role": "user", "content": "a</think>b"}],
            "tools": None,
            "add_generation_prompt": True,
        }
        assert ChatTemplate(source).render(variables["messages"]) == reference.from_string(source).render(variables)  # type: ignore[arg-type]
