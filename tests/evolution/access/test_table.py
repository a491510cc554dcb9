"""Every kind of change of the rights, one at a time, and all that is said of it."""
# ruff: noqa: E501 - a case reads best with its findings as they are

from __future__ import annotations

from pathlib import Path

import pytest

from backsmith.evolution.access_changes import access_changes
from tests.evolution.versions import Versions

CASES: list[tuple[str, str, str, list[str]]] = []


def case(name: str, old: str, new: str, said: list[str]) -> None:
    CASES.append((name, old, new, said))


def model(rules: str, fields: str = "", keywords: str = "", extra: str = "") -> str:
    body = "\n".join("    " + line for line in rules.strip().split("\n")) if rules.strip() else ""
    more = "\n".join("    " + line for line in fields.strip().split("\n")) if fields.strip() else ""
    return f"""
class User(Account):
    pass


class Order(Entity{keywords}):
    owner: User
    status: Literal["draft", "placed", "sent"] = "draft"
    total: int = 0
{more}

{body}

{extra}
"""


OWN = '@allow("read")\ndef own(self, user: User) -> bool:\n    return self.owner == user\n'
PLACED = '@allow("read")\ndef placed(self) -> bool:\n    return self.status == "placed"\n'
EVERY = '@allow("read")\ndef everyone(self) -> bool:\n    return True\n'
STAFF = '@allow("read")\ndef staff(self, user: User) -> bool:\n    return "staff" in user.roles\n'


def rule(condition: str, verbs: str = '"read"', user: bool = False, name: str = "rule") -> str:
    return f"@allow({verbs})\ndef {name}(self{', user: User' if user else ''}) -> bool:\n    return {condition}\n"


