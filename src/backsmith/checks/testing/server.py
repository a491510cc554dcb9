"""The application for a test: served on a database of its own, asked as anybody.

In: an application and an empty database. Out: clients, rows made past the rules, the mails that were sent.
"""

from __future__ import annotations

import email
import tempfile
from collections.abc import Collection, Generator, Mapping
from contextlib import ExitStack, contextmanager
from email.message import EmailMessage
from email.policy import default as modern
from email.utils import getaddresses
from functools import cached_property
from pathlib import Path
from time import monotonic, sleep
from typing import Any, cast

import httpx
from msgspec.structs import replace

from backsmith.blueprint import Application
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.checks.testing import exact
from backsmith.checks.testing.opening import opened
from backsmith.checks.testing.problems import said
from backsmith.checks.testing.running import Running, running, trial_settings
from backsmith.errors import BacksmithError, UsageError

PATIENCE = 10.0
"""Seconds that a mail may take."""
_LOOK = 0.02
"""Seconds between two looks for it."""

Row = dict[str, Any]
"""A row as JSON, decimals as `Decimal`."""


class Server:
    """A running application and its database, which is thrown away after the test."""

    def __init__(self, application: Application, blueprint: Blueprint, server: Running, stack: ExitStack) -> None:
        """`stack` ends what is begun here."""
        self.url = server.url
        """Where it is: `http://127.0.0.1:50123`"""
        self.prefix = server.settings.prefix.rstrip("/")
        """Of collections: `/api`"""
        self._server = server
        self._stack = stack
        self._application, self._blueprint = application, blueprint

    def client(self, who: Row | str | int | None = None, *, roles: Collection[str] = ()) -> httpx.Client:
        """A client of somebody; of nobody without `who`.

        Arguments:
            who: A row of the application's accounts, as `put` gives it, or its key. There needn't be such a row.
            roles: What else that somebody may do: `{"staff"}`.

        Raises:
            UsageError: The row is none of an account, or roles are given and nobody who has them.
        """
        client = httpx.Client(base_url=self.url, headers=self._headers(who, roles))
        return self._stack.enter_context(client)

    def async_client(self, who: Row | str | int | None = None, *, roles: Collection[str] = ()) -> httpx.AsyncClient:
        """The same for `async def` tests. Use it as `async with`."""
        return httpx.AsyncClient(base_url=self.url, headers=self._headers(who, roles))

    @cached_property
    def database(self) -> httpx.Client:
        """A client who may do everything, past rules and hooks: to look at what has become of rows."""
        door = opened(self._blueprint)
        settings = replace(self._server.settings, accounts="off", limits={})
        behind = self._stack.enter_context(running(self._application, door, settings))
        return self._stack.enter_context(httpx.Client(base_url=behind.url))

    def put(self, collection: str, /, **values: Any) -> Row:
        """Make a row, past rules and hooks, and give it as it is kept, with its defaults and hidden fields.

        Raises UsageError where there is no such collection or the values don't fit.
        """
        entity = next((each for each in self._blueprint.entities if each.collection == collection), None)
        if entity is None:
            there = ", ".join(sorted(each.collection for each in self._blueprint.entities))
            raise UsageError(f"There is no collection {collection}. There are {there}.")
        body = exact.encoded(self._meant(entity, values))
        headers = {"Content-Type": "application/json", "Prefer": "return=representation"}
        reply = self.database.post(f"{self.prefix}/{collection}", content=body, headers=headers)
        if reply.is_error:
            raise UsageError(f"{collection}: {said(reply.content)}")
        return exact.decoded(reply.content)[0]

    def rows(self, collection: str, /, **filters: str) -> list[Row]:
        """The rows that there are, past the rules: `rows("orders", status="eq.placed", order="id")`."""
        reply = self.database.get(f"{self.prefix}/{collection}", params=filters)
        if reply.is_error:
            raise UsageError(f"{collection}: {said(reply.content)}")
        return exact.decoded(reply.content)

    def mails(self, to: str | None = None) -> list[EmailMessage]:
        """The mails that were sent so far, to that address or to anybody, the oldest first."""
        folder = Path(self._server.settings.mail)
        files = sorted(folder.glob("*.eml"), key=lambda each: (each.stat().st_mtime_ns, each.name))
        found = [email.message_from_bytes(file.read_bytes(), policy=modern) for file in files]
        return [mail for mail in found if to is None or to in _receivers(mail)]

    def await_mail(self, to: str, *, subject: str = "") -> EmailMessage:
        """The newest mail to that address whose subject has these words in it, as soon as there is one.

        Raises BacksmithError where none comes within 10 seconds.
        """
        until = monotonic() + PATIENCE
        while monotonic() < until:
            found = [mail for mail in self.mails(to) if subject in str(mail["Subject"])]
            if found:
                return found[-1]
            sleep(_LOOK)
        there = ", ".join(str(mail["Subject"]) for mail in self.mails()) or "none at all"
        raise BacksmithError(f"No mail to {to} came within {PATIENCE:.0f} seconds. There were: {there}.")

    def _headers(self, who: Row | str | int | None, roles: Collection[str]) -> dict[str, str]:
        if who is None:
            if roles:
                raise UsageError("Nobody has no roles. Say who: client(ada, roles={…}).")
            return self._server.headers(NOBODY)
        account = next((each for each in self._blueprint.entities if each.name == self._blueprint.account), None)
        if account is None:
            raise UsageError("This application knows no accounts: only nobody asks, client().")
        if isinstance(who, Mapping):
            if account.key[0] not in who:
                raise UsageError(f"A client is of a row of {account.collection}, which has {account.key[0]}.")
            who = who[account.key[0]]
        return self._server.headers(Asker(who, frozenset(roles), "token"))

    def _meant(self, entity: Entity, values: Mapping[str, Any]) -> Row:
        """The same, with the keys of rows that are given for relations: `customer=ada`."""
        relations = {each.name: each.entity for each in entity.relations}
        keys = {each.name: each.key for each in self._blueprint.entities}
        return {name: _key_of(value, keys.get(relations.get(name, ""), ())) for name, value in values.items()}


def _key_of(value: Any, key: tuple[str, ...]) -> Any:
    """The key of a row that is given for a relation; any other value as it is."""
    if len(key) != 1 or not isinstance(value, dict):
        return value
    row = cast("Row", value)
    return row.get(key[0], row)


def _receivers(mail: EmailMessage) -> list[str]:
    return [address for _, address in getaddresses([str(mail["To"])])]


@contextmanager
def served(application: Application, blueprint: Blueprint, url: str) -> Generator[Server]:
    """The application on the empty database at `url`, for as long as the block lasts. Raises UsageError,
    DatabaseError, BacksmithError where it doesn't start."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="backsmith-", ignore_cleanup_errors=True))
        settings = trial_settings(application, blueprint, url, folder)
        yield Server(application, blueprint, stack.enter_context(running(application, blueprint, settings)), stack)
