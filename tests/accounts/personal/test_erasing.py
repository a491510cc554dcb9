"""What is kept of a person: given to them, erased, and gone with their account."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from backsmith import errors
from backsmith.accounts.erasure import erase
from backsmith.accounts.services import Services, now
from backsmith.blueprint.asker import NOBODY
from backsmith.databases.account_tables import TOLD, of_account
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError
from tests.accounts.application import Served, serve
from tests.accounts.people import sign_in

MODEL = """
    from datetime import date
    from typing import Annotated

    from backsmith import Account, Email, Entity, Hidden, OnDelete, Personal, Unique, allow

    class Customer(Entity, private=True, log=True):
        account: Annotated[Account, OnDelete("restrict")]
        name: Annotated[str, Personal]
        email: Annotated[Email, Unique, Personal]
        born: Annotated[date, Personal(erased=date(1900, 1, 1))]
        rating: Annotated[int | None, Hidden, Personal]
        orders: list["Order"]

    class Order(Entity, private=True):
        customer: Customer
        address: Annotated[str, Personal]
        total: int

    class Letter(Entity, private=True):
        writer: Annotated[Account, OnDelete("cascade")]
        text: Annotated[str, Personal]
"""
CUSTOMERS = (
    (1, "Ada", "ada@example.org", "1815-12-10", 3),
    (2, "Bo", "bo@example.org", "1990-01-01", None),
)


@pytest.fixture
def shop(database_url: str, tmp_path: Path, run: Callable[..., Any]) -> Iterator[Served]:
    one = run(serve(MODEL, database_url, tmp_path))
    yield one
    run(one.application.close())


def services_of(served: Served) -> Services:
    accounts = served.application.accounts
    assert accounts is not None
    return accounts.services


async def fill(served: Served) -> None:
    """Ada (1) has a customer, an order and a letter; Bo (2) a customer; Cleo (3) a letter only."""
    services = services_of(served)
    data: Any = services.people
    classes = served.application._classes

    async def work(transaction: Transaction) -> None:
        for name in ("ada", "bo", "cleo"):
            await services.people.create(transaction, {"email": f"{name}@example.org", "name": name}, "request")
        rows = data._data(transaction)
        for account, name, email, born, rating in CUSTOMERS:
            await rows.create(
                classes["Customer"],
                account_id=account,
                name=name,
                email=email,
                born=date.fromisoformat(born),
                rating=rating,
            )
        await rows.create(classes["Order"], customer_id=1, address="1 High Street", total=7)
        await rows.create(classes["Letter"], writer_id=1, text="Dear Bo")
        await rows.create(classes["Letter"], writer_id=3, text="Dear Ada")

    await served.application.database.transact(work)


async def rows_of(served: Served, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await served.application.database.fetch(sql, ())]


async def test_a_person_is_given_what_is_about_them_and_not_what_is_hidden(shop: Served) -> None:
    await fill(shop)
    found = await shop.application.database.transact(
        lambda transaction: services_of(shop).personal.export(transaction, 1)
    )
    assert msgspec.json.decode(msgspec.json.encode(found)) == {
        "accounts": [{"id": 1, "email": "ada@example.org", "name": "ada"}],
        "customers": [{"id": 1, "name": "Ada", "email": "ada@example.org", "born": "1815-12-10"}],
        "letters": [{"id": 1, "text": "Dear Bo"}],
        "orders": [{"id": 1, "address": "1 High Street"}],
    }


async def test_erasing_leaves_what_others_need_without_anything_personal(shop: Served) -> None:
    await fill(shop)
    services = services_of(shop)
    outcome = await shop.application.database.transact(lambda transaction: erase(services, transaction, 1, "request"))
    assert outcome == "kept without personal data"
    assert await rows_of(shop, "SELECT id, name FROM accounts ORDER BY id") == [(1, None), (2, "bo"), (3, "cleo")]
    [(name, email, rating), *others] = await rows_of(shop, "SELECT name, email, rating FROM customers ORDER BY id")
    assert (name, rating, email[:7], email[-15:]) == ("erased", None, "erased-", "@erased.invalid")
    assert others == [("Bo", "bo@example.org", None)]
    assert await rows_of(shop, "SELECT address, total FROM orders") == [("erased", 7)]
    assert await rows_of(shop, "SELECT writer_id, text FROM letters ORDER BY id") == [(1, "erased"), (3, "Dear Ada")]
    state = await services.tables.states.one(shop.application.database, account="1")
    assert state is not None and state["disabled_at"] is not None


async def test_erasing_reaches_the_change_log(shop: Served) -> None:
    await fill(shop)
    services = services_of(shop)
    await shop.application.database.transact(lambda transaction: erase(services, transaction, 1, "request"))
    images = await rows_of(shop, "SELECT before, after FROM backsmith_log ORDER BY position")
    told = str(images)
    assert len(images) == 3  # two customers made, one changed
    assert "Ada" not in told and "ada@" not in told and "1815" not in told
    assert "Bo" in told and "1990" in told


async def test_an_account_that_nothing_needs_goes_and_its_letters_with_it(shop: Served) -> None:
    await fill(shop)
    services = services_of(shop)

    async def work(transaction: Transaction) -> Any:
        await services.tables.states.put(transaction, account="3", kind="person", created_at=now())
        await services.tables.roles.put(transaction, account="3", role="staff", granted_at=now())
        return await erase(services, transaction, 3, "request")

    assert await shop.application.database.transact(work) == "deleted"
    assert await rows_of(shop, "SELECT id FROM accounts ORDER BY id") == [(1,), (2,)]
    assert await rows_of(shop, "SELECT writer_id FROM letters") == [(1,)]
    assert await services.tables.states.find(shop.application.database, account="3") == []
    assert await services.tables.roles.find(shop.application.database, account="3") == []


async def test_what_is_kept_of_an_account_goes_with_its_row_however_that_goes(shop: Served) -> None:
    await fill(shop)
    services = services_of(shop)

    async def work(transaction: Transaction) -> None:
        await services.tables.roles.put(transaction, account="3", role="staff", granted_at=now())
        await services.people.delete(transaction, 3, "request")

    await shop.application.database.transact(work)
    assert await services.tables.roles.find(shop.application.database, account="3") == []


def test_every_table_of_accounts_says_what_people_are_told_of_it() -> None:
    assert set(TOLD) == {table.name for table in of_account()} | {"backsmith_audit_log"}


async def test_the_last_administrator_can_be_neither_erased_nor_deleted_of_two_at_once_one_stays(shop: Served) -> None:
    await fill(shop)
    services, database = services_of(shop), shop.application.database

    async def grant(transaction: Transaction) -> None:
        for account in ("2", "3"):
            await services.tables.states.put(transaction, account=account, kind="person", created_at=now())
            await services.tables.roles.put(transaction, account=account, role="admin", granted_at=now())

    async def erased(key: int) -> str:
        try:
            return await database.transact(lambda transaction: erase(services, transaction, key, "request"), retry=True)
        except RequestError as error:
            return error.message

    await database.transact(grant)
    outcomes = set(await asyncio.gather(erased(2), erased(3)))
    assert len(outcomes) == 2
    assert "This is the last account that may administer others." in outcomes
    [left] = [int(row["account"]) for row in await services.tables.roles.find(database, role="admin")]
    with pytest.raises(RequestError) as refused:
        await database.transact(lambda transaction: services.people.delete(transaction, left, "request"))
    assert refused.value.kind == errors.REFERENCE
    assert [(left,)] == await rows_of(shop, f"SELECT id FROM accounts WHERE id = {left} AND name IS NOT NULL")


TEAMS = """
    from typing import Annotated
    from backsmith import Account, Entity, Membership, OnDelete, Team, TeamEntity, allow

    class Project(TeamEntity):
        owner: Annotated[Account, OnDelete("restrict")]
        name: str

        @allow("read")
        def everyone(self) -> bool:
            return True
