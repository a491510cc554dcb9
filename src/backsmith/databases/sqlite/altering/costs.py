"""What changes of a SQLite file cost, from rates that were measured, stated on the safe side.

A million rows of 150 bytes with two indexes: copying 0.35 s, each index 0.35 to 0.5 s, checking the foreign keys 0.4 s,
the commit 0.3 s, reading alone 0.05 s (two cores, a virtual disk). SQLite has one writer, so whoever wants to write
waits for as long; readers go on.
"""

from __future__ import annotations

from backsmith.databases.facts import TableFacts
from backsmith.databases.steps import Cost, Lock

WRITER = (Lock(table="the file", mode="write", blocks="writes"),)
"""SQLite's one lock for writing."""

PER_ROW, PER_INDEX_ROW, PER_SCANNED_ROW = 1e-6, 0.5e-6, 0.2e-6
"""Seconds: to copy or change a row and check its foreign keys, to put it into an index, to read it."""
BYTES_PER_SECOND = 100_000_000
LONGEST = 1.0
"""Seconds for which a table may be rebuilt at once: some 400,000 rows with two indexes. A larger one is copied."""
BATCH = 0.1
"""Seconds for which a batch of rows holds the writer, at most and about."""


def rebuilt(size: TableFacts, indexes: int) -> Cost:
    """The table is written anew in one transaction."""
    size_in_bytes = size.bytes + size.index_bytes
    seconds = size.rows * (PER_ROW + PER_INDEX_ROW * indexes) + size_in_bytes / BYTES_PER_SECOND
    return _held(Cost(work="rewrite", rows=size.rows, bytes=size_in_bytes, disk=2 * size_in_bytes, seconds=seconds))


def filled(size: TableFacts) -> Cost:
    """All rows are changed in one transaction."""
    seconds = size.rows * PER_ROW + size.bytes / BYTES_PER_SECOND
    return _held(Cost(work="rewrite", rows=size.rows, bytes=size.bytes, disk=size.bytes, seconds=seconds))


def in_batches(size: TableFacts, indexes: int = 0) -> Cost:
    """All rows are changed or copied, by batches."""
    whole = rebuilt(size, indexes)
    return Cost(
        work="batches",
        rows=size.rows,
        bytes=size.bytes,
        disk=whole.disk // 2,
        seconds=round(4 * whole.seconds, 3),  # each batch has its own commit
        held=min(BATCH, whole.seconds),
    )


def scanned(size: TableFacts) -> Cost:
    """All rows are read while the writer is held: NOT NULL, CHECK."""
    seconds = size.rows * PER_SCANNED_ROW + size.bytes / (10 * BYTES_PER_SECOND)
    return _held(Cost(work="scan", rows=size.rows, bytes=size.bytes, seconds=seconds))


def indexed(size: TableFacts) -> Cost:
    """An index is built while the writer is held."""
    seconds = size.rows * (PER_SCANNED_ROW + PER_INDEX_ROW)
    return _held(Cost(work="build", rows=size.rows, bytes=size.bytes, disk=size.rows * 20, seconds=seconds))


def dropped(size: TableFacts) -> Cost:
    """A table's pages are given back."""
    return _held(Cost(rows=size.rows, seconds=(size.bytes + size.index_bytes) / (10 * BYTES_PER_SECOND)))


def swapped(size: TableFacts, checked: int) -> Cost:
    """A copy takes a table's place, and `checked` rows of the file have their foreign keys checked."""
    seconds = (size.bytes + size.index_bytes) / (10 * BYTES_PER_SECOND) + checked * 2 * PER_SCANNED_ROW
    return _held(Cost(work="scan", rows=checked, seconds=seconds))


def _held(cost: Cost) -> Cost:
    return Cost(
        work=cost.work,
        rows=cost.rows,
        bytes=cost.bytes,
        disk=cost.disk,
        seconds=round(cost.seconds, 3),
        held=round(cost.seconds, 3),
    )
