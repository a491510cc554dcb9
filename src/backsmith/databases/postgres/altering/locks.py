"""The locks that statements take, and what these keep others from.

From PostgreSQL's documentation: chapter "Explicit Locking", and the pages of ALTER TABLE, CREATE INDEX, CREATE TRIGGER.
"""

from __future__ import annotations

from backsmith.databases.steps import Lock


def exclusive(*tables: str) -> tuple[Lock, ...]:
    """Of most forms of ALTER TABLE, DROP and LOCK TABLE."""
    return tuple(Lock(table, "ACCESS EXCLUSIVE", "reads and writes") for table in tables)


def against_writes(*tables: str) -> tuple[Lock, ...]:
    """Of ADD FOREIGN KEY, on both tables, and of CREATE TRIGGER."""
    return tuple(Lock(table, "SHARE ROW EXCLUSIVE", "writes") for table in dict.fromkeys(tables))


def against_changes(*tables: str) -> tuple[Lock, ...]:
    """Of VALIDATE CONSTRAINT, CREATE and DROP INDEX CONCURRENTLY, COMMENT: others read and write."""
    return tuple(Lock(table, "SHARE UPDATE EXCLUSIVE", "schema changes") for table in tables)


def writing(table: str) -> tuple[Lock, ...]:
    """Of INSERT and UPDATE: others wait for the rows that it changes, not for the table."""
    return (Lock(table, "ROW EXCLUSIVE", "nothing"),)


def reading(table: str) -> tuple[Lock, ...]:
    """Of the table that a foreign key points at while its rows are checked."""
    return (Lock(table, "ROW SHARE", "nothing"),)
