"""The keys that sign access tokens: made here, kept with their private halves sealed, published, and replaced in time.

Out: the key that signs now, the keyring that checks, and the public halves as a JSON Web Key Set. A new key is
published for PUBLISHED before it signs, so that everybody who checks tokens has fetched it by then; an old one stays
for STAYS after its successor took over, until the last token that it signed has ended.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from backsmith.accounts.revocations import Revocations
from backsmith.accounts.tables import Tables
from backsmith.databases.database import Database
from backsmith.databases.own_rows import After, Before, Found
from backsmith.databases.transaction import Transaction, ViolationError
from backsmith.errors import BacksmithError
from backsmith.secrets import SealError, Secrets
from backsmith.settings import Settings

if TYPE_CHECKING:
    from backsmith.accounts.keys import Keyring, VerificationKey

FETCHED = 300
"""Seconds for which those who check tokens may keep the set."""
PUBLISHED = timedelta(minutes=15)
"""How long a key is published before it signs: longer than FETCHED, PERIOD and clocks that differ."""
STAYS = timedelta(minutes=15)
"""How long a key checks after it has signed: longer than any token lives (5 minutes), and clocks that differ."""
PERIOD = 60.0
"""Seconds after which the table is read again."""
_SOON = 2.0
"""Seconds between two reads that unknown keys make necessary, at least."""
_SEAL = "signing key"

_log = logging.getLogger("backsmith.accounts")


class Signer(NamedTuple):
    """The key that signs now."""

    kid: str
    key: VerificationKey


class _Kept(NamedTuple):
    """What is kept in memory of a row."""

    number: int
    kid: str
    algorithm: str
    public: dict[str, Any]
    private: VerificationKey | None
    signs_from: datetime
    ends_at: datetime | None


class SigningKeys:
    """All keys of one application."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        tables: Tables,
        secrets: Secrets,
        revocations: Revocations,
        clock: Callable[[], datetime],
    ) -> None:
        self._algorithm = settings.token_algorithm
        self._lifetime = timedelta(days=settings.signing_key_lifetime)
        self._database = database
        self._rows = tables.signing_keys
        self._secrets = secrets
        self._revocations = revocations
        self._clock = clock
        self._kept: list[_Kept] = []
        self._read_at = self._asked_at = float("-inf")
        self._rotating: asyncio.Task[str] | None = None

    async def signer(self, transaction: Transaction) -> Signer:
        """The key that signs now; made in that transaction where there is none at all. Raises RequestError."""
        await self._fresh()
        found = self._signer(self._kept)
        if found is None:
            self.forget()
            return _signer_of(await self._first(transaction))
        self._rotate_if_old(found)
        return _signer_of(found)

    async def keyring(self, kid: str) -> Keyring | None:
        """The keys that check tokens now, where one of that name is among them. Raises RequestError."""
        from backsmith.accounts.keys import Keyring  # noqa: PLC0415  slow to import

        await self._fresh()
        if not self._checks(kid) and monotonic() - self._asked_at >= _SOON:
            self._asked_at = monotonic()
            await self._read()
        if not self._checks(kid):
            return None
        return Keyring(tuple(_public_key(each) for each in self._kept if self._good(each)))

    async def published(self) -> list[dict[str, Any]]:
        """The public halves, as JSON Web Keys. Raises RequestError."""
        await self._fresh()
        if self._signer(self._kept) is None:
            await self._database.transact(self._first)
            await self._read()
        return [each.public for each in self._kept if self._good(each)]

    async def rotate(self, *, at_once: bool = False, due: bool = False) -> str:
        """Make a new key, which signs after PUBLISHED; its name (`kid`). Raises RequestError.

        `at_once` is for a key that leaked: the new one signs from now on, and all tokens that others signed end now.
        Their clients get new ones by their refresh tokens. `due`: only where no other process has done so meanwhile.
        """

        async def work(transaction: Transaction) -> str:
            if due:
                for row in await self._rows.find(transaction, lock=True, signs_from=After(self._clock())):
                    return row["kid"]
            made = await self._make(transaction, PUBLISHED if not at_once else timedelta())
            others = [row for row in await self._rows.find(transaction) if row["number"] != made.number]
            for row in others:
                until = self._clock() if at_once else made.signs_from + STAYS
                if row["ends_at"] is None or row["ends_at"] > until:
                    await self._rows.update(transaction, {"number": row["number"]}, ends_at=until)
            await self._rows.delete(transaction, ends_at=Before(self._clock() - STAYS))
            if at_once:
                await self._revocations.note(transaction, "signing", made.kid)
            return made.kid

        kid = await self._database.transact(work)
        await self._read()
        return kid

    async def seal_again(self, transaction: Transaction) -> int:
        """Seal the private halves under the newest data key; how many. Raises SealError, RequestError."""
        rows = await self._rows.find(transaction, lock=True)
        for row in rows:
            plain = self._secrets.open(_SEAL, row["private"], about=row["kid"])
            sealed = self._secrets.seal(_SEAL, plain, about=row["kid"])
            await self._rows.update(transaction, {"number": row["number"]}, private=sealed)
        return len(rows)

    def forget(self) -> None:
        """Read the table again before the next use."""
        self._read_at = float("-inf")
        self._kept = []

    async def close(self) -> None:
        """Wait for what was begun."""
        if self._rotating is not None:
            await asyncio.gather(self._rotating, return_exceptions=True)

    async def _first(self, transaction: Transaction) -> _Kept:
        """The key that signs now; a new one where there is none."""
        kept = [self._kept_of(row) for row in await self._rows.find(transaction)]
        return self._signer(kept) or await self._make(transaction)

    async def _make(self, transaction: Transaction, after: timedelta = timedelta()) -> _Kept:
        """A new key in the table; where another process makes the very first one at the same time, that."""
        rows = await self._rows.find(transaction, order="number", lock=True)
        number = max((row["number"] for row in rows), default=0) + 1
        signs_from = self._clock() + (after if rows else timedelta())
        made = _new_key(self._algorithm)
        public = made.as_dict(private=False) | {"use": "sig", "alg": self._algorithm}
        kid: str = made.thumbprint()
        public["kid"] = kid
        private = msgspec.json.encode(made.as_dict(private=True))
        try:
            async with transaction.savepoint():
                await self._rows.insert(
                    transaction,
                    number=number,
                    kid=kid,
                    algorithm=self._algorithm,
                    public=msgspec.json.encode(public).decode(),
                    private=self._secrets.seal(_SEAL, private, about=kid),
                    signs_from=signs_from,
                    ends_at=None,
                )
        except ViolationError:
            kept = [self._kept_of(row) for row in await self._rows.find(transaction)]
            theirs = self._signer(kept)
            if theirs is None:
                raise
            return theirs
        return _Kept(number, kid, self._algorithm, public, _private_key(self._algorithm, private), signs_from, None)

    async def _fresh(self) -> None:
        if monotonic() - self._read_at >= PERIOD:
            await self._read()

    async def _read(self) -> None:
        began = monotonic()
        known = {each.kid: each for each in self._kept}
        rows = await self._rows.find(self._database, order="number")
        self._kept = [self._kept_of(row, known.get(row["kid"])) for row in rows]
        self._read_at = began

    def _kept_of(self, row: Found, known: _Kept | None = None) -> _Kept:
        if known is not None and known.private is not None:
            return known._replace(ends_at=row["ends_at"], signs_from=row["signs_from"])
        private: VerificationKey | None = None
        try:
            content = self._secrets.open(_SEAL, row["private"], about=row["kid"])
            private = _private_key(row["algorithm"], content)
        except SealError as error:
            _log.error("The signing key %s can't be opened, so it only checks tokens: %s", row["kid"], error)
        public = msgspec.json.decode(row["public"])
        return _Kept(row["number"], row["kid"], row["algorithm"], public, private, row["signs_from"], row["ends_at"])

    def _signer(self, kept: list[_Kept]) -> _Kept | None:
        now = self._clock()
        ready = [
            each
            for each in kept
            if each.private is not None and each.signs_from <= now and (each.ends_at is None or each.ends_at > now)
        ]
        return max(ready, key=lambda each: each.number, default=None)

    def _good(self, each: _Kept) -> bool:
        return each.ends_at is None or each.ends_at > self._clock()

    def _checks(self, kid: str) -> bool:
        return any(each.kid == kid and self._good(each) for each in self._kept)

    def _rotate_if_old(self, current: _Kept) -> None:
        if current.ends_at is None and self._clock() - current.signs_from > self._lifetime and self._rotating is None:
            self._rotating = asyncio.ensure_future(self._rotate_old())

    async def _rotate_old(self) -> str:
        try:
            return await self.rotate(due=True)
        except BacksmithError as error:
            _log.warning("No new signing key could be made: %s", error)
            return ""
        finally:
            self._rotating = None


def _new_key(algorithm: str) -> Any:
    from joserfc.jwk import ECKey, OKPKey  # noqa: PLC0415  slow to import

    return ECKey.generate_key("P-256") if algorithm == "ES256" else OKPKey.generate_key("Ed25519")


def _private_key(algorithm: str, content: bytes) -> VerificationKey:
    from joserfc.jwk import import_key  # noqa: PLC0415  slow to import

    from backsmith.accounts.keys import VerificationKey  # noqa: PLC0415  as above

    return VerificationKey(algorithm, import_key(msgspec.json.decode(content)))


def _public_key(kept: _Kept) -> VerificationKey:
    from joserfc.jwk import import_key  # noqa: PLC0415  slow to import

    from backsmith.accounts.keys import VerificationKey  # noqa: PLC0415  as above

    members: Any = {name: kept.public[name] for name in ("kty", "crv", "x", "y") if name in kept.public}
    return VerificationKey(kept.algorithm, import_key(members), kept.kid)


def _signer_of(kept: _Kept) -> Signer:
    assert kept.private is not None
    return Signer(kept.kid, kept.private)