case("the same", model(OWN), model(OWN), [])
case("the same in another order", model(OWN + PLACED), model(PLACED + OWN), [])
case(
    "the same as one rule",
    model(rule('self.status == "draft"', name="a") + rule('self.status == "sent"', name="b")),
    model(rule('self.status in ("draft", "sent")')),
    [],
)
case(
    "the same said otherwise",
    model(rule('self.status != "draft"')),
    model(rule('self.status in ("placed", "sent")')),
    [],
)
case("the same turned round", model(rule("self.total > 3")), model(rule("not 3 >= self.total")), [])
case(
    "a rule added",
    model(OWN),
    model(OWN + PLACED),
    [
        "wider Order read: PUBLIC: whoever isn't signed in may now read orders where the status is 'placed'.",
        "wider Order read: Whoever is signed in may now also read orders where the status is 'placed'.",
    ],
)
case(
    "a rule removed",
    model(OWN + PLACED),
    model(OWN),
    [
        "narrower Order read: Whoever isn't signed in may no longer read any orders; before: those where the status is 'placed'.",
        "narrower Order read: Whoever is signed in may no longer read orders where the status is 'placed'.",
    ],
)
case(
    "opened to everyone",
    model(OWN),
    model(EVERY),
    [
        "wider Order read: PUBLIC: whoever isn't signed in may now read all orders.",
        "wider Order read: Whoever is signed in may read more orders. Before: where the owner is you. Now: all. Newly, for example, where the owner is not you.",
    ],
)
case(
    "closed to owners",
    model(EVERY),
    model(OWN),
    [
        "narrower Order read: Whoever isn't signed in may no longer read any orders; before: all.",
        "narrower Order read: Whoever is signed in may read fewer orders. Before: all. Now: where the owner is you. No longer, for example, where the owner is not you.",
    ],
)
case(
    "a role",
    model(OWN),
    model(OWN + STAFF),
    [
        "wider Order read: Whoever has the role 'staff' may read more orders. Before: where the owner is you. Now: all. Newly, for example, where the owner is not you."
    ],
)
case(
    "another role",
    model(STAFF),
    model(STAFF.replace("'staff'", "'admin'").replace('"staff"', '"admin"')),
    [
        "wider Order read: Whoever has the role 'admin' (but for those who have the roles 'admin' and 'staff') may now read all orders.",
        "narrower Order read: Whoever has the role 'staff' (but for those who have the roles 'admin' and 'staff') may no longer read any orders; before: all.",
    ],
)
case(
    "a role alone no more",
    model(STAFF),
    model(STAFF.replace('return "staff" in user.roles', 'return "staff" in user.roles and "trusted" in user.roles')),
    [
        "narrower Order read: Whoever has the role 'staff' (but for those who have the roles 'staff' and 'trusted') may no longer read any orders; before: all."
    ],
)
case(
    "more values",
    model(PLACED),
    model(rule('self.status != "draft"')),
    [
        "wider Order read: PUBLIC: anybody, signed in or not, may read more orders. Before: where the status is 'placed'. Now: where the status is not 'draft'. Newly, for example, where the status is 'sent'."
    ],
)
case(
    "another value",
    model(PLACED),
    model(rule('self.status == "draft"')),
    [
        "other Order read: PUBLIC: anybody, signed in or not, may read other orders. Before: where the status is 'placed'. Now: where the status is 'draft'. Newly, for example, where the status is 'draft'. No longer, for example, where the status is 'placed'."
    ],
)
case(
    "a condition more",
    model(OWN),
    model(rule('self.owner == user and self.status != "draft"', user=True)),
    [
        "narrower Order read: Whoever is signed in may read fewer orders. Before: where the owner is you. Now: where the owner is you and the status is not 'draft'. No longer, for example, where the status is 'draft'."
    ],
)
case(
    "a condition less",
    model(rule('self.owner == user and self.status != "draft"', user=True)),
    model(OWN),
    [
        "wider Order read: Whoever is signed in may read more orders. Before: where the owner is you and the status is not 'draft'. Now: where the owner is you. Newly, for example, where the status is 'draft'."
    ],
)
case(
    "a bound moved",
    model(rule("self.total > 3")),
    model(rule("self.total > 5")),
    [
        "narrower Order read: Anybody, signed in or not, may read fewer orders. Before: where the total is more than 3. Now: where the total is more than 5. No longer, for example, where the total is more than 3 and the total is at most 5."
    ],
)
case(
    "needs somebody signed in",
    model(EVERY),
    model(rule("True", user=True)),
    ["narrower Order read: Whoever isn't signed in may no longer read any orders; before: all."],
)
case(
    "needs nobody signed in",
    model(rule("True", user=True)),
    model(EVERY),
    ["wider Order read: PUBLIC: whoever isn't signed in may now read all orders."],
)
case(
    "strangers instead of owners",
    model(OWN),
    model(OWN.replace("==", "!=")),
    [
        "other Order read: Whoever is signed in may read other orders. Before: where the owner is you. Now: where the owner is not you. Newly, for example, where the owner is not you. No longer, for example, where the owner is you."
    ],
)
case(
    "update added",
    model(OWN),
    model(OWN.replace('"read"', '"read", "update"')),
    ["wider Order update: Whoever is signed in may now update orders where the owner is you."],
)
case(
    "create and delete removed",
    model(OWN.replace('"read"', '"read", "create", "delete"')),
    model(OWN),
    [
        "narrower Order create: Whoever is signed in may no longer create any orders; before: those where the owner is you.",
        "narrower Order delete: Whoever is signed in may no longer delete any orders; before: those where the owner is you.",
    ],
)
case(
    "two rules of an update made one",
    model(
        EVERY
        + rule('self.status == "draft"', '"update"', name="a")
        + rule('self.status == "sent"', '"update"', name="b")
    ),
    model(EVERY + rule('self.status in ("draft", "sent")', '"update"')),
    [
        "wider Order update: PUBLIC: anybody, signed in or not, may update more orders. Before: where the status is 'draft' or the status is 'sent'. Now: where the status is one of 'draft', 'sent'. Newly, for example, where the old status is 'draft' and the new status is 'sent'."
    ],
)
case(
    "narrowed to fields",
    model(EVERY),
    model(EVERY.replace('"read"', '"read", fields=("status", "total")')),
    [
        "narrower Order.owner_id read: Anybody, signed in or not, may no longer read the owner id of orders; before: all."
    ],
)
case(
    "a field more",
    model(EVERY.replace('"read"', '"read", fields=("status",)')),
    model(EVERY.replace('"read"', '"read", fields=("status", "total")')),
    ["wider Order.total read: PUBLIC: anybody, signed in or not, may now read the total of orders."],
)
case(
    "a field of its own rule",
    model(EVERY.replace('"read"', '"read", fields=("status",)')),
    model(EVERY.replace('"read"', '"read", fields=("status",)') + OWN.replace('"read"', '"read", fields=("total",)')),
    ["wider Order.total read: Whoever is signed in may now read the total of orders where the owner is you."],
)
case(
    "hidden now",
    model(EVERY, "note: str | None"),
    model(EVERY, "note: Annotated[str | None, Hidden]"),
    ["narrower Order.note read: Anybody, signed in or not, may no longer read the note of orders; before: all."],
)
case(
    "shown now",
    model(EVERY, "note: Annotated[str | None, Hidden]"),
    model(EVERY, "note: str | None"),
    ["wider Order.note read: PUBLIC: anybody, signed in or not, may now read the note of orders."],
)
case(
    "new field",
    model(EVERY),
    model(EVERY, "note: str | None"),
    ["wider Order.note read: PUBLIC: anybody, signed in or not, may now read the note of orders."],
)
case(
    "new field that owners read",
    model(OWN),
    model(OWN, "note: str | None"),
    ["wider Order.note read: Whoever is signed in may now read the note of orders where the owner is you."],
)
case("new hidden field", model(EVERY), model(EVERY, "note: Annotated[str | None, Hidden]"), [])
case("field removed", model(EVERY, "note: str | None"), model(EVERY), [])
case(
    "field renamed",
    model(rule("self.mark == 1"), "mark: int"),
    model(rule("self.sign == 1"), "sign: Annotated[int, RenamedFrom('mark')]"),
    [],
)
case(
    "relation renamed",
    model(OWN),
    model(OWN)
    .replace("owner: User", "buyer: Annotated[User, RenamedFrom('owner')]")
    .replace("self.owner", "self.buyer"),
    [],
)
case(
    "entity renamed",
    model(OWN),
    model(OWN).replace("class Order(Entity)", "class Purchase(Entity, renamed_from='Order')"),
    [],
)
case(
    "a field renamed and asked for otherwise",
    model(rule("self.mark == 1"), "mark: int"),
    model(rule("self.sign == 2"), "sign: Annotated[int, RenamedFrom('mark')]"),
    [
        "other Order read: PUBLIC: anybody, signed in or not, may read other orders. Before: where the mark is 1. Now: where the sign is 2. Newly, for example, where the sign is 2. No longer, for example, where the sign is 1."
    ],
)
case(
    "private now",
    model(EVERY),
    model(EVERY, keywords=", private=True"),
    ["narrower Order read: Anybody, signed in or not, may no longer read any orders; before: all."],
)
case(
    "served now",
    model(EVERY, keywords=", private=True"),
    model(EVERY),
    ["wider Order read: PUBLIC: anybody, signed in or not, may now read all orders."],
)
case(
    "a computed field of another meaning",
    model(rule("self.cheap") + "@computed\ndef cheap(self) -> bool:\n    return self.total < 5\n"),
    model(rule("self.cheap") + "@computed\ndef cheap(self) -> bool:\n    return self.total < 9\n"),
    [
        "wider Order read: PUBLIC: anybody, signed in or not, may read more orders. Before: where the total is less than 5. Now: where the total is less than 9. Newly, for example, where the total is at least 5 and the total is less than 9."
    ],
)
case(
    "type of a field",
    model(rule("self.mark == 1"), "mark: int"),
    model(rule('self.mark == "1"'), "mark: str"),
    [
        "other Order read: Anybody, signed in or not, may perhaps read other orders: it can't be told, read both. Before: where the mark is 1. Now: where the mark is '1'."
    ],
)
case(
    "what can't be told",
    model(rule("self.total * self.total >= 0")),
    model(rule("True")),
    [
        "other Order read: Anybody, signed in or not, may perhaps read other orders: it can't be told, read both. Before: where the total times the total is at least 0. Now: all."
    ],
)
case(
    "after the change",
    model(
        EVERY
        + '@allow("update")\ndef send(self, after: "Order", user: User) -> bool:\n    return self.owner == user and after.status == "sent"\n'
    ),
    model(
        EVERY
        + '@allow("update")\ndef send(self, after: "Order", user: User) -> bool:\n    return self.owner == user and self.status == "placed" and after.status == "sent"\n'
    ),
    [
        "narrower Order update: Whoever is signed in may update fewer orders. Before: where the old owner is you and the new status is 'sent'. Now: where the old owner is you and the old status is 'placed' and the new status is 'sent'. No longer, for example, where the old status is 'draft'."
    ],
)
TAG = "class Tag(Entity):\n    label: str\n    secret: str\n\n    @allow('read', fields=('label',))\n    def everyone(self) -> bool:\n        return True\n\n    @allow('create', 'read')\n    def staff(self, user: User) -> bool:\n        return 'staff' in user.roles\n"
case(
    "new entity",
    model(OWN),
    model(OWN, extra=TAG),
    [
        "wider Tag read: PUBLIC: anybody, signed in or not, may now read all tags (only id and label).",
        "wider Tag read: Whoever has the role 'staff' may now read all tags.",
        "wider Tag create: Whoever has the role 'staff' may now create tags.",
    ],
)
case(
    "entity gone",
    model(OWN, extra=TAG),
    model(OWN),
    [
        "narrower Tag read: Anybody, signed in or not, may no longer read any tags; before: all.",
        "narrower Tag create: Whoever has the role 'staff' may no longer create any tags; before: all.",
    ],
)
A = "@action\nasync def close(order: Order, data: Data) -> None:\n    return None\n"
case(
    "an action for owners",
    model(OWN),
    model(OWN.replace('"read"', '"read", "close"'), extra=A),
    ["wider Order close: Whoever is signed in may now close orders where the owner is you."],
)
case(
    "an action for others too",
    model(OWN.replace('"read"', '"read", "close"'), extra=A),
    model(OWN.replace('"read"', '"read", "close"') + STAFF.replace('"read"', '"read", "close"'), extra=A),
    [
        "wider Order read: Whoever has the role 'staff' may read more orders. Before: where the owner is you. Now: all. Newly, for example, where the owner is not you.",
        "wider Order close: Whoever has the role 'staff' may close more orders. Before: where the owner is you. Now: all. Newly, for example, where the owner is not you.",
    ],
)
Q = "@query(allow={})\nasync def top(data: Data) -> list[int]:\n    return []\n"
case(
    "a query for the signed in",
    model(OWN, extra=Q.format('"everyone"')),
    model(OWN, extra=Q.format('"signed_in"')),
    ["narrower GET /api/rpc/top call: Whoever isn't signed in may no longer call it."],
)
case(
    "a query for all",
    model(OWN, extra=Q.format('"signed_in"')),
    model(OWN, extra=Q.format('"everyone"')),
    ["wider GET /api/rpc/top call: PUBLIC: whoever isn't signed in may now call it."],
)
case(
    "a new query",
    model(OWN),
    model(OWN, extra=Q.format('"everyone"')),
    ["wider GET /api/rpc/top call: PUBLIC: anybody, signed in or not, may now call it."],
)
case(
    "a query gone",
    model(OWN, extra=Q.format('"everyone"')),
    model(OWN),
    ["narrower GET /api/rpc/top call: Anybody, signed in or not, may no longer call it: it is gone."],
)
case(
    "a query for a role",
    model(OWN, extra=Q.format('"signed_in"')),
    model(OWN, extra="def staff(user: User) -> bool:\n    return 'staff' in user.roles\n\n" + Q.format("staff")),
    [
        "narrower GET /api/rpc/top call: Whoever is signed in (but for those who have the role 'staff') may no longer call it."
    ],
)
R = "@route('GET', '/a', allow={})\nasync def page() -> dict[str, int]:\n    return {{}}\n"
case(
    "a route for all",
    model(OWN, extra=R.format('"signed_in"')),
    model(OWN, extra=R.format('"everyone"')),
    ["wider GET /a call: PUBLIC: whoever isn't signed in may now call it."],
)
case(
    "through a relation",
    model(
        OWN,
        extra="class Line(Entity):\n    order: Order\n\n    @allow('read')\n    def of_own(self, user: User) -> bool:\n        return self.order.owner == user\n",
    ),
    model(
        OWN,
        extra="class Line(Entity):\n    order: Order\n\n    @allow('read')\n    def of_own(self, user: User) -> bool:\n        return self.order.owner == user and self.order.status == 'draft'\n",
    ),
    [
        "narrower Line read: Whoever is signed in may read fewer lines. Before: where the order's owner is you. Now: where the order's owner is you and the order's status is 'draft'. No longer, for example, where the order's status is 'sent'."
    ],
)
case(
    "over a list",
    model(
        rule("any(line.amount > 1 for line in self.lines)"),
        "lines: list['Line']",
        extra="class Line(Entity, private=True):\n    order: Order\n    amount: int\n",
    ),
    model(
        rule("all(line.amount > 1 for line in self.lines)"),
        "lines: list['Line']",
        extra="class Line(Entity, private=True):\n    order: Order\n    amount: int\n",
    ),
    [
        "other Order read: PUBLIC: anybody, signed in or not, may read other orders. Before: where for at least one of the lines, its amount is more than 1. Now: where for each of the lines, its amount is more than 1. Newly, for example, where for none of the lines, its amount is more than 1 and for each of the lines, its amount is more than 1. No longer, for example, where for at least one of the lines, its amount is more than 1 and for at least one of the lines, its amount is at most 1."
    ],
)


@pytest.mark.parametrize(("old", "new", "said"), [pytest.param(*rest, id=name) for name, *rest in CASES])
def test_what_a_change_means_for_rights(old: str, new: str, said: list[str], tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    before = versions.next(old)
    found = access_changes(before, versions.next(new))
    assert [f"{change.kind} {change.about} {change.verb}: {change.text}" for change in found] == said
