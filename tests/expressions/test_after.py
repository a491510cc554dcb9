"""Rules that compare the row before and after an update: whole SQL, on SQLite, on PostgreSQL; the same as Python."""
# ruff: noqa: E501 - SQL is compared as a whole

from __future__ import annotations

import pytest

from backsmith.blueprint.functions import compile_function
from backsmith.blueprint.simplify import simplify
from tests.expressions.compiling import CONTEXT, function, postgres, sqlite

CASES = [
    (
        'self.status == "draft" and after.status == "placed"',
        """(t."status" = 'draft' AND a."status" = 'placed')""",
        """(t."status" = 'draft'::text AND a."status" = 'placed'::text)""",
    ),
    (
        "after.customer == self.customer",
        'a."customer_id" = t."customer_id"',
        'a."customer_id" = t."customer_id"',
    ),
    (
        "after.weight <= self.weight",
        'a."weight" <= t."weight"',
        'a."weight" <= t."weight"',
    ),
    (
        "after.customer.account == user",
        'a."customer_id" IN (SELECT customer_1."id" FROM "customers" AS customer_1 WHERE customer_1."account_id" = ?1)',
        'EXISTS (SELECT 1 FROM "customers" AS customer_1 WHERE customer_1."id" = a."customer_id" AND customer_1."account_id" = $1::bigint)',
    ),
    (
        "self == after",
        't."id" = a."id"',
        't."id" = a."id"',
    ),
]


@pytest.mark.parametrize(("text", "on_sqlite", "on_postgres"), CASES)
def test_two_rows(text: str, on_sqlite: str, on_postgres: str) -> None:
    rule = function(text, "self, after: Order, user: User")
    tree, _ = compile_function(rule, entity="Order", context=CONTEXT, returns=None, after=True)
    tree = simplify(tree, anonymous=False, roles=frozenset())
    assert sqlite().condition(tree, "t", after="a") == on_sqlite
    assert postgres().condition(tree, "t", after="a") == on_postgres
