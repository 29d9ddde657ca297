"""What the nodes of arrays and objects are built with: rules, references to the schemas inside, values that are listed."""

from __future__ import annotations

from typing import Any, Protocol

from pyside.constrained.grammar_nodes import Node
from pyside.constrained.schema.alternatives import Alternatives
from pyside.constrained.schema.document import Document, Schema
from pyside.constrained.schema.values import Judge


class Builder(Protocol):
    """The grammar of a schema under way (``json_schema.py``)."""

    rules: dict[str, Node]
    document: Document
    alternatives: Alternatives
    judge: Judge

    def reference(self, schemas: tuple[Schema, ...], where: str) -> Node:
        """The node of the values that all these schemas admit."""
        ...

    def values_of(self, schemas: tuple[Schema, ...], where: str) -> list[Any] | None:
        """The values that all these schemas admit when they list them, None when they do not."""
        ...
