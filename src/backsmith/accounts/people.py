"""The application's accounts as sign-in needs them: rows of its own entity, found, made and changed by its own writer.

`People` is implemented by `engine.people`: what is written there goes through defaults, checks, hooks and the change
log as every row does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, Literal, Protocol

import msgspec

from backsmith.blueprint.asker import Person
from backsmith.databases.transaction import Transaction


class People(Protocol):
    """The rows of the application's accounts. No rules apply: callers decide who may do it."""

    def text(self, key: Any) -> str:
        """A key as the tables of accounts keep it: JSON, `7` or `"ann"`."""
        ...

    def key(self, text: str) -> Any:
        """The key that was kept so."""
        ...

    async def exists(self, key: Any) -> bool:
        """Whether there is an account of that key, outside of any transaction."""
        ...

    async def find(self, transaction: Transaction, key: Any) -> Person | None:
        """The account of that key."""
        ...

    async def by_email(self, transaction: Transaction, email: str) -> Person | None:
        """The account of that e-mail address, in normal form or to the letter."""
        ...

    async def list(
        self, transaction: Transaction, *, search: str = "", after: Any | None = None, limit: int
    ) -> list[Person]:
        """Accounts in the order of their keys, those after a key. `search`: part of the e-mail address or name."""
        ...

    def check(self, values: Mapping[str, Any], verb: Literal["create", "update"] = "create") -> None:
        """Raise RequestError INVALID for values that no account can have, whatever accounts there are."""
        ...

    async def create(self, transaction: Transaction, values: Mapping[str, Any], request_id: str) -> Person:
        """A new account. `values` are JSON values by field, as the body of a POST to the collection has them.

        Raises RequestError INVALID, DUPLICATE and whatever the application's hooks refuse.
        """
        ...

    async def update(self, transaction: Transaction, key: Any, values: Mapping[str, Any], request_id: str) -> None:
        """Change some fields of an account. Raises as `create` does, and NOT_FOUND."""
        ...

    async def delete(self, transaction: Transaction, key: Any, request_id: str) -> None:
        """Take an account away. Raises RequestError REFERENCE where rows still need it."""
        ...


class PersonalData(Protocol):
    """The application's rows about a person (`engine.personal`), and what the change log says of them."""

    async def export(self, transaction: Transaction, key: Any) -> dict[str, list[dict[str, msgspec.Raw]]]:
        """The rows by collection: keys and personal fields, as JSON."""
        ...

    async def erase(self, transaction: Transaction, key: Any, request_id: str) -> None:
        """Replace what is personal. Raises RequestError where the application refuses that."""
        ...


def normal_email(email: str) -> str:
    """The form in which e-mail addresses are compared: NFC, lower case, without space around."""
    return unicodedata.normalize("NFC", email.strip()).lower()


def same_letters(email: str, normal: str) -> bool:
    """Whether the normal form differs by the case of ASCII letters and by space around it alone: beyond that, others
    than we may take two addresses for two people's (the sign for kelvin becomes a k)."""
    return all(a == b or (a.isascii() and a.lower() == b) for a, b in zip(email.strip(), normal, strict=False)) and len(
        email.strip()
    ) == len(normal)
