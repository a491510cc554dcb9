"""An entry of the change log as English text for people: a pure function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from backsmith.log import Entry

LONGEST = 80
"""Characters of a value that are shown."""
DONE = {"create": "created", "update": "changed", "delete": "deleted", "link": "linked"}

_row = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_links = msgspec.json.Decoder(dict[str, list[list[Any]]]).decode


def in_english(entry: Entry, hidden: frozenset[str] = frozenset()) -> str:
    """Who did what to which row, and each field that it concerned; without the values of `hidden` fields."""
    key = ",".join(map(str, entry.key))
    why = [f"by {entry.action}"] if entry.action else []
    why += [f"request {entry.request_id}"] if entry.request_id else []
    reason = f" ({', '.join(why)})" if why else ""
    when = entry.at.strftime("%Y-%m-%d %H:%M:%S")
    head = f"{entry.position}  {when}  {_who(entry)} {DONE[entry.verb]} {entry.entity} {key}{reason}"
    return "\n".join([head, *(f"    {line}" for line in _lines(entry, hidden))])


def _who(entry: Entry) -> str:
    account = "nobody" if entry.account is None else f"account {entry.account}"
    if entry.via == "key":
        account += f" with the key {entry.api_key}" if entry.api_key else " with a key"
    if entry.impersonator is not None:
        account = f"account {entry.impersonator} as {account}"
    if entry.system:
        return "the application" if entry.account is None else f"the application for {account}"
    return account


def _lines(entry: Entry, hidden: frozenset[str]) -> Iterator[str]:
    if entry.verb == "link":
        removed, added = _links(entry.before or "{}"), _links(entry.after or "{}")
        for name in added:
            keys = [f"+{_key(key)}" for key in added[name]] + [f"-{_key(key)}" for key in removed.get(name, ())]
            yield f"{name}: {' '.join(keys)}"
        return
    before, after = (None if text is None else _row(text) for text in (entry.before, entry.after))
    for name in after or before or {}:
        old, new = (None if row is None else bytes(row.get(name, b"null")) for row in (before, after))
        if old is None or new is None:
            value = new if old is None else old
            if value is not None and value != b"null":
                yield f"{name}: {_value(value, name in hidden)}"
        elif old != new:
            yield f"{name}: {_value(old, name in hidden)} -> {_value(new, name in hidden)}"


def _key(key: list[Any]) -> str:
    return ",".join(map(str, key))


def _value(value: bytes, is_hidden: bool) -> str:
    text = "…" if is_hidden else value.decode()
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
