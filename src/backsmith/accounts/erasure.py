"""What is kept of a person: given to them (`GET /auth/export`), and erased (`DELETE /auth/me`).

Erasing first replaces the personal fields of all rows about them, in the change log too. Then their account's row goes,
with whatever the model says goes with it; where other rows need it (`on_delete="restrict"`), it stays without anything
personal and nobody can sign in as it. The audit trail keeps what it has, which names no one but by the account's key.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from backsmith import errors
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint
from backsmith.accounts.roles import keep_an_administrator
from backsmith.accounts.services import Services
from backsmith.blueprint.asker import NOBODY
from backsmith.blueprint.naming import OWN_PREFIX
from backsmith.databases.account_tables import TOLD
from backsmith.databases.guard_tables import AUDIT_LOG
from backsmith.databases.transaction import Transaction, ViolationError
from backsmith.errors import RequestError
from backsmith.model.teams import OWNER

Outcome = Literal["deleted", "kept without personal data"]


class Export(Body, frozen=True):
    """Everything that is kept of a person."""

    account: msgspec.Raw
    """The key of the account."""
    kept: dict[str, list[dict[str, Any]]]
    """What Backsmith keeps of the account, by the name of its table without backsmith_: how they sign in, where they
    are signed in, what they may be, what happened. Nothing secret."""
    rows: dict[str, list[dict[str, msgspec.Raw]]]
    """By collection: keys and personal fields of the application's rows about them."""


class Erased(Body, frozen=True):
    """What became of the account."""

    account: Outcome


async def export(call: Call) -> Answer:
    """Everything that is kept of who asks."""
    services, key = call.services, call.asker.id
    text = services.people.text(key)

    async def work(transaction: Transaction) -> Export:
        return Export(
            account=msgspec.Raw(text.encode()),
            kept=await _kept(services, transaction, text),
            rows=await services.personal.export(transaction, key),
        )

    return Answer(200, await services.database.transact(work, retry=True))


async def _kept(services: Services, transaction: Transaction, account: str) -> dict[str, list[dict[str, Any]]]:
    """What people are told of the rows that Backsmith keeps of their account."""
    told: dict[str, list[dict[str, Any]]] = {}
    for name, rows in {**services.tables.of_account, AUDIT_LOG.name: services.tables.audit_log}.items():
        columns = TOLD[name]
        found = await rows.find(transaction, account=account) if columns else []
        if found:
            told[name.removeprefix(OWN_PREFIX)] = [{column: row[column] for column in columns} for row in found]
    return told


async def erase_me(call: Call) -> Answer:
    """Erase who asks."""
    services, key = call.services, call.asker.id

    async def work(transaction: Transaction) -> Outcome:
        await services.trail.note(
            transaction, "account.erased", client=call.client, request_id=call.request_id, account=key
        )
        return await erase(services, transaction, key, call.request_id)

    return Answer(200, Erased(account=await services.database.transact(work, retry=True)), signed_out=True)


async def erase(services: Services, transaction: Transaction, key: Any, request_id: str) -> Outcome:
    """Erase what is personal of an account, and its row where nothing needs it.

    Raises RequestError NOT_FOUND, REFERENCE of the last administrator and of who alone owns a team that others are in,
    and whatever a check or hook of the application refuses.
    """
    if await services.people.find(transaction, key) is None:
        raise RequestError(errors.NOT_FOUND, f"There is no account {services.people.text(key)}")
    await keep_an_administrator(services, transaction, key)
    shared = await _shared_teams(services, transaction, key)
    await services.personal.erase(transaction, key, request_id)
    await services.sessions.end_all(transaction, key)
    outcome: Outcome = "deleted"
    try:
        async with transaction.savepoint():
            await services.people.delete(transaction, key, request_id)
    except ViolationError:
        outcome = "kept without personal data"
    except RequestError as error:
        if error.kind != errors.REFERENCE:
            raise
        outcome = "kept without personal data"
    await forget(services, transaction, services.people.text(key))
    if outcome != "deleted":
        await _leave(services, transaction, key, shared, request_id)
        now = services.clock()
        account = services.people.text(key)
        await services.tables.states.put(
            transaction, account=account, kind="person", created_at=now, disabled_at=now, verified_email=None
        )
    return outcome


async def _shared_teams(services: Services, transaction: Transaction, key: Any) -> list[Any]:
    """The teams that the account is in with others, held until the transaction ends: whoever else wants to leave one
    waits. Raises RequestError REFERENCE where one would have no owner any more."""
    teams, shared = services.teams, list[Any]()
    if teams is None:
        return shared
    found = sorted(await teams.of_account(transaction, key), key=lambda each: teams.text(each[0].key))
    for team, _ in found:
        await teams.hold(transaction, team.key)
        members = await teams.members(transaction, team.key)
        others = {account: role for account, role in members.items() if account != key}
        if others:
            shared.append(team.key)
        if others and members.get(key) == OWNER and OWNER not in others.values():
            raise RequestError(
                errors.REFERENCE,
                f"The account is the only owner of team {teams.text(team.key)}, which others are in.",
                hint=f"Hand it over first: POST /auth/teams/{teams.text(team.key)}/owner.",
            )
    return shared


async def _leave(services: Services, transaction: Transaction, key: Any, shared: list[Any], request_id: str) -> None:
    """Who is kept without personal data leaves the teams of others: nobody signs in as that account to own one."""
    if services.teams is None:
        return
    for team in shared:
        try:
            async with transaction.savepoint():
                await services.teams.remove(transaction, NOBODY, team, key, request_id)
        except ViolationError:
            continue  # rows of the application need the membership itself
        except RequestError as error:
            if error.kind != errors.REFERENCE:
                raise


async def forget(services: Services, transaction: Transaction, account: str) -> None:
    """Take away all that Backsmith itself keeps of an account, but for the audit trail."""
    for rows in services.tables.of_account.values():
        await rows.delete(transaction, account=account)


ENDPOINTS = (
    Endpoint("GET", "/export", "Everything that is kept of you", export, reply=Export, access="confirmed"),
    Endpoint("DELETE", "/me", "Erase your account", erase_me, reply=Erased, access="confirmed"),
)
