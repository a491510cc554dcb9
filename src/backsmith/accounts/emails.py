"""Observers of writes to accounts, for their e-mail address: who may change it how, and the form in which it is kept.

In: rows as they are about to be written, by whoever it is. Out: addresses in the form in which sign-in looks for them
(`people.normal_email`), so that two which differ in capitals are one; and a refusal of people who write another address
into their own account by the API: it would count without anybody having shown that it is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from backsmith.accounts.credentials import ADMINISTRATOR
from backsmith.accounts.people import normal_email, same_letters
from backsmith.accounts.problems import invalid
from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Blueprint, Entity

_EMAIL = "email"


class Doing(Protocol):
    """`engine.writing.work.Work`."""

    @property
    def asker(self) -> Asker:
        """Who asks for it."""
        ...

    @property
    def by_code(self) -> bool:
        """The application's own code writes."""
        ...


class Row(Protocol):
    """A row to be written: `engine.writing.work.Given`."""

    @property
    def values(self) -> dict[str, Any]:
        """Values by field."""
        ...

    @property
    def pointer(self) -> str:
        """Where it stood in the body."""
        ...


class _OfAccounts:
    """What both have in common."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._account = blueprint.account
        entity = next(each for each in blueprint.entities if each.name == self._account)
        self._key = entity.key[0]

    def hears_after(self, entity: Entity, verb: str) -> bool:
        """As SparingObserver."""
        return False

    async def after(self, work: Doing, changes: Sequence[Any]) -> None:
        """As Observer: there is nothing to do afterwards."""


class OwnAddress(_OfAccounts):
    """Refuses people's own changes by the API. Stands before the application's hooks, which may set what they like."""

    def observes(self, entity: Entity, verb: str) -> bool:
        """As Observer."""
        return entity.name == self._account and verb == "update"

    async def before(
        self, work: Doing, entity: Entity, verb: str, rows: Sequence[Row], old: Sequence[Mapping[str, Any]]
    ) -> None:
        """As Observer. Raises RequestError INVALID."""
        if work.by_code or work.asker.id is None or ADMINISTRATOR in work.asker.roles:
            return
        for row, before in zip(rows, old, strict=True):
            if _EMAIL not in row.values or before[self._key] != work.asker.id:
                continue
            now, was = row.values[_EMAIL], before[_EMAIL]
            if now != was and (now is None or was is None or normal_email(now) != normal_email(was)):
                raise invalid(
                    f"{row.pointer}/{_EMAIL}",
                    "Your own e-mail address isn't changed here, since it has to be confirmed",
                    'POST /auth/email {"email": …} sends a code to the new one.',
                )


class NormalForm(_OfAccounts):
    """Keeps addresses in one form. Stands behind the application's hooks, which may set one too."""

    def observes(self, entity: Entity, verb: str) -> bool:
        """As Observer."""
        return entity.name == self._account and verb != "delete"

    async def before(self, work: Doing, entity: Entity, verb: str, rows: Sequence[Row], old: Sequence[Any]) -> None:
        """As Observer. Raises RequestError INVALID for letters whose small form may be another person's."""
        for row in rows:
            email = row.values.get(_EMAIL)
            if not isinstance(email, str):
                continue
            normal = normal_email(email)
            if not same_letters(email, normal):
                raise invalid(
                    f"{row.pointer}/{_EMAIL}",
                    "Beyond A to Z, an e-mail address has to be written in small letters",
                    f"Write {normal!r}, if that is the same address.",
                )
            row.values[_EMAIL] = normal
