"""`backsmith accounts`: make, show and change accounts at the machine itself, the first administrator among them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from msgspec import convert
from msgspec.structs import asdict

from backsmith.accounts.administration import (
    AccountShown,
    disable,
    enable,
    end_sessions,
    reset_link,
    role_revoked,
    shown,
)
from backsmith.accounts.invitations import EmailText, invite
from backsmith.accounts.people import normal_email
from backsmith.accounts.roles import COMMAND_LINE, check_role, grant, revoke
from backsmith.accounts.service_accounts import create as create_service
from backsmith.accounts.services import Services
from backsmith.accounts.teams import key_in_path
from backsmith.app import Backsmith, asgi
from backsmith.blueprint.asker import Person
from backsmith.cli.exit_codes import DONE
from backsmith.cli.loading import named_model
from backsmith.cli.talk import counted, next_command, say, write, write_json
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError, UsageError
from backsmith.evolution.create import create_missing

What = Literal[
    "create", "list", "show", "grant", "revoke", "disable", "enable", "sign-out", "reset-link", "invite"
]  # fmt: skip
_PAGE = 200


def accounts(
    what: What,
    who: str | None = None,
    of: str | None = None,
    /,
    *,
    role: Annotated[tuple[str, ...], Parameter(show_default=False)] = (),
    service: bool = False,
    name: str | None = None,
    model: str | None = None,
    database: str | None = None,
    json: bool = False,
) -> int:
    """Make, show and change accounts, in the database itself. Servers need not run, or stop.

    `create EMAIL` makes an account and prints a link to choose a password, good once; with --role admin it is an
    administrator. With --service it makes one of a program, which has a name and no e-mail address. `list` shows all,
    `list ada` those with that in their e-mail address or name, `show` one. `grant WHO ROLE` and `revoke WHO ROLE`
    change roles. `disable` ends all sessions and refuses keys, until `enable`; `sign-out` ends sessions alone.
    `reset-link` prints a link to choose a new password, for when no mail arrives. `invite EMAIL` sends an invitation to
    sign up, and prints its link. All of it stands in the audit trail, done by "command line".

    Example: `backsmith accounts create ada@example.org --role admin`

    Parameters
    ----------
    what
        create, list, show, grant, revoke, disable, enable, sign-out, reset-link or invite.
    who
        An e-mail address, or the key of an account; of create --service a name.
    of
        Of grant and revoke: the role.
    role
        Of create and invite: a role it will have; give it again for each role.
    service
        Of create: an account of a program.
    name
        Of create: the name of the person.
    model
        The model's file, package or dotted name.
    database
        URL of the database: sqlite:///file.db, postgresql://user@host/name or postgresql:embedded.
    json
        Write JSON, for programs.
    """
    _refuse_misfits(what, who, of, role, service=service, name=name)
    path = named_model(model, option="--model ")
    application = asgi(path, database=database)

    async def run() -> int:
        async with _opened(application) as services:
            return await _Command(services, path, json=json).run(what, who or "", of or "", role, service, name)

    try:
        return asyncio.run(run())
    except RequestError as error:
        message = error.message if error.message.endswith((".", "?")) else f"{error.message}."
        raise UsageError(message if error.hint is None else f"{message} {error.hint}") from error


def _refuse_misfits(
    what: What, who: str | None, of: str | None, role: tuple[str, ...], *, service: bool, name: str | None
) -> None:
    """Raise UsageError for words that don't go together."""
    if who is None and what != "list":
        raise UsageError(f"Who? Write backsmith accounts {what} ada@example.org")
    if (of is None) == (what in ("grant", "revoke")):
        raise UsageError("grant and revoke take an account and a role: backsmith accounts grant ada@example.org admin")
    if role and what not in ("create", "invite"):
        raise UsageError(f"--role is of create and invite. Write backsmith accounts grant {who} {role[0]}")
    if (service or name is not None) and what != "create":
        raise UsageError("--service and --name are of create.")
    if service and name is not None:
        raise UsageError("Of a program, the name stands in place of the e-mail address: create reporting --service")


