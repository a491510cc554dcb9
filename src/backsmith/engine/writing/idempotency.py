"""Idempotency-Key: a request that is sent twice is done once, and replied to twice.

In: a request that carries the key, who asks, and the work that answers it. Out: the reply, or the one of the first time
with `idempotency-replayed: true`. The record stands in the transaction of the work itself: there is never a write
without its record, nor a record without its write. So what is remembered is what was kept; a request that was refused
left nothing and may be sent again, mended or not, with the same key.

A key belongs to one asker, method and path. The record's primary key makes it exactly once; the lock, tried and never
waited for, tells a second request that the first is in work. Where transactions that write come one after another (on
SQLite), the second waits its turn and finds the reply.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import msgspec
from msgspec import Struct

from backsmith import errors
from backsmith.blueprint.asker import Asker
from backsmith.databases.database import Database, Row
from backsmith.databases.transaction import Again, Transaction
from backsmith.engine.writing.idempotency_table import FORGET, REMEMBER, SEEK, IdempotencyTable
from backsmith.errors import RequestError
from backsmith.http.reply import Headers, Reply
from backsmith.http.request import Request
from backsmith.secrets import Secrets

KEPT = timedelta(hours=24)
LONGEST_KEY = 255
SHORTEST_ANONYMOUS_KEY = 20
"""Characters of a key of somebody who isn't signed in: all of them are one asker, so a key mustn't be guessed."""
LARGEST_BODY = 1_048_576
"""Bytes of a reply's body that are kept, at most."""
FORGET_EVERY = 100
"""Of as many requests that are remembered one forgets what has expired, twice as many at most."""
METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})

_MEANT = ("accept", "content-type", "if-match", "if-none-match", "prefer", "range")
"""Headers that decide what a request does and how it is answered."""
_OF_THE_MOMENT = frozenset({"content-length", "date", "set-cookie"})
"""Headers of a reply that aren't kept: made anew, or no business of a table."""

_SECRET = "idempotency"
_SEALED = "backsmith-sealed"
"""Stands among the headers that are kept where the body is sealed; it never goes out."""

Work = Callable[[Transaction], Awaitable[Reply]]


class UndoneError(Exception):
    """Carries a reply out of a transaction that is not to be kept (`Prefer: tx=rollback`)."""

    def __init__(self, reply: Reply) -> None:
        super().__init__("The transaction is undone")
        self.reply = reply


class Identity(Struct, frozen=True):
    """What a request with a key is remembered by."""

    scope: bytes
    """A hash of who asks, of method and path, and of the key."""
    fingerprint: bytes
    """A hash of all else that makes the request what it is."""

    @property
    def lock(self) -> int:
        """The name of its lock."""
        return int.from_bytes(self.scope[:8], signed=True)


def identity_of(request: Request, asker: Asker) -> Identity | None:
    """What the request is remembered by, if it is to be. Raises RequestError BAD_IDEMPOTENCY_KEY."""
    key = request.header("idempotency-key")
    if key is None or request.method not in METHODS:
        return None
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        message = f"An Idempotency-Key has 1 to {LONGEST_KEY} printable ASCII characters"
        raise RequestError(errors.BAD_IDEMPOTENCY_KEY, message, hint="Send a random UUID.")
    if asker.id is None and asker.name is None and len(key) < SHORTEST_ANONYMOUS_KEY:
        message = f"Without signing in, an Idempotency-Key has at least {SHORTEST_ANONYMOUS_KEY} characters"
        raise RequestError(errors.BAD_IDEMPOTENCY_KEY, message, hint="Send a random UUID.")
    who = f"{type(asker.id).__name__} {asker.id}" if asker.id is not None else f"key {asker.name}"
    # One account may have keys and tokens of different rights: a reply to the one is none for the other.
    rights = (asker.via, asker.name or "", *sorted(asker.roles))
    if asker.scopes is not None:
        rights = (*rights, "scopes", *sorted(asker.scopes))
    length = "" if request.stream is None else str(request.stream.length)
    files = (f"{name} {'' if file is None else file.sha256}" for name, file in request.files.items())
    return Identity(
        _hash(who, request.method, request.target, key),
        _hash(request.query, *(request.header(name) or "" for name in _MEANT), *rights, length, request.body, *files),
    )


def _hash(*parts: str | bytes) -> bytes:
    digest = blake2b(digest_size=24)
    for part in parts:
        encoded = part.encode(errors="surrogateescape") if isinstance(part, str) else part
        digest.update(len(encoded).to_bytes(8))
        digest.update(encoded)
    return digest.digest()


