"""Rows by their keys, whatever the key is; relations over several fields; tables without a key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from backsmith.app import asgi
from tests.engine import theatre
from tests.engine.client import Client
from tests.engine.rows import fill

FIRST, SECOND = UUID("0190aaaa-0000-7000-8000-000000000001"), UUID("0190aaaa-0000-7000-8000-000000000002")
ROWS: dict[str, list[dict[str, Any]]] = {
    "Hall": [{"code": "große"}, {"code": "a,b c"}],
    "Seat": [
        {"hall_code": "große", "number": 1},
        {"hall_code": "große", "number": 2},
        {"hall_code": "a,b c", "number": 1},
    ],
    "Ticket": [
        {"id": FIRST, "seat_hall_code": "große", "seat_number": 2, "holder": "Ada", "resold_as_id": SECOND},
        {"id": SECOND, "seat_hall_code": "große", "seat_number": 2, "holder": "Bo", "resold_as_id": None},
    ],
    "Visit": [{"holder": "Bo", "times": 2}, {"holder": "Ada", "times": None}, {"holder": "Ada", "times": 1}],
}


@pytest.fixture(scope="module")
def shows(database_kind: str, new_url: Callable[[str], str], run: Any) -> Iterator[Client]:
    application = asgi(theatre, database=new_url(database_kind), access_log=False)

    async def begin() -> None:
        await application.start()
        rows = {**ROWS, "Ticket": list(reversed(ROWS["Ticket"]))}  # what is pointed at comes first
        await fill(application.database, application.blueprint, rows)

    run(begin())
    yield Client(application, run)
    run(application.close())


@pytest.mark.parametrize(
    ("target", "status", "body"),
    [
        ("/api/halls/gro%C3%9Fe?select=code,seats(number)", 200, '{"code":"große","seats":[{"number":1},{"number":2}]}'),
        ("/api/halls/a%2Cb%20c", 200, '{"code":"a,b c"}'),
        ("/api/halls/none", 404, None),
        ("/api/seats/gro%C3%9Fe,2?select=hall_code,number,tickets(holder)", 200,
         '{"hall_code":"große","number":2,"tickets":[{"holder":"Ada"},{"holder":"Bo"}]}'),
        ("/api/seats/a%2Cb%20c,1?select=hall(code)", 200, '{"hall":{"code":"a,b c"}}'),
        ("/api/seats/gro%C3%9Fe", 400, None),
        ("/api/seats/gro%C3%9Fe,x", 400, None),
        (f"/api/tickets/{FIRST}?select=holder,seat(number,hall(code)),resold_as(holder)", 200,
         '{"holder":"Ada","seat":{"number":2,"hall":{"code":"große"}},"resold_as":{"holder":"Bo"}}'),
        (f"/api/tickets/{str(SECOND).upper()}?select=id,resold_from(id)", 200,
         f'{{"id":"{SECOND}","resold_from":[{{"id":"{FIRST}"}}]}}'),
        ("/api/tickets/7", 400, None),
        ("/api/visits/1", 404, None),
        ("/api/visits", 200,
         '[{"holder":"Ada","times":1},{"holder":"Ada","times":null},{"holder":"Bo","times":2}]'),
        ("/api/seats?select=hall(code),n:number.count()&order=n.desc", 200,
         '[{"hall":{"code":"große"},"n":2},{"hall":{"code":"a,b c"},"n":1}]'),
        ("/api/seats?select=hall_code,number&hall_code=eq.gro%C3%9Fe&order=hall_code,number.desc", 200,
         '[{"hall_code":"große","number":2},{"hall_code":"große","number":1}]'),
    ],
)  # fmt: skip
def test_rows_by_their_keys(shows: Client, target: str, status: int, body: str | None) -> None:
    answer = shows.get(target)
    assert answer.status == status, answer.text
    if body is not None:
        assert answer.text == body


def test_cursors_over_composite_keys_and_without_a_key(shows: Client) -> None:
    for collection, count in (("seats", 3), ("visits", 3)):
        seen: list[Any] = []
        target: str | None = f"/api/{collection}?limit=1"
        while target and len(seen) < 10:
            page = shows.get(target)
            assert page.status == 200, page.text
            seen += page.json
            link = page.headers.get("link")
            target = link and link.partition(">")[0].removeprefix("<")
        assert len(seen) == count
        assert seen == shows.get(f"/api/{collection}").json
