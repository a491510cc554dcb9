"""Sessions: where an account is signed in.

A session is carried by a cookie, or by a refresh token whose client gets access tokens for it. Both are random and kept
as hashes only. What ends here ends for requests too, in this process at once and in others within a second
(`revocations`).

A refresh token is good once. One that comes a second time was stolen, and either the thief or the client brings it:
nobody can tell which, so the session ends (RFC 9700, 4.14.2). The only exception is the same client (its address and
its User-Agent) within REPEATED: two tabs that refresh at the same moment. It is refused as well, but the session goes
on.
"""

from __future__ import annotations

import hmac
import re
import secrets as random
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal, NamedTuple

import msgspec

from backsmith import errors
from backsmith.accounts.access_tokens import AccessTokens
from backsmith.accounts.people import People
from backsmith.accounts.revocations import Revocations
from backsmith.accounts.tables import Tables
from backsmith.databases.database import Database
from backsmith.databases.own_rows import After, Before, Found
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError
from backsmith.secrets import Secrets
from backsmith.settings import Settings

Transport = Literal["cookie", "token"]
Method = Literal["password", "code", "passkey", "oidc", "totp", "recovery", "impersonation", "invitation"]

CONFIRMED = timedelta(minutes=10)
"""How long it counts that somebody proved who they are, for what needs that (ASVS 5.0, 7.5.1)."""
IMPERSONATION = timedelta(hours=1)
"""How long an administrator may act as somebody else."""
REPEATED = timedelta(seconds=5)
"""How long after a refresh the same client may bring the token before it without harm."""
MOST_SESSIONS = 100
"""Sessions of an account, at most (ASVS 5.0, 7.1.2); the one that wasn't used for longest ends for a new one."""

REFRESH_PREFIX = "bsr_"
"""How refresh tokens begin, so that leaked ones can be found by their looks."""
_REFRESH = re.compile(r"bsr_([\w-]{22})\.([\w-]{22})\.([\w-]{43})", re.ASCII)
_COOKIE = re.compile(r"([\w-]{22})\.([\w-]{43})", re.ASCII)
_MADE_HERE = "refresh token"


class Client(NamedTuple):
    """Who is at the other end, for the list of sessions and the audit trail."""

    address: str
    """The address alone, of the client itself: behind proxies only as far as they are trusted."""
    user_agent: str


class SignedIn(NamedTuple):
    """A session that was begun or renewed, and the secrets that its client gets, once."""

    id: str
    account: Any
    transport: Transport
    cookie: str | None
    """The value of the session's cookie."""
    access_token: str | None
    refresh_token: str | None
    expires_in: int
    """Seconds for which the access token, or the session of a cookie, is good."""


class Session(NamedTuple):
    """A session as its account sees it in the list."""

    id: str
    account: Any
    transport: Transport
    methods: tuple[Method, ...]
    impersonator: Any | None
    created_at: datetime
    confirmed_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str | None
    user_agent: str | None


class Reused(NamedTuple):
    """A refresh token that had been used came again."""

    id: str
    account: Any
    ended: bool
    """The session has ended for it."""


