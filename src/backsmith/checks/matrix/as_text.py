"""The matrix as a file to commit: a Markdown table an entity, one line a cell, in the order of the model.

Each line says by itself what it is about, and nothing is aligned, so that a difference shows just what has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import unified_diff

from backsmith.checks.matrix.matrix import Call, Matrix, Part

HEADING = "# Who may do what in {name}"
EXPLAINED = """\
Computed from the rules by `backsmith matrix`; CI keeps it up to date with `backsmith matrix --check`.
To change, delete or call an action on a row takes that it may be read too; an update has to be allowed for the row as
it is and as it will be; what a row is made to point at has to be readable. Where lines are missing for somebody with
several roles or ties, they may do what each of these allows."""
HEAD = "| what | verb | fields | who | answer |\n|---|---|---|---|---|"


def as_text(matrix: Matrix) -> str:
    """The whole file."""
    return "\n".join(_lines(matrix)) + "\n"


def difference(committed: str, matrix: Matrix, name: str) -> list[str]:
    """The lines of a unified diff from a committed file to what it should be; none where it is up to date."""
    found = unified_diff(
        committed.splitlines(), as_text(matrix).splitlines(), name, "the model", "", "", 1, lineterm=""
    )
    return list(found)


def _lines(matrix: Matrix) -> Iterator[str]:
    yield HEADING.format(name=matrix.name)
    yield ""
    yield EXPLAINED
    for part in matrix.parts:
        yield from ("", f"## {part.name}", "", _channels(part))
        if part.hidden:
            yield f"Never shown: {', '.join(part.hidden)}."
        yield from _table(_of_part(part))
        yield from _tells(part)
    if matrix.calls:
        yield from ("", "## Functions", *_table(_of_calls(matrix.calls)))


def _channels(part: Part) -> str:
    return f"Channels: {', '.join(part.channels)}." if part.channels else "Channels: none, it is private."


def _table(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    if lines:
        yield from ("", HEAD, *lines)


def _of_part(part: Part) -> Iterator[tuple[str, ...]]:
    for right in part.rights:
        for cell in right.cells:
            yield part.name, right.verb, right.about, cell.standing.name, cell.answer


def _of_calls(calls: Iterable[Call]) -> Iterator[tuple[str, ...]]:
    for call in calls:
        for cell in call.cells:
            yield call.about, "call", "", cell.standing.name, cell.answer


def _tells(part: Part) -> Iterator[str]:
    if part.tells:
        yield ""
    for told in part.tells:
        yield (
            f"- {part.name}.{', '.join(told.fields)} is unique: that a value is taken, also by a row that they may not"
            f" read, is told to {'; '.join(told.who)}."
        )
