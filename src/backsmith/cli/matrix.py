"""`backsmith matrix`: who can do what to which entity and field."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from backsmith.blueprint.source import shown
from backsmith.cli.exit_codes import MISTAKES
from backsmith.cli.loading import Compiled, compiled, named_model
from backsmith.cli.talk import counted, next_command, say, write, write_json
from backsmith.errors import UsageError

if TYPE_CHECKING:
    from backsmith.checks.matrix.asking import Report
    from backsmith.checks.matrix.matrix import Matrix


def matrix(
    model: str | None = None,
    /,
    *,
    format: Literal["table", "html", "text", "json"] = "table",
    write: Path | None = None,
    check: Path | None = None,
    ask: bool = False,
    seed: int = 1,
) -> int:
    """Say who can do what to which entity and field: nobody, whoever is signed in, owners, strangers, each role.

    It is computed from the rules. With --ask it is also tried: a database that is thrown away is filled with made-up
    rows, and the application is asked everything by everybody, through every channel.

    Example: `backsmith matrix shop.py --write access.matrix.md`

    Parameters
    ----------
    model
        The model's file, package or dotted name.
    format
        A table for the terminal, an HTML page, text to be committed (Markdown, one line a cell), or JSON.
    write
        Write it to this file: .html gives a page, .json gives JSON, anything else text.
    check
        For CI: compare with this committed text, show the difference, and exit with 1 where there is any.
    ask
        Ask the running engine too, on SQLite and, where it is installed, on the embedded PostgreSQL; exit with 1 where
        it does anything else than the rules say.
    seed
        Other made-up rows for --ask.
    """
    named = named_model(model)
    if check is not None and (write is not None or ask):
        raise UsageError("--check goes alone: it compares, and writes and asks nothing.")
    found = compiled(named)
    from backsmith.checks.matrix.computing import matrix_of  # noqa: PLC0415  needs the engine, which other commands don't

    computed = matrix_of(found.blueprint)
    if check is not None:
        return _check(computed, check, named)
    if ask:
        return _ask(found, named, seed)
    if write is not None:
        _write(computed, write)
        if write.suffix not in (".html", ".json"):  # --check compares text
            next_command(f"backsmith matrix {named} --check {write}")
    else:
        _show(computed, format)
    return 0


def _show(computed: Matrix, format: Literal["table", "html", "text", "json"]) -> None:
    from backsmith.checks.matrix.as_json import as_json  # noqa: PLC0415  see above
    from backsmith.checks.matrix.as_page import as_page  # noqa: PLC0415  see above
    from backsmith.checks.matrix.as_table import write_tables  # noqa: PLC0415  see above
    from backsmith.checks.matrix.as_text import as_text  # noqa: PLC0415  see above

    match format:
        case "table":
            write_tables(computed)
        case "html":
            write(as_page(computed))
        case "text":
            write(as_text(computed))
        case "json":
            write_json(as_json(computed))


def _write(computed: Matrix, path: Path) -> None:
    from backsmith.checks.matrix.as_json import as_json  # noqa: PLC0415  see above
    from backsmith.checks.matrix.as_page import as_page  # noqa: PLC0415  see above
    from backsmith.checks.matrix.as_text import as_text  # noqa: PLC0415  see above

    match path.suffix:
        case ".html":
            text = as_page(computed)
        case ".json":
            import msgspec  # noqa: PLC0415  beside its only use

            text = msgspec.json.format(msgspec.json.encode(as_json(computed)), indent=2).decode() + "\n"
        case _:
            text = as_text(computed)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{shown(str(path))} can't be written: {error.strerror}.") from error
    say(f"Wrote {shown(str(path))}.")


def _check(computed: Matrix, path: Path, model: str) -> int:
    from backsmith.checks.matrix.as_text import difference  # noqa: PLC0415  see above

    try:
        committed = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{shown(str(path))} can't be read. Make it: backsmith matrix {model} --write {path}"
        ) from error
    lines = difference(committed, computed, shown(str(path)))
    if not lines:
        say(f"{shown(str(path))} says what the model says.")
        return 0
    write("\n".join(lines))
    say("Who may do what has changed. Read the difference; if it is meant, write the file anew and commit it.")
    next_command(f"backsmith matrix {model} --write {path}")
    return MISTAKES


def _ask(found: Compiled, model: str, seed: int) -> int:
    from backsmith.checks.matrix.asked import ask_everywhere  # noqa: PLC0415  see above

    reports = asyncio.run(ask_everywhere(found.application, found.blueprint, seed, say))
    for name, report in reports.items():
        _tell(name, report)
    if any(report.found for report in reports.values()):
        say(f"The engine does something else than the rules of {model} say. Report it, with the requests above.")
        return MISTAKES
    return 0


def _tell(name: str, report: Report) -> None:
    for each in report.found:
        about = f"{each.entity}.{each.field}" if each.field else each.entity
        kind = "LEAK" if each.leak else "DIFFERS"
        write(f"{kind} {name}: {each.verb} {about} by {each.channel}")
        write(f"  expected {each.expected}\n  got {each.got}\n  {each.question}")
    for each in report.uncovered:
        say(f"Not tried on {name}: {each}")
    say(
        f"{name}: {counted(report.asked, 'request', 'requests')} about {counted(report.rows, 'row', 'rows')}, "
        f"{counted(len(report.found), 'disagreement', 'disagreements')}; "
        f"{counted(report.unclear, 'answer', 'answers')} that no rule decided."
    )
