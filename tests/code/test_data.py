"""`Data`: what the application's own code reads and writes, under the rules, as the system, in transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from backsmith import Data, NotFound, field, some
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.engine.code.data import ServerData
from backsmith.engine.code.session import Session
from backsmith.errors import RequestError, UsageError
from tests.code.conftest import ADA, BO, STAFF, Market
from tests.code.market import Event, Line, Order, Product, Tag


def data_of(client: Market, asker: Asker = NOBODY) -> Data:
    services = client.application.engine._calls.services
    return ServerData(Session(services, asker, request_id="test"), asker)


async def test_get(client: Market) -> None:
    data = data_of(client, ADA)
    order = await data.get(Order, 1)
    assert order is not None
    assert (order.id, order.status, order.note, order.account.id) == (1, "draft", None, 1)
    with pytest.raises(AttributeError, match="made without 'secret'"):
        print(order.secret)
    assert await data.get(Order, 2) is None
    assert await data.get(Order, 99) is None
    with pytest.raises(UsageError, match="The key of Order has 1 fields, not 2"):
        await data.get(Order, (1, 2))


async def test_find_by_conditions(client: Market) -> None:
    data = data_of(client, STAFF).as_system()
    assert [row.id for row in await data.find(Order)] == [1, 2]
    assert [row.id for row in await data.find(Order, Order.note == None)] == [1]  # noqa: E711 - as SQL
    assert [row.id for row in await data.find(Line, Line.order.note == None, Line.quantity > 1)] == [1]  # noqa: E711
    assert [row.id for row in await data.find(Product, field(Product.name).contains_("Tea"))] == [2]
    assert [row.id for row in await data.find(Product, field(Product.name).startswith_("t"))] == [1]
    assert [row.id for row in await data.find(Product, ~field(Product.name).endswith_("a"))] == []
    assert [row.id for row in await data.find(Order, some(Order.lines, Line.price > 5))] == [1]
    assert [row.id for row in await data.find(Order, ~some(Order.lines))] == [2]
    assert [row.id for row in await data.find(Product, some(Product.lines, some(Line.order.lines)))] == [1, 2]
    first = await data.first(Product, order="-price")
    assert first is not None and first.name == "Green Tea"
    assert await data.first(Product, Product.price > 100) is None


async def test_conditions_tell_no_more_than_rows_do(client: Market) -> None:
    """Of `secret` no rule of a customer's tells; of lines those of their orders."""
    assert [row.id for row in await data_of(client, ADA).find(Order, Order.secret == "s1")] == []
    assert [row.id for row in await data_of(client, STAFF).find(Order, Order.secret == "s1")] == [1]
    assert await data_of(client, BO).find(Product, some(Product.lines)) == []
    assert len(await data_of(client, ADA).find(Product, some(Product.lines))) == 2


async def test_load(client: Market) -> None:
    data = data_of(client, ADA)
    [order] = await data.find(Order, load=(Order.lines, "lines.product.tags", Order.total))
    assert [(line.product.name, line.quantity) for line in order.lines] == [("tea", 2), ("Green Tea", 1)]
    assert order.total == Decimal("15.0000")
    assert order.lines[0].product.tags == []
    with pytest.raises(UsageError, match="has no relation or computed field 'line'"):
        await data.find(Order, load="line")
    bare = await data.get(Order, 1)
    assert bare is not None
    with pytest.raises(AttributeError, match="made without 'lines'"):
        print(bare.total)


async def test_one_and_whether(client: Market) -> None:
    data = data_of(client, ADA)
    assert (await data.one(Product, Product.name == "tea")).id == 1
    with pytest.raises(NotFound, match="There is no such row in products"):
        await data.one(Product, Product.name == "coffee")
    with pytest.raises(UsageError, match="several rows of Product"):
        await data.one(Product)
    assert await data.exists(Order, Order.status == "draft")
    assert not await data.exists(Order, Order.status == "placed")
    assert (await data.count(Order), await data.count(Event)) == (1, 0)


async def test_aggregates(client: Market) -> None:
    data = data_of(client, STAFF)
    assert await data.sum(Product.price) == Decimal("12.50")
    assert await data.sum(Product.price, Product.price > 100) == 0
    assert await data.avg(Product.price) == Decimal("6.25")
    assert (await data.min(Product.price), await data.max(Product.name)) == (Decimal("2.50"), "tea")
    assert await data.max(Product.name, Product.price > 100) is None
    assert await data.count_by(Order.status) == {"draft": 2}
    assert await data.sum(Order.total) == Decimal("15")
    assert await data_of(client, BO).sum(Order.total) == 0


