"""The tables that Backsmith keeps for itself about accounts: how they sign in, where, and what they may be.

The accounts themselves are rows of the application's own entity. `account` is the JSON of such a row's key (`7`,
`"ann"`), whatever its type. They go with the row (`accounts.people`).
"""

from __future__ import annotations

from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.types import Boolean, Bytes, DateTime, Integer, Text
from backsmith.databases.guard_tables import GUARD_TABLES
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

TOTP = OwnTable(
    name="backsmith_totp",
    columns=(
        OwnColumn("account", Text()),
        OwnColumn("secret", Bytes()),  # sealed
        OwnColumn("last_step", Integer()),  # the step of 30 seconds whose code was used last
        OwnColumn("created_at", DateTime()),
    ),
    key=("account",),
    needed=has_accounts,
)
"""Second factors by an app that shows codes (`accounts.totp`)."""

RECOVERY_CODES = OwnTable(
    name="backsmith_recovery_codes",
    columns=(
        OwnColumn("account", Text()),
        OwnColumn("digest", Bytes()),  # keyed hash of the code
    ),
    key=("account", "digest"),
    needed=has_accounts,
)
"""Codes that take the place of a second factor, once each; a used one is gone."""

PASSKEYS = OwnTable(
    name="backsmith_passkeys",
    columns=(
        OwnColumn("id", Text()),  # credential id, base64url
        OwnColumn("account", Text()),
        OwnColumn("name", Text()),  # for people
        OwnColumn("public_key", Bytes()),  # COSE
        OwnColumn("sign_count", Integer()),  # as the authenticator said last
        OwnColumn("transports", Text()),  # JSON: ["internal"]
        OwnColumn("backed_up", Boolean()),  # kept by a provider of passkeys, on several devices
        OwnColumn("created_at", DateTime()),
        OwnColumn("used_at", DateTime(), nullable=True),
    ),
    key=("id",),
    indexes=(("account",),),
    needed=has_accounts,
)

PASSKEY_HANDLES = OwnTable(
    name="backsmith_passkey_handles",
    columns=(
        OwnColumn("account", Text()),
        OwnColumn("handle", Bytes()),  # random; what authenticators know the account by
    ),
    key=("account",),
    needed=has_accounts,
)

IDENTITIES = OwnTable(
    name="backsmith_identities",
    columns=(
        OwnColumn("issuer", Text()),
        OwnColumn("subject", Text()),  # the issuer's own name of the person, for ever
        OwnColumn("id", Text()),  # random; what our own API calls it
        OwnColumn("account", Text()),
        OwnColumn("provider", Text()),  # its name in the settings when it was linked
        OwnColumn("email", Text(), nullable=True),  # as the provider said last; for people to tell them apart
        OwnColumn("created_at", DateTime()),
        OwnColumn("used_at", DateTime(), nullable=True),
    ),
    key=("issuer", "subject"),
    indexes=(("account",),),
    needed=has_accounts,
)
"""Who signs in by another provider (`accounts.oidc`)."""

FACTOR_TABLES = (TOTP, RECOVERY_CODES, PASSKEYS, PASSKEY_HANDLES, IDENTITIES)

REVOCATIONS = OwnTable(
    name="backsmith_revocations",
    columns=(
        OwnColumn("position", Integer(), identity=True),
        OwnColumn("mark", Text()),  # random, so that who wrote it knows it again
        OwnColumn("kind", Text()),  # session, account, key
        OwnColumn("subject", Text()),  # its id
        OwnColumn("at", DateTime()),
    ),
    key=("position",),
    indexes=(("at",),),
    needed=has_accounts,
)
"""What every process is to forget: sessions that ended, accounts whose rights changed. Kept for a while only."""

SIGNING_KEYS = OwnTable(
    name="backsmith_signing_keys",
    columns=(
        OwnColumn("number", Integer()),  # counted from 1
        OwnColumn("kid", Text()),  # its thumbprint (RFC 7638)
        OwnColumn("algorithm", Text()),  # EdDSA, ES256
        OwnColumn("public", Text()),  # JSON Web Key
        OwnColumn("private", Bytes()),  # the whole JSON Web Key, sealed
        OwnColumn("signs_from", DateTime()),
        OwnColumn("ends_at", DateTime(), nullable=True),  # checks tokens until then; null: it has no successor yet
    ),
    key=("number",),
    needed=has_accounts,
)
"""Keys that sign access tokens; the newest whose time has come signs."""

