"""The market, served from each kind of database; filled anew for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from backsmith.app import asgi
from backsmith.blueprint.asker import NOBODY, Asker
from tests.code import market
from tests.engine.client import Answer, Client
from tests.engine.rows import fill

ADA, BO, STAFF = Asker(1), Asker(2), Asker(3, frozenset({"staff"}))
ROWS: dict[str, list[dict[str, Any]]] = {
    "Account": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bo"}, {"id": 3, "name": "Cleo"}],
    "Product": [
        {"id": 1, "name": "tea", "price": Decimal("2.50"), "cost": Decimal("1.00"), "slug": "tea"},
        {"id": 2, "name": "Green Tea", "price": Decimal("10.00"), "slug": "green-tea", "stock": 1},
    ],
    "Tag": [{"name": "hot"}, {"name": "cold"}],
    "Order": [
        {"id": 1, "account_id": 1, "made_at": market.datetime(2026, 1, 1, tzinfo=market.UTC), "secret": "s1"},
        {"id": 2, "account_id": 2, "made_at": market.datetime(2026, 1, 1, tzinfo=market.UTC), "note": "bo's"},
    ],
    "Line": [
        {"id": 1, "order_id": 1, "product_id": 1, "price": Decimal("2.50"), "quantity": 2},
        {"id": 2, "order_id": 1, "product_id": 2, "price": Decimal("10.00")},
    ],
}  # fmt: skip
TABLES = ("events", "lines", "orders", "products_tags", "tags", "products", "accounts", "backsmith_idempotency")


class Market(Client):
    """A client that posts JSON."""

    def post(self, target: str, asker: Asker = NOBODY, body: Any = None, **headers: str) -> Answer:
        text = b"" if body is None else market_json(body)
        return self.get(target, asker, "POST", text, **{"content_type": "application/json", **headers})

    def events(self) -> list[str]:
        rows = self._run(self.application.database.fetch("SELECT text FROM events ORDER BY id", ()))
        return [row[0] for row in rows]

    def value(self, sql: str) -> Any:
        return self._run(self.application.database.fetch(sql, ()))[0][0]


def market_json(value: Any) -> bytes:
    return value if isinstance(value, bytes) else msgspec.json.encode(value)


@pytest.fixture(scope="session")
def served(database_kind: str, new_url: Callable[[str], str], run: Any) -> Iterator[Market]:
    application = asgi(market, database=new_url(database_kind), access_log=False)
    run(application.start())
    yield Market(application, run)
    run(application.close())


@pytest.fixture
def client(served: Market, run: Any) -> Market:
    run(refill(served.application))
    return served


async def refill(application: Any) -> None:
    """The rows as they are at the start of each test; keys go on behind them."""
    database = application.database
    for table in TABLES:
        await database.execute(f"DELETE FROM {table}")
    await fill(database, application.blueprint, ROWS)
    if database.dialect.name == "postgres":
        for table in ("orders", "lines", "events", "products"):
            await database.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 100)")
