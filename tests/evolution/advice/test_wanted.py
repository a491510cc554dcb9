"""What requests and rules look rows up by, and what the values of such requests are like."""

from __future__ import annotations

import pytest

from backsmith.app import asgi
from backsmith.databases.served import Sample, Wanted
from backsmith.engine.access import AskerKind
from backsmith.engine.planning.plans import Plan, PlanKey
from backsmith.engine.served.samples import samples_of, user_sample
from backsmith.engine.served.wanted import wanted_by
from backsmith.engine.spine import Engine
from tests.engine import library
from tests.evolution.advice import shop

STAFF = AskerKind(False, frozenset({"staff"}))
USER = AskerKind(False, frozenset())
NOBODY = AskerKind(True, frozenset())
SHOP = asgi(shop, database="sqlite:///never-opened.db", access_log=False).engine
LIBRARY = asgi(library, database="sqlite:///never-opened.db", access_log=False).engine


def planned(
    collection: str, shape: str, kind: AskerKind, engine: Engine = SHOP, key_parts: int = 0
) -> tuple[Plan, PlanKey]:
    key = PlanKey(collection, shape.replace("…", "\0"), kind, key_parts)
    return engine.planner.make(key, engine.catalogue.collections[collection], ("",) * shape.count("…")), key


@pytest.mark.parametrize(
    ("collection", "shape", "kind", "wanted"),
    [
        ("orders", "", STAFF, [Wanted(entity="Order", order=("id",))]),
        (
            "orders",
            "status=eq.…&number=gte.…&channel=in.…&order=placed_at.desc",
            STAFF,
            [
                Wanted(
                    entity="Order",
                    equal=("channel", "status"),
                    ranged=("number",),
                    order=("-placed_at", "-id"),
                )
            ],
        ),
        (
            "orders",
            "and=(status.eq.…,or(number.eq.…,weight.eq.…))&channel=not.eq.…&limit=…",
            STAFF,
            [Wanted(entity="Order", equal=("status",), order=("id",))],
        ),
        (
            "customers",
            "select=name,orders(number)&orders.status=eq.…&orders.order=number",
            STAFF,
            [
                Wanted(entity="Customer", order=("id",)),
                Wanted(entity="Order", equal=("customer_id", "status"), order=("number", "id")),
            ],
        ),
        # The rule: self.customer.account == user
        ("orders", "", USER, [Wanted(entity="Order", order=("id",)), Wanted(entity="Customer", equal=("account_id",))]),
        ("orders", "select=status,count()", STAFF, []),
    ],
)
def test_what_is_looked_up(collection: str, shape: str, kind: AskerKind, wanted: list[Wanted]) -> None:
    plan, _ = planned(collection, shape, kind)
    assert list(wanted_by(plan.read, SHOP.catalogue.entities)) == wanted


def test_a_rule_that_compares_with_a_constant() -> None:
    plan, _ = planned("books", "genre=eq.…&order=title", NOBODY, LIBRARY)
    (first, *_) = wanted_by(plan.read, LIBRARY.catalogue.entities)
    assert first == Wanted(entity="Book", equal=("draft", "genre"), order=("title", "id"))


def test_an_item_is_found_by_its_key() -> None:
    plan, key = planned("orders", "", STAFF, key_parts=1)
    assert wanted_by(plan.read, SHOP.catalogue.entities) == ()
    order = SHOP.catalogue.entities["Order"]
    assert samples_of(plan.read, order, 0, key) == (Sample(entity=order, field=order.fields[0]),)


def test_values_are_like_those_of_the_field() -> None:
    plan, key = planned("orders", "status=eq.…&number=gte.…&channel=in.…&limit=…&offset=…", STAFF)
    order = SHOP.catalogue.entities["Order"]
    field = {each.name: each for each in order.fields}
    assert samples_of(plan.read, order, 5, key) == (
        Sample(entity=order, field=field["status"]),
        Sample(entity=order, field=field["number"], pick="middle"),
        Sample(entity=order, field=field["channel"], form='("{}")'),
        Sample(form="25"),
        Sample(form="0"),
    )


def test_a_value_of_which_nothing_is_known() -> None:
    plan, key = planned("books", "notes->>a=eq.…", STAFF, LIBRARY)
    assert samples_of(plan.read, LIBRARY.catalogue.entities["Book"], 1, key) is None


def test_who_asks_is_like_those_that_the_rule_compares_with() -> None:
    plan, _ = planned("orders", "", USER)
    customer = SHOP.catalogue.entities["Customer"]
    account = next(each for each in customer.fields if each.name == "account_id")
    found = user_sample(plan.read, SHOP.catalogue.entities, SHOP.catalogue.blueprint)
    assert found == Sample(entity=customer, field=account)
