"""The shop with twenty thousand orders, served from both databases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from backsmith.app import asgi
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.cli.advise import advice_of
from backsmith.evolution.advice import Advice, Comparison, Figures, Options
from tests.engine.client import Client
from tests.evolution.advice import shop

STAFF = Asker(1, frozenset({"staff"}), "token")
USER = Asker(7, frozenset(), "token")
ORDERS, CUSTOMERS = 20_000, 400
NO_FIGURES = Figures(plan="", effort=0, milliseconds=0)
NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {most})"
ROWS = (
    "INSERT INTO accounts (id) VALUES (1), (2), (3), (4), (5), (6), (7)",
    f"{NUMBERS.format(most=CUSTOMERS)} INSERT INTO customers (id, name, city, account_id)"
    " SELECT n, 'name ' || n, 'city ' || (n % 50), 1 + n % 7 FROM numbers",
    f"{NUMBERS.format(most=ORDERS)} INSERT INTO orders (id, customer_id, status, number, channel, weight, placed_at)"
    f" SELECT n, 1 + n % {CUSTOMERS}, 'status ' || (n * 7 % 40), n, 'channel ' || (n % 3), n % 90, {{moment}}"
    " FROM numbers",
)
MOMENTS = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%S+00:00', 1700000000 + n * 7919 % 9000000, 'unixepoch')",
    "postgres": "to_timestamp(1700000000 + n * 7919 % 9000000)",
}


class Shop:
    """Requests to the shop, and what is advised by them."""

    def __init__(self, client: Client, run: Any) -> None:
        self.client = client
        self.application = client.application
        self.database = client.application.database
        self.run = run

    def ask(self, *targets: str, asker: Asker = NOBODY, times: int = 12) -> None:
        """Send each request so many times, and see that all are answered."""
        for _ in range(times):
            for target in targets:
                answer = self.client.get(target, asker)
                assert answer.status == 200, answer.text

    def advice(self, **options: Any) -> list[Advice]:
        """What is advised by the requests so far, but not that an index is of no use."""
        return [each for each in self.all_advice(**options) if each.kind == "missing"]

    def all_advice(self, age: timedelta = timedelta(days=14), **options: Any) -> list[Advice]:
        self.run(self.application.shapes.flush())
        chosen = Options(age=age, fewest_rows=options.pop("fewest_rows", 2_000), **options)
        _, found = self.run(
            advice_of(self.database, self.application.blueprint, self.application.settings, options=chosen)
        )
        return found

    def execute(self, sql: str) -> None:
        self.run(self.database.execute(sql))

    def fetch(self, sql: str) -> Sequence[Any]:
        return self.run(self.database.fetch(sql, ()))

    def forget(self) -> None:
        """As if no request had been counted yet."""
        self.run(self.application.shapes.flush())
        self.execute("DELETE FROM backsmith_shapes")


def bare(advice: Advice) -> Advice:
    """The advice without figures, which differ from one time to the next."""
    return replace(
        advice,
        requests=tuple(line.partition(":")[0] for line in advice.requests),
        comparisons=tuple(
            Comparison(request=each.request, value=each.value, before=NO_FIGURES, after=NO_FIGURES)
            for each in advice.comparisons
        ),
        measured="",
        cost="",
    )


@pytest.fixture
def served(database_url: str, run: Any) -> Iterator[Shop]:
    application = asgi(shop, database=database_url, access_log=False)

    async def begin() -> None:
        await application.start()
        for sql in ROWS:
            await application.database.execute(sql.replace("{moment}", MOMENTS[application.database.dialect.name]))

    run(begin())
    yield Shop(Client(application, run), run)
    run(application.close())