class Sessions:
    """Begins, renews, lists and ends sessions."""

    def __init__(
        self,
        settings: Settings,
        tables: Tables,
        people: People,
        secrets: Secrets,
        tokens: AccessTokens,
        revocations: Revocations,
        clock: Callable[[], datetime],
    ) -> None:
        self._lifetime = timedelta(days=settings.session_lifetime)
        self._idle = timedelta(days=settings.session_idle)
        self._rows = tables.sessions
        self._roles = tables.roles
        self._states = tables.states
        self._people = people
        self._secrets = secrets
        self._tokens = tokens
        self._revocations = revocations
        self._clock = clock

    async def begin(
        self,
        transaction: Transaction,
        account: Any,
        methods: tuple[Method, ...],
        client: Client,
        transport: Transport,
        *,
        impersonator: Any | None = None,
    ) -> SignedIn:
        """A new session of that account (a key). Raises RequestError."""
        now, text, id, secret = self._clock(), self._people.text(account), random.token_urlsafe(16), _random()
        await self._rows.delete(transaction, expires_at=Before(now))
        await self._make_room(transaction, text)
        row = {
            "id": id,
            "account": text,
            "secret": _hash(secret),
            "former": None,
            "transport": transport,
            "methods": msgspec.json.encode(methods).decode(),
            "impersonator": None if impersonator is None else self._people.text(impersonator),
            "created_at": now,
            "confirmed_at": now,
            "seen_at": now,
            "expires_at": now + (self._lifetime if impersonator is None else IMPERSONATION),
            "ended_at": None,
            "address": client.address or None,
            "user_agent": client.user_agent or None,
        }
        await self._rows.insert(transaction, **row)
        return await self._signed_in(transaction, row, secret)

    async def proven(self, transaction: Transaction, id: str, methods: tuple[Method, ...]) -> SignedIn:
        """They proved again who they are, in that session, which gets new secrets: those before are good no more.

        Raises RequestError BAD_TOKEN where it has ended meanwhile.
        """
        row = await self._rows.one(transaction, lock=True, id=id, ended_at=None, expires_at=After(self._clock()))
        if row is None:
            raise ended()
        secret, before = _random(), msgspec.json.decode(row["methods"], type=tuple[str, ...])
        rows = await self._rows.update(
            transaction,
            {"id": id},
            secret=_hash(secret),
            former=row["secret"],
            methods=msgspec.json.encode((*before, *(each for each in methods if each not in before))).decode(),
            confirmed_at=self._clock(),
            seen_at=self._clock(),
        )
        await self._revocations.note(transaction, "session", id)
        return await self._signed_in(transaction, rows[0], secret)

    async def refresh(self, transaction: Transaction, refresh_token: str, client: Client) -> SignedIn | Reused | None:
        """Renew a session of tokens; None where the token isn't good, whatever the reason is.

        The transaction is to be kept in each case. Raises RequestError.
        """
        parts = _REFRESH.fullmatch(refresh_token)
        if parts is None or not hmac.compare_digest(parts[2], self._made_here(parts[1])):
            return None
        now, id, old, secret = self._clock(), parts[1], _hash(parts[3]), _random()
        open = {"id": id, "transport": "token", "ended_at": None, "expires_at": After(now)}
        renewed = await self._rows.update(
            transaction,
            {**open, "secret": old, "seen_at": After(now - self._idle)},
            secret=_hash(secret),
            former=old,
            seen_at=now,
            address=client.address or None,
            user_agent=client.user_agent or None,
        )
        if not renewed:
            row = await self._rows.one(transaction, lock=True, **open)
            return None if row is None or row["secret"] == old else await self._reused(transaction, row, old, client)
        state = await self._states.one(transaction, account=renewed[0]["account"])
        if state is not None and (state["disabled_at"] is not None or state["kind"] == "service"):
            await self._end(transaction, {"id": id})
            return None
        return await self._signed_in(transaction, renewed[0], secret)

    async def list(self, transaction: Transaction | Database, account: Any) -> list[Session]:
        """The open sessions of an account, the last used ones first."""
        now = self._clock()
        rows = await self._rows.find(
            transaction,
            order="-seen_at",
            account=self._people.text(account),
            ended_at=None,
            expires_at=After(now),
            seen_at=After(now - self._idle),
        )
        return [self._session(row) for row in rows]

    async def find(self, transaction: Transaction | Database, id: str) -> Session | None:
        """An open session."""
        row = await self._rows.one(transaction, id=id, ended_at=None, expires_at=After(self._clock()))
        return None if row is None else self._session(row)

    async def end(self, transaction: Transaction, account: Any, id: str) -> bool:
        """End one of the account's sessions; whether there was one. It ends for requests too, everywhere."""
        return await self._end(transaction, {"id": id, "account": self._people.text(account)}) > 0

    async def end_all(self, transaction: Transaction, account: Any, *, but: str | None = None) -> int:
        """End all sessions of an account but that one, and those in which it acts as others; how many."""
        text = self._people.text(account)
        open = await self._rows.find(transaction, account=text, ended_at=None)
        open += await self._rows.find(transaction, impersonator=text, ended_at=None)
        found = tuple(row["id"] for row in open if row["id"] != but)
        count = await self._end(transaction, {"id": found}) if found else 0
        await self._revocations.note(transaction, "account", text)
        return count

    async def changed(self, transaction: Transaction, account: Any) -> None:
        """What the account may do has changed (roles, disabled): what is remembered of it is to be read again."""
        await self._revocations.note(transaction, "account", self._people.text(account))

    async def _end(self, transaction: Transaction, where: dict[str, Any]) -> int:
        rows = await self._rows.update(transaction, {**where, "ended_at": None}, ended_at=self._clock())
        for row in rows:
            await self._revocations.note(transaction, "session", row["id"])
        return len(rows)

    async def _make_room(self, transaction: Transaction, account: str) -> None:
        rows = await self._rows.find(transaction, order="-seen_at", account=account, ended_at=None)
        if len(rows) >= MOST_SESSIONS:
            await self._end(transaction, {"id": tuple(row["id"] for row in rows[MOST_SESSIONS - 1 :])})

    async def _reused(self, transaction: Transaction, row: Found, old: bytes, client: Client) -> Reused:
        here = (row["address"], row["user_agent"]) == (client.address or None, client.user_agent or None)
        harmless = here and row["former"] == old and self._clock() - row["seen_at"] < REPEATED
        if not harmless:
            await self._end(transaction, {"id": row["id"]})
        return Reused(row["id"], self._people.key(row["account"]), ended=not harmless)

    async def _signed_in(self, transaction: Transaction, row: Found, secret: str) -> SignedIn:
        """What the client gets."""
        id, account, seconds = row["id"], self._people.key(row["account"]), row["expires_at"] - self._clock()
        if row["transport"] == "cookie":
            return SignedIn(id, account, "cookie", f"{id}.{secret}", None, None, int(seconds.total_seconds()))
        roles = [each["role"] for each in await self._roles.find(transaction, account=row["account"])]
        token = await self._tokens.make(transaction, account, roles, id)
        refresh = f"{REFRESH_PREFIX}{id}.{self._made_here(id)}.{secret}"
        return SignedIn(id, account, "token", None, token, refresh, self._tokens.lifetime)

    def _made_here(self, id: str) -> str:
        """What shows that a refresh token was made here for that session, however old it is: ids are no secret, and
        who knows one alone must not be able to end the session."""
        return urlsafe_b64encode(self._secrets.digest(_MADE_HERE, id)[:16]).rstrip(b"=").decode()

    def _session(self, row: Found) -> Session:
        return Session(
            row["id"],
            self._people.key(row["account"]),
            row["transport"],
            msgspec.json.decode(row["methods"], type=tuple[Any, ...]),
            None if row["impersonator"] is None else self._people.key(row["impersonator"]),
            *(row[name] for name in ("created_at", "confirmed_at", "seen_at", "expires_at", "address", "user_agent")),
        )


def cookie_parts(cookie: str) -> tuple[str, bytes] | None:
    """The id of a session and the hash of its secret, by the value of the cookie; None where it has another form."""
    parts = _COOKIE.fullmatch(cookie)
    return None if parts is None else (parts[1], _hash(parts[2]))


def ended() -> RequestError:
    """The refusal of a session that isn't open (any more), in the same words whatever the reason is."""
    return RequestError(
        errors.BAD_TOKEN,
        "This session has ended.",
        hint="Sign in again.",
        headers=(("WWW-Authenticate", 'Bearer error="invalid_token", error_description="This session has ended."'),),
    )


def _random() -> str:
    """A secret of 256 random bits."""
    return random.token_urlsafe(32)


def _hash(secret: str) -> bytes:
    """What is kept of a secret: it is random, so that a plain hash is enough."""
    return sha256(secret.encode()).digest()
