"""Rows within rows: made in one transaction, with their foreign keys filled, and every rule asked of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.engine.client import Answer
from tests.writes import market
from tests.writes.conftest import Both, served
from tests.writes.rows import begin_anew

ADA, BO = Asker(1, frozenset(), "token"), Asker(2, frozenset(), "token")
ROWS: dict[str, list[dict[str, Any]]] = {
    "User": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bo"}],
    "Customer": [{"id": 1, "account_id": 1, "name": "Ada"}, {"id": 2, "account_id": 2, "name": "Bo"}],
    "Order": [{"id": 1, "customer_id": 1, "number": "A1"}, {"id": 2, "customer_id": 2, "number": "B1"}],
    "Label": [
        {"slug": "urgent", "title": "Urgent"},
        {"slug": "gift", "title": "A gift"},
        {"slug": "secret", "title": "Not to be seen"},
    ],
    "Stall": [{"row": "N", "number": 1, "name": "Bread"}],
}


@pytest.fixture(scope="session")
def markets(database_kinds: list[str], new_url: Callable[[str], str], run: Any) -> Iterator[Both]:
    one = Both({kind: served(new_url(kind), run, market) for kind in database_kinds}, run)
    yield one
    for client in one.clients.values():
        run(client.application.close())


@pytest.fixture
def both(markets: Both, run: Any) -> Both:
    for client in markets.clients.values():
        run(begin_anew(client.application.database, client.application.blueprint, ROWS))
    return markets


def post(both: Both, target: str, body: Any, asker: Asker = ADA, **headers: str) -> Answer:
    return both.ask("POST", target, json.dumps(body), asker, **{"prefer": "return=representation", **headers})


def test_an_order_comes_with_its_lines(both: Both) -> None:
    answer = post(
        both,
        "/api/orders?select=id,number,lines(what,price,order_id)",
        {"customer_id": 1, "number": "A2", "lines": [{"what": "tea", "price": 1.50}, {"what": "cake"}]},
    )
    assert (answer.status, answer.json) == (
        201,
        [
            {
                "id": 3,
                "number": "A2",
                "lines": [
                    {"what": "tea", "price": 1.50, "order_id": 3},
                    {"what": "cake", "price": 0.00, "order_id": 3},
                ],
            }
        ],
    )
    assert answer.headers["location"] == "/api/orders/3"


def test_one_that_is_pointed_at_is_made_first(both: Both) -> None:
    answer = post(both, "/api/orders?select=customer(id,name)", {"number": "A2", "customer": {"name": "Ada and sons"}})
    assert (answer.status, answer.json) == (201, [{"customer": {"id": 3, "name": "Ada and sons"}}])


def test_one_that_is_pointed_at_by_its_key_is_left_as_it_is(both: Both) -> None:
    for customer in ({"id": 1}, 1):
        number = str(customer)
        answer = post(both, "/api/orders?select=customer_id", {"number": number, "customer": customer})
        assert (answer.status, answer.json) == (201, [{"customer_id": 1}])
    assert len(both.rows()["Customer"]) == 2


def test_rows_nest_to_any_depth(both: Both) -> None:
    customer = {
        "name": "Ada's shop",
        "orders": [
            {
                "number": "S1",
                "labels": ["gift"],
                "invoice": {"total": 3},
                "lines": [
                    {"what": "tea", "gifts": [{"words": "To Bo"}, {"words": "To Cy"}]},
                    {"what": "jam", "stall": {"row": "S", "number": 7, "name": "Jam"}},
                ],
            },
            {"number": "S2", "lines": [{"what": "pie", "gifts": [{"words": "To Di"}]}]},
        ],
    }
    select = (
        "name,orders(number,labels(slug),invoice(total),"
        "lines(what,stall(name,shelves(label)),gifts(words)))&orders.order=number&orders.lines.order=id"
    )
    answer = post(both, f"/api/customers?select={select}", customer)
    assert answer.status == 201
    assert answer.json == [
        {
            "name": "Ada's shop",
            "orders": [
                {
                    "number": "S1",
                    "labels": [{"slug": "gift"}],
                    "invoice": {"total": 3.00},
                    "lines": [
                        {"what": "tea", "stall": None, "gifts": [{"words": "To Bo"}, {"words": "To Cy"}]},
                        {"what": "jam", "stall": {"name": "Jam", "shelves": []}, "gifts": []},
                    ],
                },
                {
                    "number": "S2",
                    "labels": [],
                    "invoice": None,
                    "lines": [{"what": "pie", "stall": None, "gifts": [{"words": "To Di"}]}],
                },
            ],
        }
    ]


def test_keys_of_two_fields_are_filled_too(both: Both) -> None:
    stall = {"row": "S", "number": 7, "name": "Jam", "shelves": [{"label": "low"}, {"label": "high"}]}
    answer = post(both, "/api/stalls?select=row,number,shelves(label,stall_row,stall_number)", stall)
    assert answer.json == [
        {
            "row": "S",
            "number": 7,
            "shelves": [
                {"label": "low", "stall_row": "S", "stall_number": 7},
                {"label": "high", "stall_row": "S", "stall_number": 7},
            ],
        }
    ]
    shelf = {"label": "middle", "stall": {"row": "S", "number": 8, "name": "Honey"}}
    assert post(both, "/api/shelves?select=stall(name)", shelf).json == [{"stall": {"name": "Honey"}}]
    shelf = {"label": "middle", "stall": {"row": "S", "number": 8}}
    assert post(both, "/api/shelves?select=stall(name)", shelf).json == [{"stall": {"name": "Honey"}}]


def test_of_many_to_many_some_are_linked_and_some_are_made(both: Both) -> None:
    order = {"customer_id": 1, "number": "A2", "labels": ["gift", {"slug": "urgent"}, {"slug": "new", "title": "New"}]}
    answer = post(both, "/api/orders?select=labels(slug)&labels.order=slug", order)
    assert answer.json == [{"labels": [{"slug": "gift"}, {"slug": "new"}, {"slug": "urgent"}]}]
    assert both.rows()["labels_orders"] == ["('gift', 3)", "('new', 3)", "('urgent', 3)"]


def test_an_update_replaces_the_links(both: Both) -> None:
    post(both, "/api/orders", {"customer_id": 1, "number": "A2", "labels": ["gift", "urgent"]})
    answer = both.ask("PATCH", "/api/orders/3", '{"labels": ["gift"]}', ADA)
    assert answer.status == 204
    assert both.rows()["labels_orders"] == ["('gift', 3)"]
    answer = both.ask(
        "PATCH", "/api/orders/3?select=number,labels(slug)", '{"number": "A3", "labels": ["urgent", {"slug": "gift"}]}',
        ADA, prefer="return=representation",
    )  # fmt: skip
    assert answer.json == {"number": "A3", "labels": [{"slug": "gift"}, {"slug": "urgent"}]}
    assert both.ask("PATCH", "/api/orders/3", '{"labels": []}', ADA).status == 204
    assert both.rows()["labels_orders"] == []


def test_an_update_of_many_replaces_the_links_of_each(both: Both) -> None:
    post(both, "/api/orders", [{"customer_id": 1, "number": "A2"}, {"customer_id": 1, "number": "A3"}])
    answer = both.ask("PATCH", "/api/orders?number=in.(A2,A3,B1)", '{"labels": ["gift"]}', ADA)
    assert answer.status == 204
    assert both.rows()["labels_orders"] == ["('gift', 3)", "('gift', 4)"]


@pytest.mark.parametrize(
    ("body", "asker", "status"),
    [
        # The order's own rule: it would be another's.
        ({"customer_id": 2, "number": "A2", "lines": [{"what": "tea"}]}, ADA, 403),
        # That of the customer who is made with it, of another's account and of nobody's.
        ({"number": "A2", "customer": {"name": "Bo", "account_id": 2}}, ADA, 403),
        ({"number": "A2", "customer": {"name": "Bo"}}, NOBODY, 401),
        # That of the lines: the order is closed.
        ({"customer_id": 1, "number": "A2", "closed": True, "lines": [{"what": "tea"}]}, ADA, 403),
        # That of a label that is made, and of one that can't be seen.
        ({"customer_id": 1, "number": "A2", "labels": [{"slug": "secret 2", "title": "x"}]}, ADA, 403),
        ({"customer_id": 1, "number": "A2", "labels": ["secret"]}, ADA, 409),
        ({"customer_id": 1, "number": "A2", "labels": ["nothing"]}, ADA, 409),
    ],
)
def test_every_rule_is_asked_of_each(both: Both, body: dict[str, Any], asker: Asker, status: int) -> None:
    before = both.rows()
    assert post(both, "/api/orders", body, asker).status == status
    assert both.rows() == before


def test_a_label_that_is_not_seen_and_one_that_is_not_there_are_the_same(both: Both) -> None:
    order = {"customer_id": 1, "number": "A2"}
    answers = [post(both, "/api/orders", {**order, "labels": [slug]}) for slug in ("secret", "nothing")]
    one, other = [{**answer.json, "instance": ""} for answer in answers]
    assert one == other


def errors(answer: Answer) -> list[tuple[str, str]]:
    return [(each["pointer"], each["code"]) for each in answer.json["errors"]]


def test_mistakes_are_pointed_at_wherever_they_are(both: Both) -> None:
    orders = [
        {"customer_id": 1, "number": "A2", "lines": [{"what": "tea", "price": -1}, {"wat": "x"}]},
        {"customer_id": 1, "number": "A3", "lines": [{"what": "tea", "gifts": [{"words": 1}]}]},
    ]
    answer = post(both, "/api/orders", orders)
    assert answer.status == 422
    assert errors(answer) == [
        ("/0/lines/0/price", "23514"),
        ("/0/lines/1/wat", "PGRST204"),
        ("/0/lines/1/what", "23502"),
        ("/1/lines/0/gifts/0/words", "22P02"),
    ]


def test_so_is_what_only_the_database_knows(both: Both) -> None:
    before = both.rows()
    taken = [
        {"customer_id": 1, "number": "A2", "lines": []},
        {"customer_id": 1, "number": "B1", "lines": [{"what": "tea"}]},
    ]
    answer = post(both, "/api/orders", taken)
    assert (answer.status, errors(answer)) == (409, [("/1/number", "23505")])
    gifts = [{"what": "tea", "gifts": [{"words": "a"}]}, {"what": "tea", "gifts": [{"words": "b"}, {"words": "a"}]}]
    answer = post(both, "/api/orders", {"customer_id": 1, "number": "A2", "lines": gifts})
    assert (answer.status, errors(answer)) == (409, [("/lines/1/gifts/1/words", "23505")])
    nowhere = [{"what": "tea"}, {"what": "jam", "stall": {"row": "X", "number": 1}}]
    answer = post(both, "/api/orders", {"customer_id": 1, "number": "A2", "lines": nowhere})
    assert (answer.status, [each["pointer"] for each in answer.json["errors"]]) == (409, ["/lines/1"])
    unpaid = {"customer_id": 1, "number": "A2", "invoice": {"total": 0}}
    answer = post(both, "/api/orders", unpaid)
    assert (answer.status, errors(answer)) == (422, [("/invoice/total", "23514")])
    assert both.rows() == before


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"customer_id": 1, "number": "A2", "lines": [{"what": "tea", "order_id": 1}]}, "/lines/0/order_id"),
        ({"customer_id": 1, "number": "A2", "lines": [{"what": "tea", "order": {"id": 1}}]}, "/lines/0/order"),
        ({"customer_id": 1, "customer": {"name": "x"}, "number": "A2"}, "/customer"),
        ({"customer_id": 1, "number": "A2", "lines": {"what": "tea"}}, "/lines"),
        ({"customer_id": 1, "number": "A2", "lines": [1]}, "/lines/0"),
    ],
)
def test_what_the_row_around_decides_can_not_be_given(both: Both, body: dict[str, Any], pointer: str) -> None:
    answer = post(both, "/api/orders", body)
    assert (answer.status, [each["pointer"] for each in answer.json["errors"]]) == (422, [pointer])


def test_of_several_rows_those_are_left_alone_whose_links_are_another_s(both: Both) -> None:
    """Ada shares an order of hers with Bo, who may look at it and no more."""
    post(both, "/api/orders", {"customer_id": 1, "number": "A2", "shared_with_id": 2})
    answer = both.ask("PATCH", "/api/orders?number=in.(A2,B1)", '{"labels": ["gift"]}', BO)
    assert (answer.status, answer.headers["backsmith-skipped"]) == (204, "1")
    assert both.rows()["labels_orders"] == ["('gift', 2)"]
    assert both.ask("PATCH", "/api/orders/3", '{"labels": ["gift"]}', BO).status == 403


def test_many_orders_with_many_lines_are_a_handful_of_statements(both: Both) -> None:
    """Not one for each row: that would be ten thousand round trips."""
    orders = [
        {
            "customer_id": 1,
            "number": f"N{number}",
            "labels": ["gift"],
            "lines": [{"what": f"{number}.{line}", "price": line, "gifts": []} for line in range(10)],
        }
        for number in range(200)
    ]
    counts: dict[str, int] = {}
    for name, client in both.clients.items():
        counts[name] = statements_of(client.application, orders, both)
    assert max(counts.values()) <= 12, counts
    assert len(both.rows()["Line"]) == 2000


def statements_of(application: Any, orders: Any, both: Both) -> int:
    """How many statements the database is sent for a request."""
    database, sent = application.database, 0
    transact = database.transact

    async def counting(work: Any, *, retry: bool = False) -> Any:
        async def counted(transaction: Any) -> Any:
            nonlocal sent
            for name in ("fetch", "fetch_each"):
                original = getattr(transaction, name)

                async def one(*arguments: Any, original: Any = original, **named: Any) -> Any:
                    nonlocal sent
                    sent += 1
                    return await original(*arguments, **named)

                object.__setattr__(transaction, name, one)
            return await work(transaction)

        return await transact(counted, retry=retry)

    database.transact = counting
    try:
        client = next(each for each in both.clients.values() if each.application is application)
        headers = {"content_type": "application/json"}
        answer = client.get("/api/orders", ADA, "POST", json.dumps(orders).encode(), **headers)
        assert answer.status == 201, answer.text
    finally:
        del database.transact
    return sent


def test_a_nested_write_is_one_transaction(both: Both) -> None:
    """The last of its rows is refused, and nothing of the first is there."""
    before = both.rows()
    customer = {"name": "x", "orders": [{"number": "S1", "lines": [{"what": "a", "gifts": [{"words": "g"}] * 2}]}]}
    assert post(both, "/api/customers", customer).status == 409
    assert both.rows() == before
