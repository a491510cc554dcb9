"""The order of steps: what makes room, what is new, values, what holds them, and at the end what goes."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from backsmith.databases.steps import Step


class Phase(IntEnum):
    """When a step is done. Between any two steps servers of the old shape go on, as far as that can be."""

    RENAMES = 0
    FREED_KEYS = 1
    """Foreign keys that go."""
    FREED = 2
    """Checks and NOT NULLs that go: they would refuse what comes."""
    TYPES = 3
    TABLES = 4
    COLUMNS = 5
    SYNCS = 6
    FILLS = 7
    RETYPES = 8
    """Columns that get another type: in place, or all that comes before the swap."""
    SWAPS = 9
    """Tables are written anew, or new columns take the places of old ones: from here on keys may have other types."""
    LATE_FILLS = 10
    """Values that only fit into the new types."""
    DEFAULTS = 11
    INDEXES = 12
    CONSTRAINTS = 13
    """NOT NULLs, checks and uniques; then keys, which need them."""
    KEYS = 14
    IDENTITIES = 15
    FOREIGN_KEYS = 16
    ENDED_SYNCS = 17
    LEFT_OVER = 18
    """Indexes and uniques that go, now that there are those that come in their places."""
    DROPPED_COLUMNS = 19
    DROPPED_TABLES = 20


class Placed(NamedTuple):
    """A step and when it is done; steps of one phase stay in the order in which they were found."""

    phase: Phase
    step: Step
