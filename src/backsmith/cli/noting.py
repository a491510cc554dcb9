"""What commands do to rights and keys, noted in the audit trail: an event of the command line -> a row.

For applications that keep accounts; others have no trail. It is noted once it is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from backsmith.blueprint.blueprint import Blueprint
from backsmith.cli.talk import say
from backsmith.databases.database import Database, MissingError
from backsmith.errors import BacksmithError
from backsmith.evolution.plan import Plan
from backsmith.secrets import Secrets
from backsmith.secrets.keys import Keys
from backsmith.settings import Settings

MOST = 20
"""Changes of rights that are told one by one."""
_CHARACTERS = 150
"""Of each of them."""
ACTOR = "command line"


async def note(database: Database, secrets: Secrets, event: str, details: Mapping[str, Any]) -> None:
    """Append an event of the command line. The secrets were started. Raises RequestError, DatabaseError."""
    from backsmith.accounts.tables import Tables  # noqa: PLC0415  takes a while to import
    from backsmith.accounts.trail import SYSTEM, Trail  # noqa: PLC0415  takes a while to import
    from backsmith.databases.guard_tables import GUARD_TABLES  # noqa: PLC0415  only needed here
    from backsmith.databases.own_tables import make_own  # noqa: PLC0415  only needed here

    for table in GUARD_TABLES:
        await make_own(database, table)
    trail = Trail(Tables(database.dialect), _text, secrets, lambda: datetime.now(UTC))
    await database.transact(
        lambda transaction: trail.note(transaction, event, client=SYSTEM, request_id="", actor=ACTOR, details=details),
        retry=True,
    )


async def note_rights(settings: Settings, database: Database, blueprint: Blueprint, plan: Plan) -> None:
    """Note what a plan that was carried out lets people do newly. That it can't be noted is said, and undoes nothing.

    Where no server has made keys yet nobody has signed in, and there is no trail: keys that were made here could be
    of another root secret than the servers have.
    """
    from backsmith.accounts.accounts import keeps_accounts  # noqa: PLC0415  takes a while to import

    gained = [each for each in plan.access if each.kind != "narrower"]
    if not gained or not keeps_accounts(settings, blueprint):
        return
    secrets = Secrets(settings)
    try:
        if not await _has_keys(database):
            return
        await secrets.start(database)
        changes = [f"{each.about}, {each.verb}: {each.text}"[:_CHARACTERS] for each in gained[:MOST]]
        details = {"version": plan.to_hash, "count": len(gained), "changes": changes}
        await note(database, secrets, "rights.widened", details)
    except BacksmithError as error:
        say(f"The audit trail couldn't be told who may do more now: {error}")
    finally:
        await secrets.close()


async def _has_keys(database: Database) -> bool:
    try:
        return await Keys(database).there()
    except MissingError:
        return False


def _text(key: Any) -> str:
    return msgspec.json.encode(key).decode()
