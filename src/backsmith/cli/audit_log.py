"""`backsmith audit-log`: whether the audit trail is as it was written, what it says, and giving up what is old."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from backsmith.accounts.services import Services
from backsmith.accounts.trail_chain import End, Entry
from backsmith.accounts.trail_reading import Wanted, head_of, latest, prune
from backsmith.accounts.trail_verdict import Verdict, entry_shown, verify
from backsmith.app import Backsmith, asgi
from backsmith.cli.exit_codes import DONE, MISTAKES
from backsmith.cli.loading import named_model
from backsmith.cli.talk import counted, next_command, say, write, write_json
from backsmith.databases.guard_tables import GUARD_TABLES
from backsmith.databases.own_tables import make_own
from backsmith.errors import UsageError

What = Literal["verify", "list", "head", "prune"]

LAST = 50
"""Events that are listed unless told otherwise."""
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def audit_log(
    what: What,
    model: str | None = None,
    /,
    *,
    anchor: str | None = None,
    account: str | None = None,
    event: str | None = None,
    since: str | None = None,
    last: int = LAST,
    before: str | None = None,
    yes: bool = False,
    database: str | None = None,
    json: bool = False,
) -> int:
    """Check and show the audit trail: sign-ins, denials, changes of rights, administrative acts.

    `verify` goes through the chain of hashes and names the first row that isn't as it was written; `list` shows the
    latest events; `head` prints number and hash of the last row, to be kept elsewhere, so that `verify --anchor` tells
    later whether anything up to it was changed or taken away; `prune` gives up what is old. Exit codes: 0 done; 1 the
    trail isn't as it was written; 2 a mistake in the command; 3 the database can't be used.

    Example: `backsmith audit-log verify shop.py --anchor "$(cat head.txt)"`

    Parameters
    ----------
    what
        verify, list, head or prune.
    model
        The model's file, package or dotted name.
    anchor
        Of verify: what `head` printed earlier.
    account
        Of list: only events of the account with this key, as JSON: 7 or '"ann"'.
    event
        Of list: only events of this kind, such as sign-in.failed.
    since
        Of list: from then on: 30s, 10m, 2h, 7d, or an instant such as 2026-01-23T13:45.
    last
        Of list: so many of the last events.
    before
        Of prune: give up events from before then, written as for --since: 365d.
    yes
        Of prune: do it. Without, it only says what would be given up.
    database
        URL of the database: sqlite:///file.db, postgresql://user@host/name or postgresql:embedded.
    json
        Write JSON, for programs; of `list` a line an event.
    """
    if (before is None) == (what == "prune"):
        raise UsageError("prune and --before belong together: prune --before 365d")
    if anchor is not None and what != "verify":
        raise UsageError("--anchor is of verify.")
    if account is not None and "@" in account and not account.startswith('"'):
        raise UsageError(f"--account takes the account's key. See: backsmith accounts show {account}")
    end = None if anchor is None else _anchor(anchor)
    wanted = Wanted(account, event, None if since is None else _instant("--since", since))
    name = named_model(model)
    application = asgi(name, database=database)

    async def run() -> int:
        async with _opened(application) as services:
            match what:
                case "verify":
                    return _say(await verify(services.database, services.tables, services.secrets, end), json=json)
                case "list":
                    found = await latest(services.database, services.tables, wanted, last)
                    if not found:
                        say("No events fit.")
                    for entry in reversed(found):
                        write(msgspec.json.encode(_shown(entry)).decode() if json else entry_shown(entry))
                    return DONE
                case "head":
                    head = await head_of(services.database, services.tables)
                    if json:
                        write_json(head._asdict())
                    else:
                        write(f"{head.number}:{head.hash}")
                    return DONE
                case "prune":
                    return await _prune(services, name, _instant("--before", before or ""), before or "", yes=yes)

    return asyncio.run(run())


@asynccontextmanager
async def _opened(application: Backsmith) -> AsyncGenerator[Services]:
    if application.accounts is None:
        raise UsageError("This application keeps no accounts, so it has no audit trail. Import Account in its model.")
    await application.database.open()
    try:
        for table in GUARD_TABLES:
            await make_own(application.database, table)
        await application.secrets.start(application.database)
        yield application.accounts.services
    finally:
        await application.accounts.close()
        await application.secrets.close()
        await application.database.close()


def _say(verdict: Verdict, *, json: bool) -> int:
    broken = verdict.broken
    if json:
        head = None if verdict.head is None else verdict.head._asdict()
        found = None if broken is None else broken._asdict()
        write_json({"good": broken is None, "rows": verdict.rows, "head": head, "broken": found})
    elif broken is None:
        pruned = verdict.start.number if verdict.start is not None else 0
        earlier = f" Rows up to {pruned} were pruned." if pruned else ""
        write(f"The audit trail is as it was written: {counted(verdict.rows, 'row', 'rows')}.{earlier}")
    else:
        several = broken.what == "missing"  # its message names them
        write(broken.message if several else f"Row {broken.number} is {broken.what}: {broken.message}")
        before = counted(verdict.rows, "row before it is", "rows before it are")
        say(f"{before} good. Compare with a backup before anything else.")
    return DONE if broken is None else MISTAKES


async def _prune(services: Services, model: str, before: datetime, said: str, *, yes: bool) -> int:
    verdict = await verify(services.database, services.tables, services.secrets)
    if verdict.broken is not None:  # what is given up couldn't be looked into any more
        return _say(verdict, json=False)
    if not yes:
        oldest = await latest(services.database, services.tables, Wanted(since=before), verdict.rows + 1)
        gone = verdict.rows - len(oldest)
        say(f"{counted(gone, 'row', 'rows')} would be given up, of {verdict.rows}.")
        next_command(f"backsmith audit-log prune {model} --before {said} --yes")
        return DONE
    count = await prune(services.database, services.tables, services.secrets, services.trail, before)
    goes_on = " The chain goes on from the last of them." if count else ""
    say(f"Gave up {counted(count, 'row', 'rows')}.{goes_on}")
    return DONE


def _shown(entry: Entry) -> dict[str, object]:
    values: dict[str, object] = entry._asdict()
    for name in ("account", "actor", "details"):
        values[name] = msgspec.Raw(str(values[name] or "null").encode())
    return {**values, "hash": entry.hash}


def _anchor(text: str) -> End:
    parts = re.fullmatch(r"\s*(\d{1,18}):([0-9a-f]{64})\s*", text)
    if parts is None:
        raise UsageError("--anchor is what `backsmith audit-log head` printed: a number, a colon and a hash.")
    return End(int(parts[1]), parts[2])


def _instant(option: str, text: str) -> datetime:
    ago = re.fullmatch(r"(\d{1,6})([smhd])", text)
    try:
        if ago:
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        instant = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{option} {text} is no time. Write 30s, 10m, 2h, 7d or 2026-01-23T13:45.") from error
    return (instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant).astimezone(UTC)
