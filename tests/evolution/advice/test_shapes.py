"""Counting the shapes of requests: what is kept, how much of it, and by how many at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from backsmith.databases import Database, open_database
from backsmith.engine.access import AskerKind
from backsmith.engine.planning.plans import PlanKey
from backsmith.engine.served.counting import Count, Counts, Tally
from backsmith.engine.served.form import form_of, read_form, text_of
from backsmith.engine.served.keeping import KEPT_DAYS, ShapeKeeper
from backsmith.engine.served.reading import kept_shapes
from backsmith.engine.writing.planning import WriteKey
from backsmith.errors import DatabaseError
from tests.evolution.advice.conftest import STAFF, Shop

NOBODY = AskerKind(True, frozenset())
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def key(name: str) -> PlanKey:
    return PlanKey("orders", f"{name}=eq.\0", NOBODY)


def counted(**requests: int) -> Counts[PlanKey | WriteKey]:
    counts = Counts[PlanKey | WriteKey]()
    for name, times in requests.items():
        tally = Tally()
        for _ in range(times):
            counts.add(key(name), tally, 0.002, 3)
    return counts


def test_a_tally_adds_up_and_begins_anew() -> None:
    counts, tally = Counts[str](), Tally()
    counts.add("a", tally, 0.25, 3)
    counts.add("a", tally, 0.5, 0)
    assert counts.take() == [("a", Count(requests=2, seconds=0.75, worst=0.5, rows=3))]
    assert counts.take() == []
    counts.add("a", tally, 0.125, 1)
    assert counts.take() == [("a", Count(requests=1, seconds=0.125, worst=0.125, rows=1))]


def test_memory_is_bounded_and_the_rarest_go() -> None:
    counts, often = Counts[int](most=10), Tally()
    for number in range(10_000):
        counts.add(-1, often, 0.125, 1)
        counts.add(number, Tally(), 0.125, 1)
        assert len(counts) <= 20
    kept = counts.take()
    assert len(kept) == 10
    assert kept[0] == (-1, Count(requests=10_000, seconds=1250.0, worst=0.125, rows=10_000))


def test_a_shape_that_went_is_counted_from_its_next_request() -> None:
    counts, tally = Counts[str](most=1), Tally()
    counts.add("often", Tally(), 0.001, 1)
    counts.add("rare", tally, 0.001, 1)
    counts.add("third", Tally(), 0.001, 1)  # there is no room for three: only the first stays
    assert tally.requests == 0
    counts.add("rare", tally, 0.001, 1)
    assert tally.requests == 1


def test_a_shape_comes_back_from_its_text() -> None:
    page = PlanKey(
        "orders", "status=eq.\0&limit=\0", AskerKind(False, frozenset({"b", "a"})), 0, True, False, (True, False)
    )
    text = text_of(form_of(page))
    assert text == (
        '{"method":"GET","collection":"orders","query":["status=eq.","&limit=",""],"anonymous":false,'
        '"roles":["a","b"],"counted":true,"after":[true,false]}'
    )
    form = read_form(text)
    assert form is not None
    assert form.plan_key == page
    assert form.request("/api") == "GET /api/orders?status=eq.…&limit=…"
    assert form.asker == "a user with the roles a and b"
    assert read_form('{"something": "else"}') is None


def test_no_value_is_stored(served: Shop) -> None:
    served.ask("/api/orders?status=eq.secret&and=(number.gt.123456,channel.in.(hidden))&limit=77", asker=STAFF)
    served.ask("/api/orders/4321", asker=STAFF)
    served.run(served.application.shapes.flush())
    rows = served.fetch("SELECT shape FROM backsmith_shapes ORDER BY shape")
    assert [row[0] for row in rows] == [
        '{"method":"GET","collection":"orders","query":[""],"anonymous":false,"roles":["staff"],"key_parts":1}',
        '{"method":"GET","collection":"orders","query":["status=eq.","&and=(number.gt.",",channel.in.",")&limit=",""],'
        '"anonymous":false,"roles":["staff"]}',
    ]
    everything = repr(served.fetch("SELECT * FROM backsmith_shapes"))
    for value in ("secret", "123456", "hidden", "4321"):
        assert value not in everything


async def test_workers_add_to_the_same_rows(database: Database, database_url: str) -> None:
    others = [open_database(database_url) for _ in range(7)]
    for other in others:
        await other.open()
    workers = [ShapeKeeper(each, counted(status=3, number=1)) for each in (database, *others)]
    await asyncio.gather(*(worker.flush(NOW) for worker in workers))  # none finds the table there
    for other in others:
        await other.close()
    assert [(each.form.query, each.requests, each.rows) for each in await kept_shapes(database)] == [
        (("status=eq.", ""), 24, 72),
        (("number=eq.", ""), 8, 24),
    ]
    (first, _) = await kept_shapes(database)
    assert (first.seconds, first.worst) == (pytest.approx(0.048), pytest.approx(0.002))
    assert first.since == datetime(2026, 11, 23, tzinfo=UTC)


async def test_old_days_and_the_rarest_shapes_leave(database: Database) -> None:
    old = ShapeKeeper(database, counted(old=9))
    await old.flush(NOW - timedelta(days=KEPT_DAYS + 1))
    await ShapeKeeper(database, counted(recent=9)).flush(NOW - timedelta(days=KEPT_DAYS - 1))
    await ShapeKeeper(database, counted(often=5, rare=1), most=2).flush(NOW)
    assert [each.form.query[0] for each in await kept_shapes(database)] == ["recent=eq.", "often=eq."]


async def test_where_no_table_can_be_made_nothing_is_kept(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(sql: str, params: Any = ()) -> None:
        raise DatabaseError("permission denied")

    monkeypatch.setattr(database, "execute", refuse)
    counts = counted(status=3)
    keeper = ShapeKeeper(database, counts)
    await keeper.flush(NOW)
    assert await kept_shapes(database) == []
    assert counts.take() == []


def test_a_form_of_another_method_reads_the_rows_it_is_about() -> None:
    write = WriteKey("DELETE", "orders", "status=eq.\0", NOBODY, 0, False, False, None)
    assert form_of(write).plan_key == key("status")
    assert replace(form_of(write), method="GET") == form_of(key("status"))


def test_the_shapes_of_before_are_kept_when_the_server_ends(served: Shop, run: Any) -> None:
    served.ask("/api/orders?limit=1", asker=STAFF, times=1)
    run(served.application.shapes.flush())
    served.ask("/api/orders?limit=1", asker=STAFF, times=2)
    run(served.application.shapes.close())
    assert [(each.requests, each.rows) for each in run(kept_shapes(served.database))] == [(3, 3)]
