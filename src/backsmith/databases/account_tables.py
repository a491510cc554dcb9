"""The tables that Backsmith keeps for itself about accounts: how they sign in, where, and what they may be.

The accounts themselves are rows of the application's own entity. `account` is the JSON of such a row's key (`7`,
`"ann"`), whatever its type. They go with the row (`accounts.people`).
"""

from __future__ import annotations

from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.types import Bytes, DateTime, Integer, Text
from backsmith.databases.own_table import OwnColumn, OwnTable


def has_accounts(blueprint: Blueprint) -> bool:
    """Whether the application keeps accounts: one of its entities is that of those who ask."""
    return blueprint.account is not None


STATES = OwnTable(
    name="backsmith_account_states",
    columns=(
        OwnColumn("account", Text()),
        OwnColumn("kind", Text()),  # person, service
        OwnColumn("disabled_at", DateTime(), nullable=True),
        OwnColumn("verified_email", Text(), nullable=True),  # in normal form; good while it is the account's e-mail
        OwnColumn("created_at", DateTime()),
    ),
    key=("account",),
    needed=has_accounts,
)
"""What is known of every account that Backsmith made; one without such a row can't sign in by password or code."""

PASSWORDS = OwnTable(
    name="backsmith_passwords",
    columns=(
        OwnColumn("account", Text()),
        OwnColumn("hash", Text()),  # Argon2id, with its parameters
        OwnColumn("changed_at", DateTime()),
    ),
    key=("account",),
    needed=has_accounts,
)

ROLES = OwnTable(
    name="backsmith_roles",
    columns=(
        OwnColumn("account", Text()),
        OwnColumn("role", Text()),
        OwnColumn("granted_at", DateTime()),
    ),
    key=("account", "role"),
    indexes=(("role",),),
    needed=has_accounts,
)

FLOWS = OwnTable(
    name="backsmith_flows",
    columns=(
        OwnColumn("id", Text()),  # random; who began it holds it
        OwnColumn("kind", Text()),  # accounts.flows
        OwnColumn("account", Text(), nullable=True),
        OwnColumn("code", Bytes(), nullable=True),  # keyed hash of the short code
        OwnColumn("token", Bytes(), nullable=True),  # hash of the long one, which stands in a link
        OwnColumn("attempts", Integer(16)),
        OwnColumn("content", Bytes()),  # sealed JSON
        OwnColumn("expires_at", DateTime()),
    ),
    key=("id",),
    indexes=(("expires_at",), ("account",)),
    needed=has_accounts,
)
"""What was begun and can be finished once: signing up, a code by mail, a reset, an invitation, a second factor."""

SESSIONS = OwnTable(
    name="backsmith_sessions",
    columns=(
        OwnColumn("id", Text()),  # random, not secret
        OwnColumn("account", Text()),
        OwnColumn("secret", Bytes()),  # hash of the cookie, or of the refresh token that is good now
        OwnColumn("former", Bytes(), nullable=True),  # hash of the refresh token before it
        OwnColumn("transport", Text()),  # cookie, token
        OwnColumn("methods", Text()),  # JSON: ["password", "totp"]
        OwnColumn("impersonator", Text(), nullable=True),  # the account of the administrator who acts as this one
        OwnColumn("created_at", DateTime()),
        OwnColumn("confirmed_at", DateTime()),  # when they last proved who they are
        OwnColumn("seen_at", DateTime()),
        OwnColumn("expires_at", DateTime()),
        OwnColumn("ended_at", DateTime(), nullable=True),
        OwnColumn("address", Text(), nullable=True),
        OwnColumn("user_agent", Text(), nullable=True),
    ),
    key=("id",),
    indexes=(("account",), ("expires_at",)),
    needed=has_accounts,
)

ACCOUNT_TABLES: tuple[OwnTable, ...] = (STATES, PASSWORDS, ROLES, FLOWS, SESSIONS)
