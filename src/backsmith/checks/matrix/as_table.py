"""The matrix in the terminal: a table an entity, a column for each way to stand to its rows."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from backsmith.checks.matrix.matrix import Cell, Matrix

if TYPE_CHECKING:
    from rich.table import Table

STYLES = {"always": "green", "never": "dim"}
WIDEST = 200


def write_tables(matrix: Matrix) -> None:
    """Write it to standard output."""
    from rich.console import Console  # noqa: PLC0415  slow to import

    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else WIDEST, highlight=False)
    for part in matrix.parts:
        about = f"by {', '.join(part.channels)}" if part.channels else "private"
        if part.hidden:
            about += f"; never shown: {', '.join(part.hidden)}"
        rows = [((right.verb, right.about), right.cells) for right in part.rights]
        console.print(_table(part.name, about, ("verb", "fields"), rows))
        for told in part.tells:
            console.print(
                f"  {', '.join(told.fields)} is unique: {'; '.join(told.who)} can tell that a value is taken.",
                style="dim",
            )
        console.print()
    if matrix.calls:
        for call in matrix.calls:
            console.print(_table(call.about, "", ("verb",), [(("call",), call.cells)]))


def columns_of(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """The names of all standings that rows have cells for, in their order."""
    return list(dict.fromkeys(cell.standing.name for cells in rows for cell in cells))


def _table(
    title: str, about: str, heads: Sequence[str], rows: Sequence[tuple[tuple[str, ...], Sequence[Cell]]]
) -> Table:
    from rich.table import Table  # noqa: PLC0415  slow to import
    from rich.text import Text  # noqa: PLC0415  slow to import

    table = Table(title=Text(title, style="bold"), caption=Text(about), title_justify="left", caption_justify="left")
    columns = columns_of([cells for _, cells in rows])
    for name in (*heads, *columns):
        table.add_column(Text(name))
    for first, cells in rows:
        answers = {cell.standing.name: cell.answer for cell in cells}
        shown = [Text(answers.get(name, ""), style=STYLES.get(answers.get(name, ""), "yellow")) for name in columns]
        table.add_row(*map(Text, first), *shown)
    return table
