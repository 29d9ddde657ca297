"""What a person sees of the command line: bars and tables on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table as RichTable

from pyside.desk.bundle_summary import Table, size
from pyside.foreign import SENTENCE_MAX, shown

_SECONDS_BETWEEN_LINES = 5  # of progress, where there is no terminal


class Terminal:
    """Results go to stdout, progress to stderr."""

    def __init__(self) -> None:
        self._out = Console(highlight=False, markup=False, soft_wrap=True)
        self._bars = Console(stderr=True)

    def say(self, line: str) -> None:
        """One line of result."""
        self._out.print(shown(line, SENTENCE_MAX))

    def tables(self, tables: Sequence[Table]) -> None:
        """Tables with a frame on a terminal; elsewhere the title and below it aligned columns, two spaces or more apart."""
        for table in map(_harmless, tables):
            if not self._out.is_terminal:
                print(table.title)
                widths = [max(map(len, column)) for column in zip(*table.rows, strict=True)]
                number = [bool(i and head) for i, head in enumerate(table.columns)]
                for row in table.rows:
                    cells = (
                        cell.rjust(width) if right else cell.ljust(width)
                        for cell, width, right in zip(row, widths, number, strict=True)
                    )
                    print(f"  {'  '.join(cells)}".rstrip())
                continue
            drawn = RichTable(title=table.title, title_justify="left", show_header=any(table.columns))
            for i, column in enumerate(table.columns):
                drawn.add_column(column, justify="right" if i and column else "left")
            for row in table.rows:
                drawn.add_row(*row)
            self._out.print(drawn)

    @contextmanager
    def progress(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        """A function that is told of bytes done; a bar on a terminal, a line now and then elsewhere."""
        if self._bars.is_terminal:
            columns = (
                *Progress.get_default_columns()[:2],
                DownloadColumn(binary_units=True),
                TransferSpeedColumn(),
                TimeRemainingColumn(),
            )
            with Progress(*columns, console=self._bars) as bar:
                task = bar.add_task(label, total=total)
                yield lambda amount: bar.advance(task, amount)
            return
        done, said = 0, monotonic()

        def advance(amount: int) -> None:
            nonlocal done, said
            done += amount
            if done == total or monotonic() > said + _SECONDS_BETWEEN_LINES:
                said = monotonic()
                print(f"{label}: {size(done)} of {size(total)}", file=sys.stderr, flush=True)

        yield advance


def _harmless(table: Table) -> Table:
    """The table with names that a terminal does not obey."""
    return Table(shown(table.title), table.columns, tuple(tuple(map(shown, row)) for row in table.rows))
