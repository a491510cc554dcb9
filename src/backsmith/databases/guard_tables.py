"""The tables of the protection around accounts: the audit trail, attempts that were made, requests that were counted.

In the audit trail rows are only added: triggers refuse to change or delete one, but for those at its beginning that
`backsmith audit-log prune` has given up, which is noted in `backsmith_audit_chain`.
"""

from __future__ import annotations

from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.types import Bytes, Integer, Text
from backsmith.databases.own_table import OwnColumn, OwnTable


def guards_accounts(blueprint: Blueprint) -> bool:
    """Whether the application keeps accounts."""
    return blueprint.account is not None


_REFUSED = "The audit trail is only added to. backsmith audit-log prune takes away what is old."
_GIVEN_UP = "(SELECT number FROM backsmith_audit_chain WHERE kind = 'start')"

AUDIT_LOG = OwnTable(
    name="backsmith_audit_log",
    columns=(
        OwnColumn("number", Integer()),  # counted from 1, without gaps
        OwnColumn("at", Text()),  # 2026-01-23T00:00:00.000000+00:00; text, so that it stays as it was hashed
        OwnColumn("event", Text()),  # sign-in, sign-in.failed, role.granted
        OwnColumn("account", Text(), nullable=True),  # JSON of the key of whom it happened to
        OwnColumn("actor", Text(), nullable=True),  # the same of who did it, where that is another
        OwnColumn("address", Text()),
        OwnColumn("user_agent", Text()),
        OwnColumn("request_id", Text()),
        OwnColumn("details", Text()),  # JSON
        OwnColumn("previous", Text()),  # hash of the row before
        OwnColumn("hash", Text()),  # accounts.trail_chain
        OwnColumn("seal", Text()),  # keyed hash of that hash
    ),
    key=("number",),
    indexes=(("account", "number"), ("event", "number")),
    also={
        "sqlite": (
            "CREATE TRIGGER backsmith_audit_log_update BEFORE UPDATE ON backsmith_audit_log"
            f" BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
            "CREATE TRIGGER backsmith_audit_log_delete BEFORE DELETE ON backsmith_audit_log"
            f" WHEN OLD.number > COALESCE({_GIVEN_UP}, 0)"
            f" BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
        ),
        "postgres": (
            "CREATE OR REPLACE FUNCTION backsmith_audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN IF TG_OP = 'DELETE' AND OLD.number <= COALESCE({_GIVEN_UP}, 0) THEN RETURN OLD; END IF;"
            f" RAISE EXCEPTION '{_REFUSED}'; END $$",
            "CREATE TRIGGER backsmith_audit_log_rows BEFORE UPDATE OR DELETE ON backsmith_audit_log"
            " FOR EACH ROW EXECUTE FUNCTION backsmith_audit_log_refuse()",
            "CREATE TRIGGER backsmith_audit_log_all BEFORE TRUNCATE ON backsmith_audit_log"
            " FOR EACH STATEMENT EXECUTE FUNCTION backsmith_audit_log_refuse()",
        ),
    },
    needed=guards_accounts,
)
"""Sign-ins, denials, changes of rights, administrative acts (`accounts.trail`)."""

_BEGINNING = tuple(
    "INSERT INTO backsmith_audit_chain (kind, number, hash, seal)"
    f" VALUES ('{kind}', 0, '{'0' * 64}', '') ON CONFLICT (kind) DO NOTHING"
    for kind in ("head", "start")
)

AUDIT_CHAIN = OwnTable(
    name="backsmith_audit_chain",
    columns=(
        OwnColumn("kind", Text()),  # head: the last row; start: the last of those that were taken away
        OwnColumn("number", Integer()),
        OwnColumn("hash", Text()),  # of that row
        OwnColumn("seal", Text()),  # keyed hash of kind, number and hash; empty where the number is 0
    ),
    key=("kind",),
    also={"sqlite": _BEGINNING, "postgres": _BEGINNING},
    needed=guards_accounts,
)
"""The two ends of the audit trail."""

ATTEMPTS = OwnTable(
    name="backsmith_attempts",
    columns=(
        OwnColumn("key", Bytes()),  # keyed hash of what was attempted, and of the account or address
        OwnColumn("owed", Integer()),  # when all attempts are forgiven, milliseconds since 1970
        OwnColumn("free", Integer()),  # from when on the next one may be made
        OwnColumn("every", Integer()),  # milliseconds after which one is forgiven
        OwnColumn("allowance", Integer()),  # how many may be made without a wait
        OwnColumn("first", Integer()),  # milliseconds of the first wait
        OwnColumn("forget", Integer()),  # when the row is of no use any more: the later of owed and free
    ),
    key=("key",),
    indexes=(("forget",),),
    needed=guards_accounts,
)
"""Attempts to sign in and the like (`accounts.throttle`)."""

REQUESTS = OwnTable(
    name="backsmith_requests",
    columns=(
        OwnColumn("key", Bytes()),  # hash of who asks and by which limit
        OwnColumn("period", Integer()),  # of so many seconds since 1970
        OwnColumn("count", Integer()),
        OwnColumn("forget", Integer()),  # seconds since 1970
    ),
    key=("key", "period"),
    indexes=(("forget",),),
    needed=guards_accounts,
)
"""Requests that were counted for the setting `limits` (`accounts.limits`)."""

GUARD_TABLES = (AUDIT_CHAIN, AUDIT_LOG, ATTEMPTS, REQUESTS)