async def test_create(client: Market) -> None:
    data = data_of(client, ADA)
    order = await data.create(Order, note="mine", lines=[{"product": 1, "price": Decimal("2.50")}])
    assert (order.note, order.status, order.account.id, order.made_at.tzinfo) == ("mine", "draft", 1, UTC)
    assert await data.count(Line, Line.order == order) == 1
    tea = await data.one(Product, Product.name == "tea")
    again = await data.create(Order(note="objects", lines=[Line(product=tea, price=tea.price)]))
    assert (again.note, await data.count(Line, Line.order == again)) == ("objects", 1)


async def test_create_is_under_the_rules(client: Market) -> None:
    with pytest.raises(RequestError) as refused:
        await data_of(client, ADA).create(Product, name="x", price=1)
    assert refused.value.status == 403
    with pytest.raises(RequestError) as refused:
        await data_of(client, ADA).create(Order, status="placed", placed_at=datetime.now(UTC))
    assert (refused.value.status, refused.value.message) == (403, "permission denied to create orders.status")
    with pytest.raises(RequestError) as refused:
        await data_of(client).create(Order, note="x")
    assert refused.value.status == 401


async def test_create_checks_values(client: Market) -> None:
    data = data_of(client, STAFF)
    with pytest.raises(RequestError) as refused:
        await data.create(Product, name="x" * 41, price=Decimal("-1"))
    assert [each["pointer"] for each in refused.value.errors] == ["/name", "/price"]
    with pytest.raises(UsageError, match="Product has no field 'nam'"):
        await data.create(Product, nam="x")


async def test_many(client: Market) -> None:
    data = data_of(client, STAFF)
    made = await data.create_many(Product, [{"name": "a", "price": 1}, Product(name="b", price=Decimal(2))])
    assert [(row.name, row.slug) for row in made] == [("a", "a"), ("b", "b")]
    assert await data.create_many(Product, []) == []
    assert await data.update_where(Product, Product.price < 3, stock=0) == 3
    assert await data.count(Product, Product.stock == 0) == 3
    assert await data.delete_where(Product, field(Product.name).in_(["a", "b"])) == 2
    with pytest.raises(UsageError, match="Which rows"):
        await data.delete_where(Product)
    assert await data_of(client, ADA).update_where(Order, True, note="all") == 1
    assert await data.count(Order, Order.note == "all") == 1


async def test_update_and_delete(client: Market) -> None:
    data = data_of(client, ADA)
    order = await data.one(Order)
    changed = await data.update(order, note="new")
    assert (order.note, changed.note, changed.id) == (None, "new", 1)
    with pytest.raises(RequestError) as refused:
        await data.update(order, status="placed")
    assert refused.value.status == 403
    other = await data_of(client, BO).one(Order)
    with pytest.raises(RequestError) as refused:
        await data.update(other, note="mine now")
    assert refused.value.status == 404
    staff = data_of(client, STAFF)
    tag = await staff.as_system().one(Tag, Tag.name == "cold")
    await staff.as_system().delete(tag)
    with pytest.raises(RequestError) as refused:
        await staff.as_system().delete(tag)
    assert refused.value.status == 404


async def test_upsert(client: Market) -> None:
    data = data_of(client, STAFF)
    tea = await data.upsert(Product, "name", name="tea", price=Decimal("3.00"))
    new = await data.upsert(Product, ("name",), name="mate", price=Decimal("4.00"))
    assert (tea.id, tea.price, new.price, await data.count(Product)) == (1, Decimal("3.00"), Decimal("4.00"), 3)
    tags = await data.as_system().upsert_many(Tag, "name", [{"name": "hot"}, {"name": "new"}], ignore=True)
    assert [tag.name for tag in tags] == ["new"]


