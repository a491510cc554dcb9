"""Which types a column may change to by a word in the catalogue: no row is read or written, no index is built anew.

From PostgreSQL's ATColumnChangeRequiresRewrite (tablecmds.c) and the support functions of its types (varlena.c,
numeric.c, timestamp.c, varbit.c).
"""

from __future__ import annotations

import re

from backsmith.databases.ddl import Ddl
from backsmith.databases.schema import Column

_TYPE = re.compile(r"([a-z ]+?)(?:\((\d+)(?:,(-?\d+))?\))?( with(?:out)? time zone)?")
_PRECISE = ("timestamp", "time", "interval")


def in_place(ddl: Ddl, old: Column, new: Column) -> bool:
    """Whether PostgreSQL changes that type in a moment, and its indexes stay as they are or are those of no column."""
    return same_order(ddl, old, new) or _to_utc(ddl, old, new)


def same_order(ddl: Ddl, old: Column, new: Column) -> bool:
    """Whether indexes of the column stay as they are too."""
    was, becomes = (_TYPE.fullmatch(ddl.normal_type(column.type)) for column in (old, new))
    if was is None or becomes is None:
        return ddl.normal_type(old.type) == ddl.normal_type(new.type)
    names = was[1], becomes[1]
    match names:
        case ("character varying", "text") | ("cidr", "inet") | ("text", "text"):
            return True
        case ("character varying", "character varying") | ("bit varying", "bit varying"):
            return _is_wider(was[2], becomes[2])
        case ("numeric", "numeric"):
            return becomes[2] is None or (_is_wider(was[2], becomes[2]) and was[3] == becomes[3])
        case (a, b) if a == b and a in _PRECISE:
            return was[4] == becomes[4] and (becomes[2] in (None, "6") or _is_wider(was[2], becomes[2]))
        case _:
            return False


def _to_utc(ddl: Ddl, old: Column, new: Column) -> bool:
    """A time without a zone, read as UTC's: the session's time zone has to be UTC."""
    was, becomes = ddl.normal_type(old.type), ddl.normal_type(new.type)
    return was.replace("without", "with") == becomes and was.startswith("timestamp") and was != becomes


def _is_wider(old: str | None, new: str | None) -> bool:
    return new is None or (old is not None and int(new) >= int(old))
