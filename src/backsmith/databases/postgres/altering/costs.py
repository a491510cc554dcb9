"""What steps take, from the size of a table.

The rates are assumed, not measured: a small server with other work to do (2 cores, network disk).
"""

from __future__ import annotations

from backsmith.databases.facts import TableFacts
from backsmith.databases.steps import Cost

SCANNED = 100_000_000
"""Bytes a second that are read."""
BUILT = 20_000_000
"""Bytes a second of a table of which an index is built concurrently: it is read twice and sorted."""
REWRITTEN = 50_000_000
"""Bytes a second of a table that is written anew, with its indexes."""
MOVED = 10_000
"""Rows a second that are updated in batches, half of the time at rest."""
MOMENT = 0.01
"""Seconds for which a change of the catalogue holds its lock."""
KEY_BYTES = 20
"""Bytes of an index's entry, for a key of 8 bytes."""
OVERHEAD = 28
"""Bytes of a row's header and its place in the page."""

CATALOGUE = Cost(seconds=MOMENT, held=MOMENT)


def scan(facts: TableFacts) -> Cost:
    """All rows are read while others read and write."""
    return Cost(work="scan", rows=facts.rows, bytes=facts.bytes, seconds=_time(facts.bytes, SCANNED))


def build(facts: TableFacts) -> Cost:
    """An index is built while others read and write."""
    return Cost(
        work="build",
        rows=facts.rows,
        bytes=facts.bytes,
        disk=facts.rows * KEY_BYTES,
        seconds=_time(facts.bytes, BUILT),
    )


def rewrite(facts: TableFacts) -> Cost:
    """All rows and indexes are written anew while nobody reads or writes."""
    size = facts.bytes + facts.index_bytes
    seconds = _time(size, REWRITTEN)
    return Cost(work="rewrite", rows=facts.rows, bytes=size, disk=size, seconds=seconds, held=seconds)


def batches(facts: TableFacts) -> Cost:
    """Each row is written once more: the old versions stay until VACUUM has taken them away."""
    return Cost(
        work="batches",
        rows=facts.rows,
        bytes=facts.bytes,
        disk=facts.bytes + facts.rows * OVERHEAD,
        seconds=round(facts.rows / MOVED, 2),
        held=MOMENT,
    )


def whole(facts: TableFacts) -> Cost:
    """All rows are written by one statement."""
    seconds = round(facts.rows / MOVED, 2)
    return Cost(work="rewrite", rows=facts.rows, bytes=facts.bytes, seconds=seconds, held=seconds)


def _time(size: int, rate: int) -> float:
    return round(MOMENT + size / rate, 2)
