"""A SQLite database as it is before a change: version, sizes, what hangs on its tables."""

from __future__ import annotations

import apsw

from backsmith.databases.facts import Facts


def facts(connection: apsw.Connection) -> Facts:
    """By the file itself."""
    raise NotImplementedError
