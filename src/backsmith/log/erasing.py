"""Taking what is personal out of the change log: entries stay, and say of these fields what the row says now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from backsmith.databases.dialect import Dialect
from backsmith.databases.own_rows import OwnRows
from backsmith.databases.own_tables import LOG
from backsmith.databases.transaction import Transaction

Raw = msgspec.Raw
_members = msgspec.json.Decoder(dict[str, Raw])


async def erase_entries(
    transaction: Transaction, dialect: Dialect, entity_id: str, row_key: str, values: Mapping[str, Raw]
) -> None:
    """Replace these fields in all entries about one row; `row_key` is its key as the log writes it, `[7]`."""
    rows = OwnRows(dialect, LOG)
    for entry in await rows.find(transaction, entity_id=entity_id, row_key=row_key, order="position"):
        before, after = (_replaced(entry[name], values) for name in ("before", "after"))
        if (before, after) != (entry["before"], entry["after"]):
            await rows.update(transaction, {"position": entry["position"]}, before=before, after=after)


def _replaced(image: Any, values: Mapping[str, Raw]) -> str | None:
    """The JSON of a row with other values; what was null stays so, since nothing was there."""
    if image is None:
        return None
    members = _members.decode(image)
    for name, value in values.items():
        if name in members and bytes(members[name]) != b"null":
            members[name] = value
    return msgspec.json.encode(members).decode()