"""


@pytest.fixture
def gardens(database_url: str, tmp_path: Path, run: Callable[..., Any]) -> Iterator[Served]:
    one = run(serve(TEAMS, database_url, tmp_path))
    yield one
    run(one.application.close())


async def test_who_alone_owns_a_team_that_others_are_in_hands_it_over_before_they_are_erased(gardens: Served) -> None:
    ann, bo = await sign_in(gardens, "ann@example.org"), await sign_in(gardens, "bo@example.org")
    services, database = services_of(gardens), gardens.application.database
    teams = services.teams
    assert teams is not None
    team = (await ann.ask("POST", "/auth/teams", {"name": "Gardeners"})).json["id"]

    async def joins(transaction: Transaction) -> None:
        await teams.put(transaction, NOBODY, team, bo.key, "member", "request")
        await services.people._data(transaction).create(  # type: ignore[attr-defined]
            gardens.application._classes["Project"], team_id=team, owner_id=ann.key, name="Dig"
        )

    await database.transact(joins)
    refused = await ann.ask("DELETE", "/auth/me")
    assert (refused.status, refused.json["message"], refused.json["hint"]) == (
        409,
        f"The account is the only owner of team {team}, which others are in.",
        f"Hand it over first: POST /auth/teams/{team}/owner.",
    )
    assert await rows_of(gardens, f"SELECT email FROM accounts WHERE id = {ann.key}") == [("ann@example.org",)]
    assert (await ann.ask("POST", f"/auth/teams/{team}/owner", {"account": bo.key})).status == 204
    assert (await ann.ask("DELETE", "/auth/me")).json == {"account": "kept without personal data"}
    assert await database.transact(lambda transaction: teams.members(transaction, team)) == {bo.key: "owner"}


async def test_who_is_alone_in_a_team_is_erased_and_the_team_stays(gardens: Served) -> None:
    ann = await sign_in(gardens, "ann@example.org")
    team = (await ann.ask("POST", "/auth/teams", {"name": "Hermits"})).json["id"]
    assert (await ann.ask("DELETE", "/auth/me")).json == {"account": "kept without personal data"}
    assert await rows_of(gardens, "SELECT id, name FROM teams") == [(team, "Hermits")]
    assert await rows_of(gardens, f"SELECT email FROM accounts WHERE id = {ann.key}") == [(None,)]
