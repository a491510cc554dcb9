"""`Secrets`: keyed hashes and sealed values, at once, with keys that all processes of a database share.

A new key (`backsmith secrets rotate`) is used from HOLD after it was made: until then every process has read it, since
each looks at the table of keys every PERIOD. So what one process seals, each of the others can open without waiting.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from backsmith.databases.database import Database, MissingError
from backsmith.databases.own_tables import KEYS, make_own
from backsmith.errors import RequestError, UsageError
from backsmith.secrets.envelopes import Cipher, KeyUnknownError, derived, digest, key_of, seal, unseal
from backsmith.secrets.keys import DataKey, Keys, MissingRootError, Purpose, WrongRootError
from backsmith.secrets.root import find_root, make_root, root_file
from backsmith.settings import Settings

FIELDS = "field"
"""The purpose of the values of secret fields; all others are what accounts keep."""
PERIOD = 10.0
"""Seconds between two looks at the table of keys."""
HOLD = timedelta(seconds=45)
"""How long a new key is only read: longer than PERIOD, a slow look and clocks that differ."""
_log = logging.getLogger("backsmith")


def now() -> datetime:
    """The present instant, aware and in UTC."""
    return datetime.now(UTC)


class Secrets:
    """Digests, seals and opens. `start` comes first, and `close` at the end."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = now) -> None:
        self._settings = settings
        self._clock = clock
        self._root = ""
        self._table: Keys | None = None
        self._known: dict[str, DataKey] = {}
        self._sealing: dict[Purpose, list[DataKey]] = {}
        """The keys of each purpose, the newest first."""
        self._ciphers: dict[tuple[str, str], Cipher] = {}
        self._digests: dict[str, bytes] = {}
        self._refreshing: asyncio.Task[None] | None = None
        self._warned = False

    async def start(self, database: Database) -> None:
        """Find the root secret and read the keys; make what isn't there yet.

        Starting twice does no harm. Raises UsageError: MissingRootError, WrongRootError, or where the root secret can't
        be read or made.
        """
        if self._table is not None:
            return
        table = Keys(database)
        try:
            there = await table.there()
        except MissingError:
            await make_own(database, KEYS)
            there = False
        root = find_root(self._settings)
        if root is None:
            if there:
                raise MissingRootError(str(root_file(self._settings)))
            root = make_root(root_file(self._settings))
            if not self._settings.development:
                _log.warning("Made the root secret %s. Back it up, apart from the database.", root_file(self._settings))
        self._root = root
        await table.make(root, self._clock())
        self._take(await table.read(root))
        self._table = table

    def watch(self) -> None:
        """Look at the table of keys from time to time, until `close`."""
        if self._refreshing is None:
            self._refreshing = asyncio.ensure_future(self._refresh())

    async def close(self) -> None:
        """End looking."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.gather(self._refreshing, return_exceptions=True)
            self._refreshing = None
        self._table = None

    async def renew(self) -> None:
        """Read the table of keys again. Raises WrongRootError after another root secret took over, RequestError."""
        self._take(await self._keys.read(self._root))

    def _take(self, keys: list[DataKey]) -> None:
        self._known = {key.id: key for key in keys}
        sealing: dict[Purpose, list[DataKey]] = {}
        for key in reversed(keys):
            sealing.setdefault(key.purpose, []).append(key)
        self._sealing = sealing

    async def rotate(self, purposes: tuple[Purpose, ...]) -> list[str]:
        """A new key for each purpose, used from HOLD later; their ids. Raises WrongRootError, RequestError."""
        made = await self._keys.rotate(self._root, purposes, self._clock())
        await self.renew()
        return made

    async def rewrap(self, new_root: str) -> int:
        """Wrap all keys by another root secret; how many. Raises WrongRootError, RequestError."""
        count = await self._keys.rewrap(self._root, new_root)
        self._root = new_root
        return count

    def digest(self, purpose: str, *parts: str) -> bytes:
        """A keyed hash (HMAC-SHA-256) of the parts, under a key for that purpose alone; unambiguous in the parts.

        It is the same for ever, whatever is rotated.
        """
        key = self._digests.get(purpose)
        if key is None:
            key = self._digests[purpose] = derived(self._newest("digests").key, f"digest {purpose}")
        return digest(key, *parts)

    def seal(self, purpose: str, plain: bytes, *, about: str = "") -> bytes:
        """`plain` encrypted (XAES-256-GCM) under the newest key for that purpose, bound to `about`."""
        key = self.sealing(purpose)
        return seal(self._cipher(key, purpose), key.id, plain, purpose, about)

    def open(self, purpose: str, sealed: bytes, *, about: str = "") -> bytes:
        """What was sealed. Raises SealError where it wasn't sealed here, for that purpose, about that; KeyUnknownError
        where its key isn't there: one that is very new may be after `renew`."""
        id = key_of(sealed)
        key = self._known.get(id)
        if key is None or key.purpose != _kind(purpose):
            raise KeyUnknownError(id)
        return unseal(self._cipher(key, purpose), sealed, purpose, about)

    def sealing(self, purpose: str) -> DataKey:
        """The key that values of that purpose are sealed with now."""
        return self._newest(_kind(purpose))

    def known(self) -> tuple[DataKey, ...]:
        """All keys, the oldest first."""
        return tuple(self._known.values())

    def in_use_from(self, key: DataKey) -> datetime:
        """From when on a key is used, where it is the newest one of its purpose; the first one always was."""
        return key.made_at if self._sealing[key.purpose][-1] is key else key.made_at + HOLD

    def _newest(self, purpose: Purpose) -> DataKey:
        keys = self._sealing.get(purpose)
        if not keys:
            raise UsageError("Secrets are used before they were started.")
        used = self._clock() - HOLD
        return next((key for key in keys if key.made_at <= used), keys[-1])

    def _cipher(self, key: DataKey, purpose: str) -> Cipher:
        cipher = self._ciphers.get((key.id, purpose))
        if cipher is None:
            cipher = self._ciphers[key.id, purpose] = Cipher(derived(key.key, f"seal {purpose}"))
        return cipher

    @property
    def _keys(self) -> Keys:
        if self._table is None:
            raise UsageError("Secrets are used before they were started.")
        return self._table

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(PERIOD)
            try:
                await self.renew()
            except WrongRootError:
                # What was read goes on working; a restart would be refused.
                if not self._warned:
                    _log.warning("The root secret was changed. Restart this server with the new one.")
                self._warned = True
            except RequestError as error:
                _log.warning("The keys in the database couldn't be read: %s", error.message)


def _kind(purpose: str) -> Purpose:
    return "fields" if purpose == FIELDS else "accounts"
