"""The table of keys: random data keys, each wrapped by a key that follows from the root secret.

All processes and machines that share a database share these. The row `root` holds a value that the right root secret
alone can open, so that a wrong one is noticed before anything is sealed with it. Who changes keys locks that row first,
so of a rotation and a new root secret at the same time one comes after the other.
"""

from __future__ import annotations

import secrets as random
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from backsmith.databases.database import Database
from backsmith.databases.own_rows import Found, OwnRows
from backsmith.databases.own_tables import KEYS
from backsmith.databases.transaction import Transaction, ViolationError
from backsmith.errors import UsageError
from backsmith.secrets.envelopes import ID_BYTES, KEY_BYTES, Cipher, SealError, derived, seal, unseal

Purpose = Literal["digests", "accounts", "fields"]
"""What data keys are for: keyed hashes, which must stay the same for ever; what accounts keep; secret fields."""
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
ROTATED: tuple[Purpose, ...] = ("accounts", "fields")
_ROOT = "root"
_ROOT_ID = "00" * ID_BYTES
_CHECK = b"backsmith"


class DataKey(NamedTuple):
    """A key, unwrapped."""

    id: str
    """16 hexadecimal digits."""
    purpose: Purpose
    key: bytes
    made_at: datetime

    def __repr__(self) -> str:
        return f"DataKey(id={self.id!r}, purpose={self.purpose!r}, made_at={self.made_at!r})"


class WrongRootError(UsageError):
    """The root secret is another one than that of the database."""

    def __init__(self) -> None:
        super().__init__(
            "The root secret isn't the one that the keys in this database were made with, so nothing that is sealed "
            "there could be opened.\n"
            "Use that one: set secret_file to its file, put it back from its backup, or copy it from the machine that "
            "serves this database already. Nothing was changed."
        )


class MissingRootError(UsageError):
    """The database has keys, and there is no root secret to open them with."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"There is no root secret in {place}, and the keys in this database were made with one.\n"
            "Put it back from its backup, or copy it from the machine that serves this database already; or set "
            "secret_file or BACKSMITH_SECRET. A new one could open nothing of what is sealed there, so none was made."
        )


class Keys:
    """The keys in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = OwnRows(database.dialect, KEYS)

    async def there(self) -> bool:
        """Whether any were made yet. Raises RequestError."""
        return await self._rows.one(self._database, id=_ROOT_ID) is not None

    async def make(self, root: str, now: datetime) -> None:
        """The first keys, unless there are any: of several processes at once, one makes them. Raises RequestError."""

        async def work(transaction: Transaction) -> None:
            cipher = _wrapping(root)
            await self._rows.insert(
                transaction, id=_ROOT_ID, purpose=_ROOT, wrapped=_wrap(cipher, _ROOT_ID, _ROOT, _CHECK), made_at=now
            )
            for purpose in PURPOSES:
                await self._add(transaction, cipher, purpose, now)

        if not await self.there():
            try:
                await self._database.transact(work)
            except ViolationError:
                return  # another process was faster

    async def read(self, root: str) -> list[DataKey]:
        """All keys, the oldest first. Raises WrongRootError, RequestError."""
        return _opened(await self._rows.find(self._database, order="made_at"), root)

    async def rotate(self, root: str, purposes: tuple[Purpose, ...], now: datetime) -> list[str]:
        """A new key for each purpose; their ids. Raises WrongRootError, RequestError."""

        async def work(transaction: Transaction) -> list[str]:
            await self._locked(transaction, root)
            return [await self._add(transaction, _wrapping(root), purpose, now) for purpose in purposes]

        return await self._database.transact(work)

    async def rewrap(self, root: str, new_root: str) -> int:
        """Wrap all keys by another root secret, all or none; how many. Raises WrongRootError, RequestError."""

        async def work(transaction: Transaction) -> int:
            keys = _opened(await self._locked(transaction, root), root)
            cipher = _wrapping(new_root)
            for id, purpose, key in ((_ROOT_ID, _ROOT, _CHECK), *((each.id, each.purpose, each.key) for each in keys)):
                await self._rows.update(transaction, {"id": id}, wrapped=_wrap(cipher, id, purpose, key))
            return len(keys)

        return await self._database.transact(work)

    async def _locked(self, transaction: Transaction, root: str) -> list[Found]:
        """All rows, after the one that all who change keys wait for."""
        first = await self._rows.find(transaction, lock=True, id=_ROOT_ID)
        _opened(first, root)
        return await self._rows.find(transaction, order="made_at")

    async def _add(self, transaction: Transaction, cipher: Cipher, purpose: Purpose, now: datetime) -> str:
        id = random.token_hex(ID_BYTES)
        wrapped = _wrap(cipher, id, purpose, random.token_bytes(KEY_BYTES))
        await self._rows.insert(transaction, id=id, purpose=purpose, wrapped=wrapped, made_at=now)
        return id


def _wrapping(root: str) -> Cipher:
    return Cipher(derived(root.encode(), "root secret wraps keys"))


def _wrap(cipher: Cipher, id: str, purpose: str, key: bytes) -> bytes:
    return seal(cipher, _ROOT_ID, key, "key", purpose, id)


def _opened(rows: list[Found], root: str) -> list[DataKey]:
    cipher, keys = _wrapping(root), list[DataKey]()
    for row in rows:
        try:
            key = unseal(cipher, row["wrapped"], "key", row["purpose"], row["id"])
        except SealError:
            raise WrongRootError from None
        if row["purpose"] in PURPOSES:
            keys.append(DataKey(row["id"], row["purpose"], key, row["made_at"]))
    return sorted(keys, key=lambda each: (each.made_at, PURPOSES.index(each.purpose), each.id))
