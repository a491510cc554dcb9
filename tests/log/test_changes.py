"""What the log holds: every change of a row of a logged entity, whichever way it came, and nothing else."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.log.conftest import ANN, Shop

pytestmark = pytest.mark.every_postgres


def test_an_order_is_created_changed_and_deleted(filled: Shop) -> None:
    filled.done("POST", "/api/orders", {"number": "1"}, x_request_id="make-it")
    filled.done("PATCH", "/api/orders/1", {"status": "placed"}, asker=Asker(2, via="key", name="import"))
    filled.done("DELETE", "/api/orders/1", asker=NOBODY)
    made, changed, gone = filled.entries()
    row = json.loads(made.after or "")
    assert row == {
        "id": 1,
        "number": "1",
        "customer_id": None,
        "status": "draft",
        "made_by_id": 1,
        "made_at": row["made_at"],
        "secret": None,
    }
    order = next(entity for entity in filled.application.blueprint.entities if entity.name == "Order")
    assert (made.verb, made.entity, made.entity_id, made.key) == ("create", "Order", order.id, (1,))
    assert (made.account, made.via, made.api_key, made.system) == (1, "token", None, False)
    assert (made.action, made.before, made.request_id) == (None, None, "make-it")
    assert made.at == datetime.fromisoformat(row["made_at"])
    assert (changed.account, changed.via, changed.api_key) == (2, "key", "import")
    assert (changed.before, changed.after) == (made.after, (made.after or "").replace('"draft"', '"placed"'))
    assert (gone.verb, gone.account, gone.via, gone.before, gone.after) == (
        "delete", None, "nobody", changed.after, None
    )  # fmt: skip
    assert made.position < changed.position < gone.position


def test_an_action_is_named(filled: Shop) -> None:
    filled.done("POST", "/api/orders", {"number": "1"})
    filled.done("POST", "/api/orders/1/place", {})
    entry = filled.entries()[-1]
    assert (entry.verb, entry.action, entry.system, entry.account) == ("update", "place", True, 1)
    assert filled.changes()[-1] == ("update", "Order", (1,), {"status": "draft"}, {"status": "placed"})


def test_what_is_undone_is_not_in_it(filled: Shop) -> None:
    filled.done("POST", "/api/orders", {"number": "1"})
    filled.done("POST", "/api/rpc/renumber", {"prefix": "x"})
    assert filled.ask("POST", "/api/orders", [{"number": "2"}, {"number": "2"}]).status == 409
    filled.done("POST", "/api/orders", {"number": "3"}, prefer="tx=rollback")
    assert filled.changes()[1:] == [
        ("update", "Order", (1,), {"number": "1"}, {"number": "x-1"}),
        ("update", "Order", (1,), {"number": "x-1"}, {"number": "x-2"}),
    ]


def test_many_rows_and_an_upsert(filled: Shop) -> None:
    filled.done("POST", "/api/orders", [{"number": "1"}, {"number": "2"}])
    filled.done(
        "POST",
        "/api/orders?on_conflict=number",
        [{"number": "2", "secret": "s"}, {"number": "3", "secret": None}],
        prefer="resolution=merge-duplicates",
    )
    filled.done("PATCH", "/api/orders?id=lte.2", {"status": "placed"})
    filled.done("DELETE", "/api/orders?id=lt.9")
    told = [(verb, key, after if verb == "update" else None) for verb, _, key, _, after in filled.changes()]
    assert told == [
        ("create", (1,), None),
        ("create", (2,), None),
        ("update", (2,), {"secret": "s"}),
        ("create", (3,), None),
        ("update", (1,), {"status": "placed"}),
        ("update", (2,), {"status": "placed"}),
        ("delete", (1,), None),
        ("delete", (2,), None),
        ("delete", (3,), None),
    ]


def test_an_update_that_changes_nothing_is_no_entry(filled: Shop) -> None:
    filled.done("POST", "/api/orders", {"number": "1"})
    filled.done("PATCH", "/api/orders/1", {"status": "draft"})
    assert [entry.verb for entry in filled.entries()] == ["create"]


def test_nested_rows_what_hooks_do_and_what_foreign_keys_do(filled: Shop) -> None:
    lines = [{"product": "oak", "price": 2.5}, {"product": "ash", "price": 1}]
    filled.done("POST", "/api/orders", {"number": "gift", "lines": lines})
    filled.done("PATCH", "/api/orders/1", {"number": " gift 2 "})
    filled.done("DELETE", "/api/orders/1")
    found = filled.changes()
    assert [(verb, entity, key) for verb, entity, key, _, _ in found] == [
        ("create", "Order", (1,)),
        ("create", "Note", (1,)),  # by the hook, after what it is about
        ("create", "Line", (1,)),
        ("create", "Line", (2,)),
        ("update", "Order", (1,)),
        ("delete", "Order", (1,)),
        ("delete", "Line", (1,)),
        ("delete", "Line", (2,)),
        ("update", "Note", (1,)),
    ]
    assert found[2][4] == {"id": 1, "order_id": 1, "product": "oak", "price": "2.50"}
    assert found[4][3:] == ({"number": "gift"}, {"number": "gift 2"})
    assert found[8][3:] == ({"order_id": 1}, {"order_id": None})
    by_hook = filled.entries()[1]
    assert (by_hook.system, by_hook.account, by_hook.action) == (True, ANN.id, None)


def test_links_are_changes_of_the_rows_at_both_ends(filled: Shop) -> None:
    filled.done("POST", "/api/orders", {"number": "1", "tags": [{"id": 1}]})
    filled.done("PATCH", "/api/orders/1", {"tags": [{"id": 2}]})
    filled.done("PATCH", "/api/orders/1", {"tags": [{"id": 2}]})
    filled.done("PATCH", "/api/tags/1", {"orders": [{"id": 1}]})
    filled.done("POST", "/api/labels", {"name": "l"})
    filled.done("PATCH", "/api/tags/2", {"labels": [{"id": 1}]})
    links = [change for change in filled.changes() if change[0] == "link"]
    assert links == [
        ("link", "Order", (1,), {"tags": []}, {"tags": [[1]]}),
        ("link", "Order", (1,), {"tags": [[1]]}, {"tags": [[2]]}),
        ("link", "Order", (1,), {"tags": []}, {"tags": [[1]]}),
        ("link", "Label", (1,), {"tags": []}, {"tags": [[2]]}),
    ]


def test_what_does_not_ask_for_it_is_not_logged(filled: Shop) -> None:
    filled.done("POST", "/api/customers", {"name": "x"})
    filled.done("POST", "/api/drafts", {"text": "x"})
    filled.done("PATCH", "/api/customers/1", {"name": "y"})
    assert filled.entries() == []


def test_a_batch_is_logged_in_its_order(filled: Shop) -> None:
    operations = [
        {"method": "POST", "path": "/orders", "body": {"number": "1"}},
        {"method": "PATCH", "path": "/orders/1", "body": {"status": "placed"}},
    ]
    filled.done("POST", "/api/batch", {"operations": operations})
    assert [entry.verb for entry in filled.entries()] == ["create", "update"]


def test_values_of_every_type_are_canonical_and_the_key_is_whole(filled: Shop) -> None:
    seat = {
        "row": "A,1",
        "number": 7,
        "ratio": 1e20,
        "until": "PT2H",
        "token": "0198c0de-0000-7000-8000-00000000000f",
        "picture": "\\x00ff",
        "names": ['"', "é"],
        "facts": {"b": 1.10, "a": None},
    }
    filled.done("POST", "/api/seats", seat)
    filled.done("PATCH", "/api/seats?number=eq.7", {"number": 8})
    made, moved = filled.entries()
    assert made.key == ("A,1", 7)
    assert moved.key == ("A,1", 8)
    assert made.after == (
        '{"row":"A,1","number":7,"ratio":1e+20,"price":0.1,"taken":false,"until":"PT2H",'
        '"token":"0198c0de-0000-7000-8000-00000000000f","picture":"\\\\x00ff","names":["\\"","é"],'
        '"facts":{"b":1.1,"a":null}}'
    )
    assert made.after == moved.before
    assert (moved.after or "").replace('"number":8', '"number":7') == moved.before


def test_no_path_serves_it(filled: Shop) -> None:
    for path in ("backsmith_log", "log", "backsmith-log"):
        assert filled.ask("GET", f"/api/{path}").status == 404
