"""Leaves out of a grammar what can never come to an end, so that whatever it lets begin can be finished."""

from __future__ import annotations

from collections.abc import Set

from pyside.constrained.grammar_nodes import TAKING, Choice, Distinct, Items, Members, Node, Reference, Repeat, Sequence


def productive(rules: dict[str, Node]) -> dict[str, Node]:
    """The rules that texts of finite length satisfy, without choices that none does; a least fixed point."""
    ending: set[str] = set()
    found = -1
    while found < len(ending):
        found = len(ending)
        for name in reversed(rules):  # what a rule refers to mostly comes after it
            if name not in ending and _ends(rules[name], ending):
                ending.add(name)
    if len(ending) == len(rules) and not any(map(_has_dead, rules.values())):
        return dict(rules)
    return {name: _trimmed(rules[name], ending) for name in rules if name in ending}


def _ends(node: Node, ending: Set[str]) -> bool:
    """Whether some text satisfies a node, with the rules of these names."""
    if isinstance(node, TAKING):
        return True
    match node:
        case Sequence(nodes):
            return all(_ends(part, ending) for part in nodes)
        case Choice(nodes):
            return any(_ends(part, ending) for part in nodes)
        case Repeat(body, low, _):
            return low == 0 or _ends(body, ending)
        case Reference(name):
            return name in ending
        case Items(item, low, _, _):
            return low == 0 or _ends(item, ending)
        case Distinct(pool, used):
            return len(used) >= pool.low or bool(pool.open(used))
        case Members():
            return _left(node, ending) is not None
        case _:
            return True


def _left(node: Members, ending: Set[str]) -> Members | None:
    """Members without those that never end; None when one of them is required, or too few are left."""
    if any(required and not _ends(member, ending) for member, required in node.members):
        return None
    members = tuple(pair for pair in node.members if _ends(pair[0], ending))
    rest = node.rest if node.rest is not None and _ends(node.rest, ending) else None
    left = Members(members, rest, node.begun, node.low, node.high)
    return left if left.possible else None


def _has_dead(node: Node) -> bool:
    """Whether a node has a part that no text satisfies, where every rule is satisfied by some."""
    if isinstance(node, TAKING):
        return False
    match node:
        case Sequence(nodes):
            return any(map(_has_dead, nodes))
        case Choice(nodes):
            return not nodes or any(map(_has_dead, nodes))
        case Repeat(body) | Items(body):
            return _has_dead(body)
        case Members(members, rest):
            parts = [member for member, _ in members] + ([] if rest is None else [rest])
            return not node.possible or any(map(_has_dead, parts))
        case Distinct():
            return not _ends(node, frozenset())
        case _:
            return False


def _trimmed(node: Node, ending: Set[str]) -> Node:
    """A node that some text satisfies, without its parts that none does."""
    match node:
        case Sequence(nodes):
            return Sequence(tuple(_trimmed(part, ending) for part in nodes))
        case Choice(nodes):
            return Choice(tuple(_trimmed(part, ending) for part in nodes if _ends(part, ending)))
        case Repeat(body, low, high):
            return Repeat(_trimmed(body, ending), low, high) if _ends(body, ending) else Sequence(())
        case Items(item, low, high, begun):
            return Items(_trimmed(item, ending), low, high, begun) if _ends(item, ending) else Items(item, 0, 0, begun)
        case Members():
            left = _left(node, ending) or node
            members = tuple((_trimmed(member, ending), required) for member, required in left.members)
            rest = None if left.rest is None else _trimmed(left.rest, ending)
            return Members(members, rest, left.begun, left.low, left.high)
        case _:
            return node
