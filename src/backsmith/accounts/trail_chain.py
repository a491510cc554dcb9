"""How the rows of the audit trail are chained: a row and the hash of the one before it -> its hash and its seal.

The hash covers everything a row says and the hash before it, so that whoever knows one hash knows whether anything up
to that row was changed. Everybody can compute it. The seal is a keyed hash of it: who can write the table but doesn't
have the root secret can't make a row that fits, nor the whole chain anew.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Literal, NamedTuple

import msgspec

from backsmith.databases.own_rows import Found
from backsmith.secrets import Secrets

GENESIS = "0" * 64
"""The hash before the first row."""
FORM = "backsmith audit log 1"
"""Stands at the beginning of what is hashed: the form in which it is written."""

_SEAL = "audit log"


class Entry(NamedTuple):
    """A row of the audit trail: all that its hash covers, as it is kept."""

    number: int
    at: str
    event: str
    account: str | None
    actor: str | None
    address: str
    user_agent: str
    request_id: str
    details: str
    previous: str

    @property
    def hash(self) -> str:
        """SHA-256 of its JSON, which says where each value begins and ends, null and empty apart: lower-case hex."""
        return sha256(msgspec.json.encode([FORM, *self])).hexdigest()


class End(NamedTuple):
    """An end of the chain: its last row, or the last of those that were taken away."""

    number: int
    hash: str


def entry_of(row: Found) -> Entry:
    """The entry of a row of the table."""
    return Entry(*(row[name] for name in Entry._fields))


def is_whole(entry: Entry) -> bool:
    """Whether every value is of its kind; SQLite would keep others too."""
    values: tuple[Any, ...] = entry
    texts = [*values[1:3], *values[5:], *(each for each in values[3:5] if each is not None)]
    return type(entry.number) is int and all(type(each) is str for each in texts)


def seal(secrets: Secrets, kind: Literal["row", "head", "start"], end: End) -> str:
    """The keyed hash of a row's number and hash. Of each kind it is another one, so that none stands for another."""
    return secrets.digest(_SEAL, kind, str(end.number), end.hash).hex()


def end_of(row: Found) -> End:
    """An end as the table of ends has it."""
    return End(row["number"], row["hash"])


def is_sealed(secrets: Secrets, kind: Literal["head", "start"], row: Found) -> bool:
    """Whether an end was written by the application; one where nothing is yet has no seal."""
    end = end_of(row)
    if end.number == 0:
        return end.hash == GENESIS and row["seal"] == ""
    return _whole(row) and row["seal"] == seal(secrets, kind, end)


def _whole(row: dict[str, Any]) -> bool:
    return type(row["number"]) is int and type(row["hash"]) is str and type(row["seal"]) is str
