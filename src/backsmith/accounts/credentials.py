"""Credentials of this application's own: the cookie of a session, an access token signed here, an API key of its table.

In: what a request brings. Out: who asks. A credential that was found good is remembered until something that it hangs
on is revoked, so that it costs a look into a dictionary; everything else is read from the tables: the session or key,
whether the account is there and not disabled, and its roles, whatever a token says of them.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic, time
from typing import Any

import msgspec

from backsmith.accounts.access_tokens import AccessTokens
from backsmith.accounts.cache import Known, OwnCache
from backsmith.accounts.cookies import ended_cookie
from backsmith.accounts.people import People
from backsmith.accounts.revocations import Kind, Revocations, Subject
from backsmith.accounts.sessions import cookie_parts, ended
from backsmith.accounts.tables import Tables
from backsmith.blueprint.asker import Asker
from backsmith.databases.database import Database
from backsmith.databases.own_rows import After, Found
from backsmith.databases.transaction import Transaction
from backsmith.errors import BAD_TOKEN, BacksmithError, RequestError
from backsmith.settings import Settings

NOTED = 60.0
"""Seconds between two notes that a session is in use, at least."""
_WRITTEN = 10.0
"""Seconds after which such notes are written."""
_LOOKED_UP = timedelta(hours=1)
"""How long an API key is remembered, so that the day of its last use is noted."""
ADMINISTRATOR = "admin"
"""The role whose accounts may administer others."""

_log = logging.getLogger("backsmith.accounts")


class Credentials:
    """Tells who asks. `close` at the end."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        tables: Tables,
        people: People,
        tokens: AccessTokens,
        revocations: Revocations,
        clock: Callable[[], datetime],
        seconds: Callable[[], float] = time,
    ) -> None:
        """`seconds` is the clock by which what is remembered ends: the same, as seconds since 1970."""
        self._idle = timedelta(days=settings.session_idle)
        self._database = database
        self._tables = tables
        self._people = people
        self._access_tokens = tokens
        self._revocations = revocations
        self._clock = clock
        self._seconds = seconds
        self.tokens = OwnCache(self._note, every=NOTED)
        """By the text of the header Authorization."""
        self.keys = OwnCache(self._note, every=NOTED)
        """By that of X-API-Key."""
        self.cookies = OwnCache(self._note, every=NOTED)
        """By that of Cookie, other cookies included: browsers send the same each time."""
        self._seen: set[str] = set()
        self._used: dict[str, str] = {}
        self._writing: asyncio.Task[None] | None = None

    def known(self, cache: OwnCache, text: str) -> Asker | None:
        """Who that credential shows, if it is remembered and may be. Read on the hot path."""
        if monotonic() >= self._revocations.trusted_until:
            return None
        return cache.get(text, self._seconds())

    def forget(self, kind: Kind, subject: str) -> None:
        """Forget what hangs on something that was revoked."""
        for cache in (self.tokens, self.keys, self.cookies):
            cache.forget(kind, subject)

    async def by_cookie(self, header: str, cookie: str) -> Asker:
        """Who the cookie of a session in a header shows. Raises RequestError BAD_TOKEN, which takes it away."""
        parts = cookie_parts(cookie)
        if parts is None:
            raise _taken_away(ended())
        id, digest = parts
        heard = await self._listening()
        row = await self._session(id)
        if row is None or row["transport"] != "cookie" or not hmac.compare_digest(row["secret"], digest):
            raise _taken_away(ended())
        try:
            return await self._of_session(self.cookies, header, row, row["expires_at"], "session", heard)
        except RequestError as error:
            raise _taken_away(error) if error.kind is BAD_TOKEN else error from None

    async def by_token(self, header: str, token: str) -> Asker | None:
        """Who an access token in a header shows; None for one that wasn't signed here.

        Raises BadToken, and RequestError BAD_TOKEN.
        """
        if not await self._access_tokens.is_ours(token):
            return None
        heard = await self._listening()
        claims = await self._access_tokens.check(token)
        row = await self._session(claims["sid"])
        if row is None or row["transport"] != "token" or claims["sub"] != str(self._people.key(row["account"])):
            raise ended()
        until = datetime.fromtimestamp(claims["exp"], row["expires_at"].tzinfo)
        return await self._of_session(self.tokens, header, row, min(until, row["expires_at"]), "token", heard)

    async def by_key(self, cache: OwnCache, header: str, key: str) -> Asker | None:
        """Who an API key in a header shows; None where there is no such key."""
        heard = await self._listening()
        digest = sha256(key.encode("utf-8", "surrogateescape")).digest()
        now = self._clock()
        row = await self._tables.api_keys.one(self._database, digest=digest, revoked_at=None, expires_at=After(now))
        roles = None if row is None else await self._roles(row["account"], service=True)
        if row is None or roles is None:
            return None
        scopes = frozenset(msgspec.json.decode(row["scopes"], type=list[str]))
        asker = Asker(self._people.key(row["account"]), roles, "key", row["name"], scopes)
        subjects: tuple[Subject, ...] = (("key", row["id"]), ("account", row["account"]))
        self._keep(cache, header, asker, min(row["expires_at"], now + _LOOKED_UP), subjects, heard)
        self._use(row, now)
        return asker

    async def write(self) -> None:
        """Write which sessions and keys were used. Raises RequestError."""
        seen, self._seen = tuple(self._seen), set()
        used, self._used = self._used, {}
        if not seen and not used:
            return

        async def work(transaction: Transaction) -> None:
            if seen:
                await self._tables.sessions.update(transaction, {"id": seen, "ended_at": None}, seen_at=self._clock())
            for id, day in used.items():
                await self._tables.api_keys.update(transaction, {"id": id}, used_on=day)

        await self._database.transact(work)

    async def close(self) -> None:
        """Write what is to be written, and forget all."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
            self._writing = None
            await self._try_to_write()
        for cache in (self.tokens, self.keys, self.cookies):
            cache.clear()

    async def _listening(self) -> int:
        """What is to be heard of revocations is being heard; how much was so far."""
        await self._revocations.watched()
        return self._revocations.heard

    async def _session(self, id: str) -> Found | None:
        now = self._clock()
        return await self._tables.sessions.one(
            self._database, id=id, ended_at=None, expires_at=After(now), seen_at=After(now - self._idle)
        )

    async def _of_session(
        self, cache: OwnCache, header: str, row: Found, until: datetime, via: Any, heard: int
    ) -> Asker:
        account, impersonator = row["account"], row["impersonator"]
        subjects: tuple[Subject, ...] = (("session", row["id"]), ("account", account))
        roles = await self._roles(account)
        if impersonator is not None:  # good only as long as who acts is an administrator themselves
            subjects = (*subjects, ("account", impersonator))
            if ADMINISTRATOR not in (await self._roles(impersonator) or ()):
                roles = None
        if roles is None:
            raise ended()
        acts = None if impersonator is None else self._people.key(impersonator)
        asker = Asker(self._people.key(account), roles, via, session=row["id"], impersonator=acts)
        self._keep(cache, header, asker, until, subjects, heard)
        if via == "session" and (self._clock() - row["seen_at"]).total_seconds() >= NOTED:
            self._note(asker)
        return asker

    async def _roles(self, account: str, *, service: bool = False) -> frozenset[str] | None:
        """The roles of an account; None where it isn't there, is disabled, or is a service account and must be none."""
        state = await self._tables.states.one(self._database, account=account)
        if state is not None and (state["disabled_at"] is not None or (state["kind"] == "service" and not service)):
            return None
        if not await self._people.exists(self._people.key(account)):
            return None
        return frozenset(row["role"] for row in await self._tables.roles.find(self._database, account=account))

    def _keep(
        self,
        cache: OwnCache,
        header: str,
        asker: Asker,
        until: datetime,
        subjects: tuple[Subject, ...],
        heard: int,
    ) -> None:
        if self._revocations.may_keep(heard, subjects):
            cache.put(Known(header, asker, until.timestamp(), subjects, self._seconds(), self._idle.total_seconds()))

    def _note(self, asker: Asker) -> None:
        """A session that a cookie carries was used. Those of tokens are noted when they are refreshed."""
        if asker.via == "session" and asker.session is not None:
            self._seen.add(asker.session)
            self._write_soon()

    def _use(self, row: Found, now: datetime) -> None:
        """An API key was used; the day is noted."""
        day = now.date().isoformat()
        if row["used_on"] != day:
            self._used[row["id"]] = day
            self._write_soon()

    def _write_soon(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write_later())

    async def _write_later(self) -> None:
        await asyncio.sleep(_WRITTEN)
        await self._try_to_write()

    async def _try_to_write(self) -> None:
        try:
            await self.write()
        except BacksmithError as error:
            _log.warning("That sessions were used can't be written: %s", error)


def _taken_away(error: RequestError) -> RequestError:
    """The refusal of a cookie, which the browser is told to forget."""
    error.headers = (*error.headers, ("Set-Cookie", ended_cookie()))
    return error
