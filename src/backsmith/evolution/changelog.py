"""What each release of an application meant for its clients: the changelog of its API.

`apply` records every plan that it carries out, with what it meant for clients (`records`). In: an open database. Out:
an entry for each release. Nothing else is kept, so the changelog can't say anything else than what was applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from backsmith.databases.database import Database
from backsmith.databases.own_table import missing
from backsmith.databases.own_tables import BLUEPRINTS, RUNS
from backsmith.evolution.plan import ApiChange, Mode, Plan

_INSTANT = BLUEPRINTS.columns[-1].type
_DONE = "SELECT ended_at, plan FROM backsmith_runs WHERE state = 'done' ORDER BY id DESC"
_FIRST = "SELECT hash, at FROM backsmith_blueprints ORDER BY id LIMIT 1"
_plans = msgspec.json.Decoder(Plan)
_TITLES: dict[Mode, str] = {
    "direct": "Released",
    "expand": "Old and new work side by side",
    "contract": "The old version ends",
    "rollback": "Taken back",
}
_HEAD = "# Changes of the API\n\nWritten by `backsmith contract changelog`.\n"


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A release."""

    at: datetime
    """When it was applied, in UTC."""
    version: str
    """The hash of the model."""
    mode: Mode | None
    """How it was released; None: the first one."""
    changes: tuple[ApiChange, ...] = ()


async def changelog(database: Database) -> tuple[Entry, ...]:
    """The releases that were applied to a database, the last one first; none where nothing was. Raises DatabaseError.

    What changed nothing for clients has an entry without changes.
    """
    actual, dialect = await database.inspect(), database.dialect
    if missing(BLUEPRINTS, actual, dialect):
        return ()
    decode = dialect.stores.decoder(_INSTANT)

    def instant(value: Any) -> datetime:
        return value if decode is None else decode(value)

    found: list[Entry] = []
    if not missing(RUNS, actual, dialect):
        for ended, text in await database.fetch(_DONE, ()):  # type: ignore[misc]  # a row of two
            plan = _plans.decode(text)
            mode = None if plan.from_hash is None else plan.mode
            found.append(Entry(at=instant(ended), version=plan.to_hash, mode=mode, changes=plan.api))
    first = await database.fetch(_FIRST, ())
    if first and not any(entry.mode is None for entry in found):
        found.append(Entry(at=instant(first[0][1]), version=first[0][0], mode=None))
    return tuple(found)


def shown_to(entries: Iterable[Entry], addresses: Iterable[str], fields: Iterable[str]) -> Iterator[Entry]:
    """The releases, each with what those may hear of it who reach these addresses and fields and no others.

    Arguments:
        entries: The changelog.
        addresses: `/api/orders`, `/api/orders/{id}/place`.
        fields: `orders.total`. What is gone is in nobody's contract any more, and so it is told to nobody here.
    """
    known, named = frozenset(addresses), frozenset(fields)
    for entry in entries:
        yield replace(entry, changes=tuple(each for each in entry.changes if _is_of(each, known, named)))


def _is_of(change: ApiChange, addresses: frozenset[str], fields: frozenset[str]) -> bool:
    return change.about in fields or change.about.split(" ")[-1] in addresses


def as_markdown(entries: Sequence[Entry]) -> str:
    """The changelog as a file."""
    return _HEAD + "".join(map(_section, entries))


def _section(entry: Entry) -> str:
    title = "The first version" if entry.mode is None else _TITLES[entry.mode]
    lines = [f"\n## {entry.at:%Y-%m-%d} ({entry.version})\n\n{title}.\n"]
    for heading, some in (
        ("Breaking", [each for each in entry.changes if each.breaking]),
        ("Risky", [each for each in entry.changes if each.risky]),
        ("Compatible", [each for each in entry.changes if not each.breaking and not each.risky]),
    ):
        if some:
            lines.append(
                f"\n### {heading}\n\n" + "".join(f"- `{each.about}`: {_escaped(each.text)}\n" for each in some)
            )
    return "".join(lines)


def _escaped(text: str) -> str:
    """A sentence as Markdown: names that people wrote mean nothing in it."""
    for sign in "\\`*_<>[]#|":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())