async def test_links(client: Market) -> None:
    data = data_of(client, STAFF).as_system()
    tea, hot, cold = await data.one(Product, Product.id == 1), *(await data.find(Tag, order="-name"))
    await data.link(tea, Product.tags, hot, cold)
    await data.link(tea, Product.tags, hot)

    async def tags() -> list[str]:
        return [tag.name for tag in (await data.one(Product, Product.id == 1, load=Product.tags)).tags]

    assert await tags() == ["cold", "hot"]
    assert [row.id for row in await data.find(Product, some(Product.tags, Tag.name == "hot"))] == [1]
    await data.unlink(tea, Product.tags, hot)
    assert await tags() == ["cold"]
    await data.unlink(tea, Product.tags)
    assert await tags() == []


async def test_as_whom(client: Market) -> None:
    data = data_of(client, BO)
    assert [row.id for row in await data.find(Order)] == [2]
    assert [row.id for row in await data.as_system().find(Order)] == [1, 2]
    assert [row.id for row in await data.as_account(1).find(Order)] == [1]
    assert [row.id for row in await data.as_account(9, roles=["staff"]).find(Order)] == [1, 2]
    assert await data.as_account(None).find(Order) == []
    event = await data.as_system().create(Event, text="t", order_id=1)
    assert (event.text, await data.find(Event)) == ("t", [])


async def test_a_transaction_is_kept_or_not(client: Market) -> None:
    data = data_of(client, STAFF)
    async with data.transaction():
        tea = await data.one(Product, Product.id == 1)
        await data.update(tea, stock=1)
        assert (await data.one(Product, Product.id == 1)).stock == 1
        assert [row["stock"] for row in await data.sql("SELECT stock FROM products WHERE id = 1")] == [1]
        assert (await data_of(client, STAFF).one(Product, Product.id == 1)).stock == 10
    assert (await data.one(Product, Product.id == 1)).stock == 1
    with pytest.raises(ZeroDivisionError):
        async with data.transaction():
            await data.update(tea, stock=2)
            raise ZeroDivisionError
    assert (await data.one(Product, Product.id == 1)).stock == 1


async def test_a_transaction_within_is_a_savepoint(client: Market) -> None:
    data = data_of(client, STAFF)
    async with data.transaction():
        tea = await data.one(Product, Product.id == 1)
        await data.update(tea, stock=1)
        with pytest.raises(RequestError):
            async with data.transaction():
                await data.update(tea, stock=2)
                await data.create(Product, name="tea", price=1)
        assert (await data.one(Product, Product.id == 1)).stock == 1
        async with data.transaction():
            await data.update(tea, price=Decimal("7.00"))
    row = await data.one(Product, Product.id == 1)
    assert (row.stock, row.price) == (1, Decimal("7.00"))


async def test_a_refused_statement_can_not_be_passed_over(client: Market) -> None:
    """Outside of a savepoint: what was done before it isn't kept, on either database."""
    data = data_of(client, STAFF)
    with pytest.raises(RequestError):
        async with data.transaction():
            await data.update(await data.one(Product, Product.id == 1), stock=1)
            with pytest.raises(RequestError):
                await data.create(Product, name="tea", price=1)
    assert (await data.one(Product, Product.id == 1)).stock == 10


async def test_reads_of_one_transaction_can_be_gathered(client: Market) -> None:
    data = data_of(client, STAFF)
    async with data.transaction():
        products, orders = await asyncio.gather(data.find(Product), data.find(Order))
    assert (len(products), len(orders)) == (2, 2)


async def test_data_ends_with_its_transaction(client: Market) -> None:
    kept: list[Any] = []

    @asynccontextmanager
    async def leaking(data: Data) -> AsyncIterator[None]:
        async with data.transaction():
            kept.append(asyncio.ensure_future(later(data)))
            yield

    async def later(data: Data) -> None:
        await asyncio.sleep(0.05)
        await data.find(Product)

    async with leaking(data_of(client)):
        pass
    with pytest.raises(UsageError, match="The transaction has ended"):
        await kept[0]


async def test_sql(client: Market) -> None:
    data = data_of(client)
    rows = await data.sql("SELECT id, name FROM products WHERE name <> :name ORDER BY id", name="tea")
    assert rows == [{"id": 2, "name": "Green Tea"}]
    await data.execute("UPDATE products SET stock = :stock WHERE name = :name", stock=3, name="tea")
    assert client.value is not None
    assert (await data.one(Product, Product.name == "tea")).stock == 3
    with pytest.raises(RequestError) as refused:
        await data.execute("INSERT INTO products (name, price, cost, stock, slug) VALUES ('tea', 1, 1, 1, '')")
    assert (refused.value.status, refused.value.code) == (409, "23505")
