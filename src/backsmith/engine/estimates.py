"""Whether a database's estimate of the number of rows may be told.

An estimate comes from statistics over whole tables: with a filter beside it, it says how many of the rows that can't
be read have which values. PostgreSQL keeps its own statistics from those whom row security restricts for that reason.
"""

from __future__ import annotations

from backsmith.blueprint.expressions import TRUE
from backsmith.engine.planning.plan import Condition, Embed, Exists, Junction, Predicate, Read, Test


def reads_everything(read: Read) -> bool:
    """Whether all rows that decide about the rows of the read may be read by the one who asks."""
    return read.access == TRUE and all(map(_open, read.where))


def _open(condition: Condition) -> bool:
    match condition:
        case Exists(embed):
            return _leads_everywhere(embed)
        case Junction(_, items):
            return all(map(_open, items))
        case Predicate():
            return False
        case Test():
            return True  # of a value that is guarded, a CASE, there are no statistics


def _leads_everywhere(embed: Embed) -> bool:
    return embed.guard is None and reads_everything(embed.read)
