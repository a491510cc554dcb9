"""The tables of accounts (`databases.account_tables`) as rows of Python values, in one dialect."""

from __future__ import annotations

from backsmith.databases.account_tables import FLOWS, PASSWORDS, ROLES, SESSIONS, STATES
from backsmith.databases.dialect import Dialect
from backsmith.databases.own_rows import OwnRows


class Tables:
    """Rows of each table."""

    def __init__(self, dialect: Dialect) -> None:
        self.states = OwnRows(dialect, STATES)
        self.passwords = OwnRows(dialect, PASSWORDS)
        self.roles = OwnRows(dialect, ROLES)
        self.flows = OwnRows(dialect, FLOWS)
        self.sessions = OwnRows(dialect, SESSIONS)
