"""Roles of accounts: which there are, who has them, and changes of them, which hold from the next request on.

A role is there because a rule, query, action or route of the application asks for it; `admin` is always there, and
whoever has it may administer accounts. At least one account that can sign in keeps it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from backsmith import errors
from backsmith.accounts.credentials import ADMINISTRATOR
from backsmith.accounts.endpoint import Call
from backsmith.accounts.services import Services
from backsmith.accounts.sessions import Client
from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.expressions import Node
from backsmith.blueprint.naming import did_you_mean, listed
from backsmith.blueprint.simplify import mentioned_roles
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError


class By(NamedTuple):
    """Who does something to an account, for the audit trail."""

    actor: Any
    """The key of their account, or `command line`."""
    client: Client
    request_id: str

    async def note(
        self, services: Services, transaction: Transaction, event: str, account: Any | None, **details: Any
    ) -> None:
        """Note it. Details hold no secret, and no e-mail address of somebody who has no account."""
        await services.trail.note(
            transaction,
            event,
            client=self.client,
            request_id=self.request_id,
            account=account,
            actor=self.actor,
            details=details or None,
        )


COMMAND_LINE = By("command line", Client("", ""), "")
"""Somebody who works at the machine itself."""


def by_caller(call: Call) -> By:
    """Who calls an endpoint."""
    return By(call.asker.id, call.client, call.request_id)


def known_roles(blueprint: Blueprint) -> tuple[str, ...]:
    """The roles that the application asks for, and `admin`."""
    conditions: list[Node] = [rule.condition for entity in blueprint.entities for rule in entity.rules]
    functions = (*blueprint.queries, *blueprint.actions, *blueprint.routes)
    conditions += [each.allow for each in functions if each.allow is not None]
    return tuple(sorted({ADMINISTRATOR}.union(*map(mentioned_roles, conditions))))


def check_role(blueprint: Blueprint, role: str) -> None:
    """Raise RequestError INVALID for a role that nothing asks for."""
    known = known_roles(blueprint)
    if role not in known:
        message = f"There is no role '{role}'.{did_you_mean(role, known)}"
        hint = f"The application's rules ask for {listed(known, 'and')}."
        raise RequestError(errors.INVALID, message, hint=hint)


async def roles_of(services: Services, transaction: Transaction, account: Any) -> tuple[str, ...]:
    """The roles of an account."""
    rows = await services.tables.roles.find(transaction, order="role", account=services.people.text(account))
    return tuple(row["role"] for row in rows)


async def grant(services: Services, transaction: Transaction, account: Any, role: str, by: By) -> bool:
    """Give an account a role; False where it has it. Raises RequestError INVALID for one that nothing asks for."""
    check_role(services.blueprint, role)
    rows, text = services.tables.roles, services.people.text(account)
    if await rows.one(transaction, account=text, role=role) is not None:
        return False
    await rows.put(transaction, account=text, role=role, granted_at=services.clock())
    await services.sessions.changed(transaction, account)
    await by.note(services, transaction, "role.granted", account, role=role)
    return True


async def revoke(services: Services, transaction: Transaction, account: Any, role: str, by: By) -> bool:
    """Take a role from an account; False where it hasn't got it. Raises RequestError REFERENCE of the last admin."""
    text = services.people.text(account)
    if role == ADMINISTRATOR:
        await keep_an_administrator(services, transaction, account)
    if not await services.tables.roles.delete(transaction, account=text, role=role):
        return False
    await services.sessions.changed(transaction, account)
    await by.note(services, transaction, "role.revoked", account, role=role)
    return True


async def has_administrator(services: Services) -> bool:
    """Whether any account may administer others."""
    return await services.tables.roles.one(services.database, role=ADMINISTRATOR) is not None


async def keep_an_administrator(services: Services, transaction: Transaction, account: Any) -> None:
    """Raise RequestError REFERENCE where nobody but this account may administer others. Of two who would both go at
    once, the second waits for the first."""
    text, tables = services.people.text(account), services.tables
    held = await tables.roles.find(transaction, order="account", lock=True, role=ADMINISTRATOR)
    admins = tuple(row["account"] for row in held)
    if text not in admins:
        return
    states = await tables.states.find(transaction, account=admins)
    # A program's account has the role for its rules; nobody signs in as it to administer others.
    disabled = {row["account"] for row in states if row["disabled_at"] is not None or row["kind"] == "service"}
    if not {*admins} - disabled - {text} and text not in disabled:
        raise RequestError(
            errors.REFERENCE,
            "This is the last account that may administer others.",
            hint=f"Give another account the role {ADMINISTRATOR} first.",
        )