class Idempotency:
    """Remembers requests for 24 hours."""

    def __init__(self, database: Database, secrets: Secrets | None = None, *, keeps: bool = True) -> None:
        """`secrets` of an application with encrypted fields: replies are kept sealed, and what a request held by a
        keyed hash alone, so that the table tells nothing of their values. `keeps` is False where no request may change
        anything: then there is no table, and nothing that would be done twice."""
        self._database = database
        self._secrets = secrets
        self._keeps = keeps
        self._table = IdempotencyTable(database.dialect)
        self._remembered = 0

    async def run(self, identity: Identity | None, work: Work, *, retry: bool) -> Reply:
        """The reply of the work, done in a transaction of its own; with an identity unless it was done before.

        `retry` is as for `Database.transact`. Raises RequestError IDEMPOTENCY_MISMATCH, IDEMPOTENCY_IN_FLIGHT,
        IDEMPOTENCY_NOT_KEPT, and whatever the work raises but UndoneError.
        """
        try:
            if identity is None or not self._keeps:
                return await self._database.transact(work, retry=retry)
            return await self._database.transact(lambda held: self._once(held, identity, work), retry=retry)
        except UndoneError as undone:
            return undone.reply

    async def _once(self, transaction: Transaction, identity: Identity, work: Work) -> Reply:
        now = datetime.now(UTC)
        if self._secrets is not None:
            fingerprint = self._secrets.digest(_SECRET, identity.fingerprint.hex())
            identity = Identity(identity.scope, fingerprint)
        seek = self._table.parameters(SEEK, lock=identity.lock, scope=identity.scope, now=now)
        (found,) = await transaction.fetch(self._table.sql[SEEK], seek)
        if found[1] is not None:
            return _replayed(found, identity, self._secrets)
        if not found[0]:
            raise _in_flight()
        reply = await work(transaction)
        if reply.status < 500 and isinstance(reply.body, bytes):
            await self._remember(transaction, identity, reply, now)
        return reply

    async def _remember(self, transaction: Transaction, identity: Identity, reply: Reply, now: datetime) -> None:
        kept = [header for header in reply.headers if header[0] not in _OF_THE_MOMENT]
        body = reply.body if isinstance(reply.body, bytes) and len(reply.body) <= LARGEST_BODY else None
        if body is not None and self._secrets is not None:
            kept.append((_SEALED, ""))
            body = self._secrets.seal(_SECRET, body, about=identity.scope.hex())
        values = self._table.parameters(
            REMEMBER,
            scope=identity.scope,
            fingerprint=identity.fingerprint,
            status=reply.status,
            headers=msgspec.json.encode(kept).decode(),
            body=body,
            expires_at=now + KEPT,
            now=now,
        )
        if not await transaction.fetch(self._table.sql[REMEMBER], values):
            raise Again(_in_flight())
        if self._remembered % FORGET_EVERY == 0:
            # Last of all: who waits for a row here holds nothing that its owner still waits for.
            forget = self._table.parameters(FORGET, lock=_FORGETTING, now=now, most=2 * FORGET_EVERY)
            await transaction.fetch(self._table.sql[FORGET], forget)
        self._remembered += 1


_FORGETTING = int.from_bytes(_hash("forgetting")[:8], signed=True)


def _replayed(found: Row, identity: Identity, secrets: Secrets | None) -> Reply:
    _, fingerprint, status, headers, body = found
    if bytes(fingerprint) != identity.fingerprint:
        raise RequestError(
            errors.IDEMPOTENCY_MISMATCH,
            "This Idempotency-Key was used for a request that differs from this one",
            hint="Send a new key with a new request, and the same request with the same key.",
        )
    if body is None:
        raise RequestError(
            errors.IDEMPOTENCY_NOT_KEPT,
            f"The request was done, with status {status}, and its reply was too large to be kept",
            first=status,
        )
    text = bytes(body)
    kept: Headers = msgspec.json.decode(headers, type=Headers)
    if secrets is not None and (_SEALED, "") in kept:
        kept.remove((_SEALED, ""))
        text = secrets.open(_SECRET, text, about=identity.scope.hex())
    replayed = ("idempotency-replayed", "true")
    return Reply(status, [*kept, replayed, ("content-length", str(len(text)))], text)


def _in_flight() -> RequestError:
    return RequestError(
        errors.IDEMPOTENCY_IN_FLIGHT,
        "A request with this Idempotency-Key is being worked on",
        hint="Ask again in a moment for its reply.",
        headers=(("retry-after", "1"),),
    )
