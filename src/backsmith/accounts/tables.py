"""The tables of accounts (`databases.account_tables`) as rows of Python values, in one dialect."""

from __future__ import annotations

from backsmith.databases import account_tables
from backsmith.databases.account_tables import FLOWS, PASSWORDS, ROLES, SESSIONS, STATES, of_account
from backsmith.databases.dialect import Dialect
from backsmith.databases.guard_tables import ATTEMPTS, AUDIT_CHAIN, AUDIT_LOG
from backsmith.databases.own_rows import OwnRows


class Tables:
    """Rows of each table."""

    def __init__(self, dialect: Dialect) -> None:
        self.of_account = {each.name: OwnRows(dialect, each) for each in of_account()}
        """Those whose rows go with the account that they are of."""
        self.states = OwnRows(dialect, STATES)
        self.passwords = OwnRows(dialect, PASSWORDS)
        self.roles = OwnRows(dialect, ROLES)
        self.flows = OwnRows(dialect, FLOWS)
        self.sessions = OwnRows(dialect, SESSIONS)
        self.revocations = OwnRows(dialect, account_tables.REVOCATIONS)
        self.signing_keys = OwnRows(dialect, account_tables.SIGNING_KEYS)
        self.api_keys = OwnRows(dialect, account_tables.API_KEYS)
        self.totp = OwnRows(dialect, account_tables.TOTP)
        self.recovery_codes = OwnRows(dialect, account_tables.RECOVERY_CODES)
        self.passkeys = OwnRows(dialect, account_tables.PASSKEYS)
        self.passkey_handles = OwnRows(dialect, account_tables.PASSKEY_HANDLES)
        self.invitations = OwnRows(dialect, account_tables.INVITATIONS)
        self.identities = OwnRows(dialect, account_tables.IDENTITIES)
        self.audit_log = OwnRows(dialect, AUDIT_LOG)
        self.audit_chain = OwnRows(dialect, AUDIT_CHAIN)
        self.attempts = OwnRows(dialect, ATTEMPTS)
