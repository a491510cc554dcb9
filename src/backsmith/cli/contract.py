"""`backsmith contract`: what a change of the API means for its clients, and what earlier ones meant."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from backsmith.cli.exit_codes import DONE, MISTAKES
from backsmith.cli.loading import named_model, opened
from backsmith.cli.talk import next_command, say, write, write_json
from backsmith.errors import UsageError

if TYPE_CHECKING:
    from backsmith.contract.diff import Difference
    from backsmith.evolution.calls import Caller
    from backsmith.evolution.changelog import Entry

_DAYS = 30
"""For how long back callers are named."""
_CALLERS = 3
"""Clients that are named for an operation."""


def contract(
    what: Literal["diff", "changelog"],
    old: Annotated[str | None, Parameter(show_default=False)] = None,
    new: Annotated[str | None, Parameter(show_default=False)] = None,
    /,
    *,
    database: Annotated[str | None, Parameter(show_default=False)] = None,
    output: Annotated[Path | None, Parameter(show_default=False)] = None,
    json: bool = False,
) -> int:
    """Say what a change of the API breaks, and for whom; or what the releases so far changed.

    `diff` compares two contracts from the client's side: each difference breaking, risky or compatible, with a request
    that breaks, and with the clients that made it lately where the database is named. `changelog` lists what each
    release that was applied to a database meant for clients. Exit codes: 0 nothing breaks; 1 something does.

    Example: `backsmith contract diff HEAD:shop.py shop.py --database sqlite:///shop.db`

    Parameters
    ----------
    old
        Of `diff`: the contract before: a model's file, a document, the URL of a running server, or any file at a
        revision of git, as HEAD~3:shop.py. Left out, the model as git has it; a model alone is compared with that.
        Of `changelog`: the model.
    new
        The contract after. Left out, the model as it is.
    database
        URL of a database: diff counts calls in it, changelog reads its releases.
    output
        Of `changelog`: write it to this file, as Markdown.
    json
        Write JSON, for programs.
    """
    if what == "changelog":
        if new is not None:
            raise UsageError("changelog takes one model.")
        return _changelog(named_model(old), database, output, json=json)
    if output is not None:
        raise UsageError("--output is of changelog; diff writes to standard output.")
    return _diff(old, new, database, json=json)


def _diff(old: str | None, new: str | None, database: str | None, *, json: bool) -> int:
    from backsmith.cli.documents import FILES, document_named  # noqa: PLC0415  takes a while to import
    from backsmith.contract.diff import differences, worst  # noqa: PLC0415  takes a while to import
    from backsmith.contract.diff.groups import groups_of, lines_of  # noqa: PLC0415  takes a while to import

    if old is not None and new is None and Path(old).suffix not in FILES and Path(old).exists():
        old, new = None, old
    after = new or named_model(None)
    before = old or f"HEAD:{after}"
    found = differences(document_named(before), document_named(after))
    callers = asyncio.run(_callers(after, database)) if database else {}
    if json:
        write_json([_as_json(each, callers) for each in found])
    else:
        write("\n".join(lines_of(groups_of(found), _used(callers))))
    level = worst(found)
    if level == "breaking" and not json:
        say("Clients break. backsmith plan says how the change is released without: see --expand.")
    return MISTAKES if level == "breaking" else DONE


Callers = dict[tuple[str, str], list["Caller"]]
"""By method and address, without the names of parameters."""


async def _callers(model: str, database: str) -> Callers:
    from backsmith.contract.diff.operations import path_key  # noqa: PLC0415  takes a while to import
    from backsmith.evolution.calls import callers  # noqa: PLC0415  takes a while to import
    from backsmith.settings import read_settings  # noqa: PLC0415  takes a while to import

    found: Callers = {}
    async with opened(read_settings(model, flags={"database": database}), read_only=True) as there:
        for caller in await callers(there, days=_DAYS):
            found.setdefault((caller.method, path_key(caller.route)), []).append(caller)
    return found


def _of(difference: Difference, callers: Callers) -> list[Caller]:
    from backsmith.contract.diff.operations import path_key  # noqa: PLC0415  takes a while to import

    place = difference.place
    if place.method is None or place.path is None or difference.level == "compatible":
        return []
    # Servers count an address by the row, whatever number of fields its key has.
    return callers.get((place.method, path_key(place.path).replace("{},{}", "{}")), [])


def _used(callers: Callers) -> Callable[[Difference], Iterable[str]]:
    def lines(difference: Difference) -> Iterable[str]:
        found = _of(difference, callers)
        for caller in found[:_CALLERS]:
            times = f"{caller.count:,} times" if caller.count != 1 else "once"
            yield f"used by {_named(caller)}, {times} in the last {_DAYS} days: {caller.method} {caller.route}"
        if len(found) > _CALLERS:
            yield f"and by {len(found) - _CALLERS} more"

    return lines


def _named(caller: Caller) -> str:
    kind, _, name = caller.client.partition(" ")
    return f"key `{name}`" if kind == "key" else caller.client


def _as_json(difference: Difference, callers: Callers) -> dict[str, Any]:
    import msgspec  # noqa: PLC0415  only needed here

    said: dict[str, Any] = msgspec.to_builtins(difference)
    if used := _of(difference, callers):
        said["used_by"] = [{"client": each.client, "count": each.count, "last": each.last} for each in used]
    return said


def _changelog(model: str, database: str | None, output: Path | None, *, json: bool) -> int:
    from backsmith.evolution.changelog import as_markdown  # noqa: PLC0415  takes a while to import

    found = asyncio.run(_entries(model, database))
    if json:
        write_json(found)
    elif output is not None:
        try:
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_text(as_markdown(found), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{output} can't be written: {error.strerror}.") from error
        say(f"Wrote {output}.")
    elif found:
        write(as_markdown(found))
    if not found:
        say("Nothing has been applied to this database yet.")
        next_command(f"backsmith apply {model}")
    return DONE


async def _entries(model: str, database: str | None) -> tuple[Entry, ...]:
    from backsmith.evolution.changelog import changelog  # noqa: PLC0415  takes a while to import
    from backsmith.settings import read_settings  # noqa: PLC0415  takes a while to import

    async with opened(read_settings(model, flags={"database": database}), read_only=True) as there:
        return await changelog(there)
