"""What is advised by the requests that the shop was sent, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from backsmith.databases.postgres import trials as postgres_trials
from backsmith.databases.sqlite import trials as sqlite_trials
from backsmith.databases.trials import Copy
from backsmith.evolution.advice import Advice, Comparison, plan_lines
from tests.evolution.advice.conftest import NO_FIGURES, STAFF, USER, Shop, bare

BY_STATUS = "/api/orders?status=eq.status%201&order=placed_at.desc&limit=20"
BY_NUMBER = "/api/orders?number=in.(5,6)"
NEWEST = "/api/orders?order=placed_at.desc&limit=20"
AT_ONCE = timedelta(0)


def missing(fields: tuple[str, ...], line: str, request: str, asker: str = "a user with the role staff") -> Advice:
    return Advice(
        kind="missing",
        entity="Order",
        fields=fields,
        line=line,
        reason=f"No index leads from {', '.join(fields)} to the rows that these requests look for.",
        requests=(f"{request} ({asker})",),
        comparisons=(
            Comparison(request=request, value="typical", before=NO_FIGURES, after=NO_FIGURES),
            Comparison(request=request, value="most frequent", before=NO_FIGURES, after=NO_FIGURES),
        ),
    )


@pytest.mark.every_postgres
def test_equality_comes_before_the_order(served: Shop) -> None:
    served.ask(BY_STATUS, asker=STAFF)
    (advice,) = served.advice()
    assert by_value(bare(advice)) == missing(
        ("status", "-placed_at"),
        'class Order(Entity, indexes=[Index("status", "-placed_at")])',
        "GET /api/orders?status=eq.…&order=placed_at.desc&limit=…",
    )
    assert advice.requests[0].startswith(
        "GET /api/orders?status=eq.…&order=placed_at.desc&limit=… (a user with the role staff): 12 times, "
    )
    assert "copy of all 20,000 rows" in advice.measured
    for each in advice.comparisons:
        assert each.after.effort < each.before.effort / 5
        assert each.after.milliseconds < each.before.milliseconds


def test_one_field_is_marked(served: Shop) -> None:
    served.ask(BY_NUMBER, asker=STAFF)
    (advice,) = served.advice()
    assert by_value(bare(advice)) == missing(
        ("number",), "number: Annotated[…, Indexed]", "GET /api/orders?number=in.…"
    )
    (line,) = plan_lines([advice])
    assert line.startswith("Order lacks an index on number. GET /api/orders?number=in.…: ")
    assert line.endswith("Write number: Annotated[…, Indexed]")


def test_an_index_on_one_field_serves_both_directions(served: Shop) -> None:
    served.ask(NEWEST, asker=STAFF)
    assert [advice.fields for advice in served.advice()] == [("placed_at",)]


def test_embedded_rows_are_looked_up_by_foreign_key_which_has_an_index(served: Shop) -> None:
    served.ask("/api/customers?select=name,orders(number)&limit=50", asker=STAFF)
    served.ask("/api/customers?id=eq.7", "/api/orders/7", asker=STAFF)
    assert served.advice() == []


def test_rules_look_at_rows_too(served: Shop) -> None:
    served.ask("/api/orders?limit=5", asker=USER)
    served.execute(f'DROP INDEX "{index_on(served, "customers", "account_id")}"')
    # The model makes that index again, so it is for the plan to say, and no advice.
    assert served.advice() == []


def test_writes_look_up_rows_as_reads_do(served: Shop) -> None:
    for number in range(12):
        target = f"/api/orders?number=eq.{number}"
        answer = served.client.get(target, STAFF, "PATCH", b'{"status": "done"}', content_type="application/json")
        assert answer.status == 204, answer.text
    (advice,) = served.advice()
    assert by_value(bare(advice)) == missing(
        ("number",), "number: Annotated[…, Indexed]", "PATCH /api/orders?number=eq.…"
    )


def test_pages_after_a_cursor(served: Shop) -> None:
    first = served.client.get("/api/orders?select=number&order=number&limit=20", STAFF)
    following = first.headers["link"].partition(">")[0].removeprefix("<")
    assert "&after=" in following
    served.ask(following, asker=STAFF)
    (advice,) = served.advice()
    assert by_value(bare(advice)) == missing(
        ("number",),
        "number: Annotated[…, Indexed]",
        "GET /api/orders?select=number&order=number&limit=…&after=…",
    )


def test_few_indexes_serve_many_requests(served: Shop) -> None:
    served.ask(BY_STATUS, f"{BY_STATUS}&select=id", "/api/orders?status=eq.status%201&select=id&limit=7", asker=STAFF)
    assert [advice.fields for advice in served.advice()] == [("status", "-placed_at")]


def test_the_index_that_was_advised_is_used_and_the_advice_gone(served: Shop) -> None:
    served.ask(BY_STATUS, asker=STAFF)
    (advice,) = served.advice()
    served.execute("CREATE INDEX orders_advised ON orders (status, placed_at DESC)")
    sql = "SELECT * FROM orders WHERE status = 'status 1' ORDER BY placed_at DESC, id DESC LIMIT 20"
    assert "orders_advised" in served.run(served.database.explain(sql, ()))
    assert advice.fields == ("status", "-placed_at")
    assert served.advice() == []


def test_nothing_is_advised_where_an_index_serves_already(served: Shop) -> None:
    served.ask("/api/orders?channel=eq.channel%201&order=placed_at.desc&limit=20", asker=STAFF)
    served.ask("/api/orders?weight=eq.7&limit=20", "/api/orders?customer_id=eq.7", asker=STAFF)
    assert served.advice() == []


def test_nothing_is_advised_for_a_small_table(served: Shop) -> None:
    served.ask("/api/customers?city=eq.city%201", asker=STAFF)
    assert served.advice() == []


def test_nothing_is_advised_for_rare_requests(served: Shop) -> None:
    served.ask(BY_NUMBER, asker=STAFF, times=9)
    assert served.advice() == []


def test_of_a_large_table_a_part_is_copied(served: Shop) -> None:
    served.ask(BY_NUMBER, asker=STAFF)
    served.execute("ANALYZE")
    (advice,) = served.advice(rows=5_000)
    assert advice.fields == ("number",)
    assert "rows" in advice.measured
    assert "all" not in advice.measured.partition(":")[0]


def test_large_rows_are_copied_as_far_as_there_is_room(served: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (postgres_trials, sqlite_trials):
        monkeypatch.setattr(module, "MOST_BYTES", 200_000)
    served.execute("ANALYZE")
    table = next(each for each in served.run(served.database.inspect()).tables if each.name == "orders")

    async def copied() -> Copy:
        async with served.database.trial() as trial:
            return await trial.copy(table, 100_000)

    copy = served.run(copied())
    assert 500 < copy.rows < 8_000
    assert copy.of_rows == 20_000


def test_the_tables_themselves_are_left_alone(served: Shop) -> None:
    before = served.run(served.database.inspect())
    served.ask(BY_STATUS, BY_NUMBER, asker=STAFF)
    served.advice()
    after = served.run(served.database.inspect())
    assert [table for table in after.tables if table.name != "backsmith_shapes"] == list(before.tables)


def test_indexes_that_are_of_no_use(served: Shop) -> None:
    served.ask("/api/orders?customer_id=eq.7", asker=STAFF)
    found = [each for each in served.all_advice(age=AT_ONCE) if each.kind != "missing"]
    assert [(each.kind, each.entity, each.fields, each.line) for each in found] == [
        ("duplicate", "Order", ("channel",), 'Take Index("channel") out of Order.'),
        ("unused", "Order", ("channel", "placed_at"), 'Take Index("channel", "placed_at") out of Order.'),
        ("unused", "Order", ("weight",), "Take Indexed from Order.weight."),
    ]
    assert found[0].reason == "The one on channel, placed_at serves wherever this one does."


def test_an_index_is_not_unused_before_it_had_time(served: Shop) -> None:
    served.ask("/api/orders?customer_id=eq.7", asker=STAFF)
    assert [each.kind for each in served.all_advice()] == ["duplicate"]


def test_an_index_that_requests_use_is_not_unused(served: Shop) -> None:
    served.execute("ANALYZE")
    served.ask("/api/orders?weight=eq.7&select=id", asker=STAFF)
    found = [each for each in served.all_advice(age=AT_ONCE) if each.kind == "unused"]
    assert [each.fields for each in found] == [("channel", "placed_at")]


def test_an_index_that_the_model_does_not_have(served: Shop) -> None:
    served.execute("CREATE INDEX by_hand ON orders (customer_id)")
    found = [each for each in served.all_advice(age=AT_ONCE) if each.kind == "duplicate"]
    assert [(each.index, each.line) for each in found] == [
        ("orders_channel_idx", 'Take Index("channel") out of Order.'),
        ("by_hand", 'The model doesn\'t have it: DROP INDEX "by_hand".'),
    ]


def index_on(served: Shop, table: str, column: str) -> str:
    schema = served.run(served.database.inspect())
    found = next(each for each in schema.tables if each.name == table)
    return next(index.name for index in found.indexes if index.columns == (column,))


def by_value(advice: Advice) -> Any:
    """The typical value first: which one gains more depends on the rows."""
    order: Sequence[Comparison] = sorted(advice.comparisons, key=lambda each: each.value != "typical")
    return replace(advice, comparisons=tuple(order))
