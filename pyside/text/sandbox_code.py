"""How a stranger's template becomes Python that pays as it goes: for each block as it is entered, for values that operators read.

The code calls ``environment.spend``, ``weighed``, ``copied`` and ``kept``: see ``pyside/text/sandbox.py``.
"""

from __future__ import annotations

from collections.abc import Iterable

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame

from pyside.text.allowance import TEXT_PER_UNIT

BLOCK = 4  # units for entering a block of statements
CALL = 24  # units for a call
LOOP = 48  # units for beginning a loop
ASSIGNMENTS_MAX = 500  # of a template; published ones have under 50


class PayingCode(CodeGenerator):
    """Writes a template's Python so that every block pays as it is entered, and operators for what they read."""

    _assignments = 0

    def blockvisit(self, statements: Iterable[nodes.Node], frame: Frame) -> None:
        """Statements one after the other; every loop, macro and branch has them."""
        statements = list(statements)
        self.writeline(f"environment.spend({BLOCK + sum(map(_units, statements))})")
        super().blockvisit(statements, frame)

    def visit_For(self, node: nodes.For, frame: Frame) -> None:  # noqa: N802
        """A loop's filter looks at items that no block sees."""
        if node.test:
            units = nodes.Const(CALL + _units(node.test))
            node.test = nodes.And(nodes.Call(nodes.EnvironmentAttribute("spend"), [units], [], None, None), node.test)
        super().visit_For(node, frame)

    def visit_Assign(self, node: nodes.Assign, frame: Frame) -> None:  # noqa: N802
        """``{% set a = b %}``: only what a namespace keeps, and many statements, can make a value that grows round by round."""
        self._assignments += 1
        if self._assignments > ASSIGNMENTS_MAX:
            self.fail(f"more than {ASSIGNMENTS_MAX} assignments", node.lineno)
        if isinstance(node.target, nodes.NSRef) or node.target.find(nodes.NSRef):
            node.node = nodes.Call(nodes.EnvironmentAttribute("kept"), [node.node], [], None, None)
        super().visit_Assign(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        """``a ~ b``."""
        self.write("str_join((")
        for arg in node.nodes:
            self._visit_weighed(arg, frame)
            self.write(", ")
        self.write("))")

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:  # noqa: N802
        """``a == b``, ``a in b`` and their like; to compare with a constant costs no more than the constant."""
        constant = isinstance(node.expr, nodes.Const) or all(
            isinstance(operand.expr, nodes.Const) for operand in node.ops
        )
        if constant and all(operand.op in ("eq", "ne") for operand in node.ops):
            return super().visit_Compare(node, frame)
        self.write("(")
        self._visit_weighed(node.expr, frame)
        for operand in node.ops:
            self.write(f" {_SIGNS[operand.op]} ")
            self._visit_weighed(operand.expr, frame)
        self.write(")")
        return None

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:  # noqa: N802
        """``a[b]``; a slice is a copy."""
        if not isinstance(node.arg, nodes.Slice):
            return super().visit_Getitem(node, frame)
        self.write("environment.copied(")
        self.visit(node.node, frame)
        self.write(")[")
        self.visit(node.arg, frame)
        self.write("]")
        return None

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:  # noqa: N802
        """A mapping, whose keys are hashed."""
        self.write("{")
        for item in node.items:
            self._visit_weighed(item.key, frame)
            self.write(": ")
            self.visit(item.value, frame)
            self.write(", ")
        self.write("}")

    def _visit_weighed(self, node: nodes.Expr, frame: Frame) -> None:
        constant = isinstance(node, nodes.Const)
        self.write("" if constant else "environment.weighed(")
        self.visit(node, frame)
        self.write("" if constant else ")")


_SIGNS = {
    "eq": "==", "ne": "!=", "gt": ">", "gteq": ">=", "lt": "<", "lteq": "<=", "in": "in", "notin": "not in",
}  # fmt: skip


def _units(node: nodes.Node) -> int:
    """Nodes of a statement's own expressions, and the text that it writes; blocks within it pay for themselves."""
    parts = [part for part in node.iter_child_nodes() if not isinstance(part, nodes.Stmt)]
    tests = [branch.test for branch in node.elif_] if isinstance(node, nodes.If) else []
    text = len(node.data) // TEXT_PER_UNIT if isinstance(node, nodes.TemplateData) else 0
    loop = LOOP if isinstance(node, nodes.For) else 0
    return 1 + text + loop + sum(map(_units, parts + tests))
