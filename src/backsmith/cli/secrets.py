"""`backsmith secrets`: the root secret and the keys that are kept under it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from backsmith.accounts.services import Services
from backsmith.app import Backsmith, asgi
from backsmith.cli.exit_codes import DONE, MISTAKES
from backsmith.cli.loading import named_model
from backsmith.cli.noting import note
from backsmith.cli.talk import counted, next_command, say, write, write_json
from backsmith.databases.transaction import Transaction
from backsmith.engine.sealed.resealing import reseal
from backsmith.errors import UsageError
from backsmith.secrets.keys import ROTATED, DataKey, Purpose
from backsmith.secrets.root import make_root, new_root, read_root, root_file, weakness
from backsmith.secrets.secrets import FIELDS, HOLD, Secrets

What = Literal["show", "new", "rotate", "rotate-root", "reseal"]
Which = Literal["all", "fields", "accounts", "signing"]
_KEYS: dict[Which, tuple[Purpose, ...]] = {
    "all": ROTATED,
    "fields": ("fields",),
    "accounts": ("accounts",),
    "signing": (),
}


class Line(Struct, frozen=True):
    """What is shown of a key."""

    id: str
    purpose: str
    made_at: datetime
    state: str


def secrets(
    what: What,
    model: str | None = None,
    /,
    *,
    only: Which = "all",
    new_file: str | None = None,
    at_once: bool = False,
    database: str | None = None,
    json: bool = False,
) -> int:
    """Show and replace the keys that everything secret is encrypted with.

    `show` lists the keys, without what they are; `new` prints a fresh root secret; `rotate` makes new keys, `reseal`
    encrypts all rows of secret fields with the newest one; `rotate-root` wraps all keys by another root secret. None of
    them needs the servers to stop. Exit codes: 0 done; 1 values that can't be opened; 2 the wrong root secret.

    Example: `backsmith secrets rotate shop.py --only fields`

    Parameters
    ----------
    what
        show, new, rotate, rotate-root or reseal.
    model
        The model's file, package or dotted name.
    only
        What to rotate: keys of secret fields, of what accounts keep, or those that sign tokens.
    new_file
        Of rotate-root: the file of the new root secret, which is made where there is none.
    at_once
        Of rotate --only signing: after a leak. All access tokens end now; clients get new ones by refresh tokens.
    database
        URL of the database: sqlite:///file.db, postgresql://user@host/name or postgresql:embedded.
    json
        Write JSON, for programs.
    """
    if at_once and (what != "rotate" or only != "signing"):
        raise UsageError("--at-once is of rotate --only signing: other keys have nothing to end.")
    if (new_file is None) == (what == "rotate-root"):
        raise UsageError("rotate-root and --new-file belong together: the file of the new root secret.")
    if what == "new":
        write(new_root())
        return DONE
    model = named_model(model)
    application = asgi(model, database=database)
    match what:
        case "show":
            return asyncio.run(_show(application, json=json))
        case "rotate":
            return asyncio.run(_rotate(application, model, only, at_once=at_once))
        case "reseal":
            return asyncio.run(_reseal(application))
        case "rotate-root":
            return asyncio.run(_rotate_root(application, Path(new_file or "")))


@asynccontextmanager
async def _opened(application: Backsmith) -> AsyncGenerator[Secrets]:
    """The secrets of the application. Raises UsageError, DatabaseError."""
    await application.database.open()
    try:
        await application.secrets.start(application.database)
        yield application.secrets
    finally:
        if application.accounts is not None:
            await application.accounts.close()
        await application.secrets.close()
        await application.database.close()


async def _note(application: Backsmith, event: str, **details: Any) -> None:
    """Note in the audit trail what was done, where there is one."""
    if application.accounts is not None:
        await note(application.database, application.secrets, event, details)


async def _show(application: Backsmith, *, json: bool) -> int:
    async with _opened(application) as secrets:
        now = datetime.now(UTC)
        lines = [Line(key.id, key.purpose, key.made_at, _state(secrets, key, now)) for key in secrets.known()]
    if json:
        write_json(lines)
        return DONE
    settings = application.settings
    say(f"Root secret: {'BACKSMITH_SECRET' if settings.secret else root_file(settings)}")
    for line in lines:
        made = f"{line.made_at:%Y-%m-%d %H:%M}, {_days((now - line.made_at).days)}"
        write(f"{line.id}  {line.purpose:<8}  {line.state:<6}  {made}")
    return DONE


def _state(secrets: Secrets, key: DataKey, now: datetime) -> str:
    """`in use`; `coming`: it will be in a moment; `old`: it opens what it has sealed."""
    if key.purpose == "digests":
        return "in use"
    if secrets.sealing(FIELDS if key.purpose == "fields" else "").id == key.id:
        return "in use"
    return "coming" if secrets.in_use_from(key) > now else "old"


def _days(days: int) -> str:
    return "today" if days == 0 else f"{counted(days, 'day', 'days')} ago"


async def _rotate(application: Backsmith, model: str, only: Which, *, at_once: bool) -> int:
    async with _opened(application) as secrets:
        made: Sequence[str] = await secrets.rotate(_KEYS[only]) if _KEYS[only] else ()
        for id in made:
            say(f"Made the key {id}. It is used in {HOLD.seconds} seconds, when every server has read it.")
        if only in ("all", "signing") and application.accounts is not None:
            kid = await application.accounts.signing.rotate(at_once=at_once)
            say(f"Made the signing key {kid}." + ("" if at_once else " It signs once everybody can have fetched it."))
        elif only == "signing":
            raise UsageError("No tokens are signed here: the application keeps no accounts.")
        await _note(application, "secrets.rotated", only=only, keys=len(made), at_once=at_once)
    if only in ("all", "fields"):
        next_command(f"backsmith secrets reseal {model}")
    return DONE


async def _reseal(application: Backsmith) -> int:
    async with _opened(application) as secrets:
        waiting = max(secrets.in_use_from(key) for key in secrets.known()) - datetime.now(UTC)
        if waiting.total_seconds() > 0:
            say(f"Waiting {waiting.total_seconds():.0f} seconds, until every server uses the newest key.")
            await asyncio.sleep(waiting.total_seconds())
        done = await reseal(
            application.database,
            secrets,
            application.blueprint,
            lambda entity, count: say(f"{entity}: {counted(count, 'value', 'values')}."),
        )
        if application.accounts is not None:
            await application.database.transact(application.accounts.signing.seal_again)
            await _seal_totp_again(application.accounts.services)
        await _note(application, "secrets.resealed", values=done.values, left=len(done.left))
    for each in done.left:
        write(each)
    if done.left:
        say(f"{counted(len(done.left), 'value', 'values')} can't be opened: changed by somebody, or from elsewhere.")
        return MISTAKES
    say(f"Sealed {counted(done.values, 'value', 'values')} again; all have the newest key.")
    return DONE


async def _seal_totp_again(services: Services) -> None:
    """Seal the secrets of authenticator apps again (`accounts.totp`), each where it still is what was read."""
    for row in await services.tables.totp.find(services.database):
        account, was = row["account"], row["secret"]
        secret = services.secrets.open("totp", was, about=account)
        sealed = services.secrets.seal("totp", secret, about=account)

        async def work(transaction: Transaction, where: dict[str, Any], sealed: bytes = sealed) -> None:
            await services.tables.totp.update(transaction, where, secret=sealed)

        where = {"account": account, "secret": was}
        await services.database.transact(partial(work, where=where))


async def _rotate_root(application: Backsmith, file: Path) -> int:
    async with _opened(application) as secrets:
        there = read_root(file)
        root = make_root(file) if there is None else there
        why = weakness(root)
        if why is not None:
            raise UsageError(f"The root secret in {file} can be guessed: it {why}. Make one: backsmith secrets new")
        count = await secrets.rewrap(root)
        await _note(application, "secrets.root-rotated", keys=count)
    say(
        f"Wrapped {counted(count, 'key', 'keys')} by the root secret in {file}.\nBack it up, set secret_file to it, or "
        "put it in the place of the former one, and restart the servers: they go on with what they have read, and "
        "start with the new one only."
    )
    return DONE