API_KEYS = OwnTable(
    name="backsmith_api_keys",
    columns=(
        OwnColumn("id", Text()),  # random, not secret
        OwnColumn("name", Text()),
        OwnColumn("digest", Bytes()),  # hash of the key
        OwnColumn("account", Text()),
        OwnColumn("scopes", Text()),  # JSON: ["read:orders"]
        OwnColumn("created_at", DateTime()),
        OwnColumn("expires_at", DateTime()),
        OwnColumn("used_on", Text(), nullable=True),  # 2026-01-23, UTC
        OwnColumn("revoked_at", DateTime(), nullable=True),
    ),
    key=("id",),
    indexes=(("digest",), ("account",)),
    needed=has_accounts,
)
"""Keys of programs that act for an account, beside those of the setting `api_keys`."""

SESSION_TABLES = (REVOCATIONS, SIGNING_KEYS, API_KEYS)

INVITATIONS = OwnTable(
    name="backsmith_invitations",
    columns=(
        OwnColumn("id", Text()),  # of the flow that its token ends
        OwnColumn("team", Text(), nullable=True),  # JSON of the team's key; null: an invitation to sign up
        OwnColumn("email", Text()),  # in normal form
        OwnColumn("roles", Text()),  # JSON: ["member"]
        OwnColumn("account", Text(), nullable=True),  # who invites; their invitations go with them
        OwnColumn("created_at", DateTime()),
        OwnColumn("expires_at", DateTime()),
    ),
    key=("id",),
    indexes=(("team", "email"), ("account",), ("expires_at",)),
    needed=has_accounts,
)
"""Invitations that are open (`accounts.invitations`)."""

OUTBOX = OwnTable(
    name="backsmith_outbox",
    columns=(
        OwnColumn("id", Text()),  # random; the first half of its Message-ID
        OwnColumn("template", Text()),
        OwnColumn("content", Bytes()),  # sealed JSON: the mail as it will be sent
        OwnColumn("attempts", Integer(16)),  # times that a process took it
        OwnColumn("created_at", DateTime()),
        OwnColumn("due_at", DateTime()),  # nobody takes it before; whoever takes it moves that on
    ),
    key=("id",),
    indexes=(("due_at",),),
    needed=has_accounts,
)
"""Mails that are still to be sent (`mail`)."""

ACCOUNT_TABLES: tuple[OwnTable, ...] = (
    OUTBOX,
    *(STATES, PASSWORDS, ROLES, FLOWS, SESSIONS, INVITATIONS),
    *FACTOR_TABLES,
    *SESSION_TABLES,
    *GUARD_TABLES,
)

TOLD: dict[str, tuple[str, ...]] = {
    "backsmith_account_states": ("kind", "disabled_at", "verified_email", "created_at"),
    "backsmith_passwords": ("changed_at",),
    "backsmith_roles": ("role", "granted_at"),
    "backsmith_flows": (),
    "backsmith_sessions": (
        "transport", "methods", "created_at", "seen_at", "expires_at", "ended_at", "address", "user_agent"
    ),
    "backsmith_totp": ("created_at",),
    "backsmith_recovery_codes": (),
    "backsmith_passkeys": ("name", "created_at", "used_at"),
    "backsmith_passkey_handles": (),
    "backsmith_identities": ("provider", "issuer", "subject", "email", "created_at", "used_at"),
    "backsmith_api_keys": ("name", "scopes", "created_at", "expires_at", "used_on", "revoked_at"),
    "backsmith_invitations": ("roles", "created_at", "expires_at"),
    "backsmith_audit_log": ("at", "event", "address", "user_agent"),
}  # fmt: skip
"""What people are given of what is kept of their accounts: nothing secret, and nothing of others."""

STAYING = frozenset({"backsmith_audit_log"})
"""Tables whose rows stay when an account goes."""


def of_account() -> tuple[OwnTable, ...]:
    """The tables whose rows go with the account that they are of."""
    return tuple(
        table
        for table in ACCOUNT_TABLES
        if table.name not in STAYING and any(column.name == "account" for column in table.columns)
    )