class _Command:
    """One of the commands."""

    def __init__(self, services: Services, model: str, *, json: bool) -> None:
        self._services = services
        self._model = model
        self._json = json

    async def run(self, what: What, who: str, of: str, roles: tuple[str, ...], service: bool, name: str | None) -> int:
        """Do it. Raises RequestError."""
        match what:
            case "list":
                await self._list(who)
            case "create" if service:
                await self._create_service(who, roles)
            case "create":
                await self._create(who, roles, name)
            case "invite":
                await self._invite(who, roles)
            case _:
                await self._change(what, who, of)
        return DONE

    async def _list(self, search: str) -> None:
        services, after = self._services, None
        while True:

            async def work(transaction: Transaction, after: Any = after) -> list[AccountShown]:
                found = await services.people.list(transaction, search=search, after=after, limit=_PAGE)
                return [await shown(services, transaction, person) for person in found]

            page = await services.database.transact(work)
            for each in page:
                self._show(each)
            if len(page) < _PAGE:
                return
            after = page[-1].id

    async def _create(self, email: str, roles: tuple[str, ...], name: str | None) -> None:
        services, address = self._services, _email(email)
        for role in roles:
            check_role(services.blueprint, role)

        async def work(transaction: Transaction) -> tuple[AccountShown, str]:
            if await services.people.by_email(transaction, address) is not None:
                raise UsageError(f"There is an account of {address}: backsmith accounts show {address}")
            values = {"email": address, **({} if name is None else {"name": name})}
            person = await services.people.create(transaction, values, "")
            await COMMAND_LINE.note(services, transaction, "account.made", person.key)
            for role in roles:
                await grant(services, transaction, person.key, role, COMMAND_LINE)
            link = await self._link(transaction, person)
            return await shown(services, transaction, person), link

        made, link = await services.database.transact(work)
        self._show(made, link)

    async def _create_service(self, name: str, roles: tuple[str, ...]) -> None:
        services = self._services
        for role in roles:
            check_role(services.blueprint, role)

        async def work(transaction: Transaction) -> AccountShown:
            made = await create_service(services, transaction, name, roles, {}, "")
            await COMMAND_LINE.note(services, transaction, "service-account.made", made.account, roles=list(roles))
            person = await services.people.find(transaction, made.account)
            return await shown(services, transaction, person or Person(made.account, None, name))

        self._show(await services.database.transact(work))

    async def _invite(self, email: str, roles: tuple[str, ...]) -> None:
        services, address = self._services, _email(email)
        for role in roles:
            check_role(services.blueprint, role)

        async def work(transaction: Transaction) -> str:
            invitation, link = await invite(services, transaction, address, None, roles=roles)
            await COMMAND_LINE.note(
                services, transaction, "account.invited", None, roles=list(roles), invitation=invitation.id
            )
            return link

        self._write_link(await services.database.transact(work), json=self._json)

    async def _change(self, what: What, who: str, of: str) -> None:
        """What is about an account that is there."""
        services = self._services

        async def work(transaction: Transaction) -> tuple[AccountShown, str | None]:
            person, link = await self._found(transaction, who), None
            key = person.key
            match what:
                case "grant":
                    if not await grant(services, transaction, key, of, COMMAND_LINE):
                        say(f"{who} has the role '{of}' already.")
                case "revoke":
                    if not await revoke(services, transaction, key, of, COMMAND_LINE):
                        raise UsageError(f"{who} hasn't got the role '{of}'.")
                    await role_revoked(services, transaction, key, of)
                case "disable":
                    await disable(services, transaction, key, COMMAND_LINE)
                case "enable":
                    await enable(services, transaction, key, COMMAND_LINE)
                case "sign-out":
                    count = await end_sessions(services, transaction, key, COMMAND_LINE)
                    say(f"Ended {counted(count, 'session', 'sessions')}.")
                case "reset-link":
                    link = await self._link(transaction, person)
                case _:
                    pass
            return await shown(services, transaction, person), link

        found, link = await services.database.transact(work)
        if link is not None and not self._json:
            self._write_link(link)
        else:
            self._show(found, link)

    async def _link(self, transaction: Transaction, person: Person) -> str:
        """A link to choose a password."""
        link = await reset_link(self._services, transaction, person)
        await COMMAND_LINE.note(self._services, transaction, "reset.link-made", person.key)
        return link

    async def _found(self, transaction: Transaction, who: str) -> Person:
        """The account of an e-mail address or key. Raises UsageError."""
        services, blueprint = self._services, self._services.blueprint
        person = await services.people.by_email(transaction, who) if "@" in who else None
        if person is None:
            key = key_in_path(blueprint, blueprint.account, who)
            person = None if key is None else await services.people.find(transaction, key)
        if person is None:
            raise UsageError(f"There is no account {who}. See: backsmith accounts list")
        return person

    def _show(self, account: AccountShown, link: str | None = None) -> None:
        if self._json:
            write_json(account if link is None else {**asdict(account), "link": link})
            return
        parts = [str(account.id), account.email or "-", account.name or "-"]
        parts += [f"roles {', '.join(account.roles)}"] if account.roles else []
        parts += [f"signs in by {', '.join(account.factors)}"] if account.factors else []
        parts += ["a program"] if account.kind == "service" else []
        parts += [f"disabled {account.disabled_at:%Y-%m-%d}"] if account.disabled_at is not None else []
        parts += [counted(account.sessions, "session", "sessions")] if account.sessions else []
        write("  ".join(parts))
        if link is not None:
            self._write_link(link)

    def _write_link(self, link: str, *, json: bool = False) -> None:
        if json:
            write_json({"link": link})
            return
        write(link)
        if not self._services.settings.address:
            say("The setting address isn't set, so this link is good on your own machine only.")
        next_command(f"backsmith serve {self._model}")


def _email(text: str) -> str:
    """An e-mail address in normal form. Raises UsageError."""
    try:
        return normal_email(convert(text, EmailText))
    except ValueError as error:
        raise UsageError(f"{text} is no e-mail address. Write one such as ada@example.org.") from error


@asynccontextmanager
async def _opened(application: Backsmith) -> AsyncGenerator[Services]:
    """The services of the application's accounts, with their tables. Raises UsageError, DatabaseError."""
    if application.accounts is None:
        raise UsageError("This application keeps no accounts. Import Account in its model, and relate something to it.")
    await application.database.open()
    try:
        await create_missing(application.database, application.blueprint)
        await application.secrets.start(application.database)
        yield application.accounts.services
    finally:
        await application.accounts.close()
        await application.secrets.close()
        await application.database.close()
