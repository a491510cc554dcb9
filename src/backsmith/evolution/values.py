"""Values for rows that are there which no database makes: functions that a `Transform` names."""

from __future__ import annotations

from uuid import UUID

from backsmith.model.defaults import new_uuid7 as _new_uuid7


def new_uuid7() -> UUID:
    """A new UUID of version 7."""
    return _new_uuid7()
