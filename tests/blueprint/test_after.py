"""Rules that compare the row before and after an update."""

# ruff: noqa: E501 - the messages stand here whole

from __future__ import annotations

from collections.abc import Callable

from backsmith.blueprint import canonical
from backsmith.blueprint.expressions import AFTER, And, Compare, FieldOf, Follow, Literal, This, Variable
from backsmith.blueprint.types import Enum, Text
from backsmith.cli.show_english import in_english
from tests.blueprint.conftest import Compile

Mistakes = Callable[[str], str]

MODEL = '''
    class Order(Entity):
        owner: User
        status: Literal["draft", "placed"] = "draft"

        @allow("read")
        def own(self, user: User) -> bool:
            return self.owner == user

        @allow("update")
        def place(self, after: "Order", user: User) -> bool:
            """Drafts are placed."""
            return self.status == "draft" and after.status == "placed" and after.owner == user

        @allow("update", fields="status")
        def keep(self, after: Order) -> bool:
            return self.owner == after.owner and self.status != after.status

    class User(Account, private=True):
        name: str
'''


def test_the_second_parameter_is_the_row_after(compiled: Compile) -> None:
    blueprint = compiled(MODEL)
    [order, _] = blueprint.entities
    _, place, keep = order.rules
    status = FieldOf(This("Order"), "status", Enum(("draft", "placed")), False)
    after = Variable(AFTER, "Order")
    assert (place.after, place.needs_user, keep.after, keep.needs_user) == (True, True, True, False)
    assert isinstance(place.condition, And)
    assert place.condition.items[:2] == (
        Compare("eq", status, Literal("draft", Text())),
        Compare("eq", FieldOf(after, "status", Enum(("draft", "placed")), False), Literal("placed", Text())),
    )
    assert isinstance(keep.condition, And)
    assert keep.condition.items[0] == Compare(
        "eq", Follow(This("Order"), "owner", "User"), Follow(after, "owner", "User")
    )
    assert canonical.decode(canonical.encode(blueprint)) == canonical.without_locations(blueprint)


def test_other_rules_say_nothing_of_it(compiled: Compile) -> None:
    assert b'"after":' not in canonical.encode(
        compiled("""
        class Order(Entity):
            @allow("read", "update")
            def everyone(self) -> bool:
                return True
    """)
    )


def test_in_english(compiled: Compile) -> None:
    text = in_english(compiled(MODEL))
    assert [line for line in text.splitlines() if "before" in line] == [
        "  May update [place], comparing the row before and after: if the old status is 'draft' and the new status is 'placed' and the new owner is you. Drafts are placed.",
        "  May update status [keep], comparing the row before and after: if the old owner is the new owner and the old status is not the new status.",
    ]


def test_a_base_may_lend_such_a_rule(compiled: Compile) -> None:
    [order] = compiled("""
        class Kept(Entity, abstract=True):
            name: str

            @allow("read")
            def everyone(self) -> bool:
                return True

            @allow("update")
            def keep(self, after: Kept) -> bool:
                return self.name == after.name

            @allow("update")
            def same(self, after: Self) -> bool:
                return self.name == after.name

        class Order(Kept):
            pass
    """).entities
    assert [rule.after for rule in order.rules] == [False, True, True]


def test_a_generator_may_have_a_variable_of_that_name(compiled: Compile) -> None:
    [order, _] = compiled("""
        class Order(Entity):
            lines: list[Line]

            @allow("read")
            def full(self) -> bool:
                return any(after.amount > 1 for after in self.lines)

        class Line(Entity, private=True):
            order: Order
            amount: int
    """).entities
    assert AFTER not in {part.name for part in _variables(order.rules[0].condition)}


def _variables(node: object) -> list[Variable]:
    from backsmith.blueprint.trees import walk  # noqa: PLC0415 - only here

    return [part for part in walk(node) if isinstance(part, Variable)]  # type: ignore[arg-type] - it is a node


def test_only_an_update_has_a_row_after(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity):
            name: str

            @allow("read", "update", "delete")
            def keep(self, after: Order) -> bool:
                return self.name == after.name
    """
    expected = """
model/shop.py:5:13: The rule Order.keep compares the row before and after, which 'read' and 'delete' doesn't have. [rule-after]
  5 |     @allow("read", "update", "delete")
    |             ^^^^
    = Write @allow("update"), and a rule of its own for the rest.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_a_row_after_of_another_type(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity):
            name: str

            @allow("read")
            def everyone(self) -> bool:
                return True

            @allow("update")
            def keep(self, after: Customer) -> bool:
                return True

            @allow("update")
            def bare(self, after, user: Account) -> bool:
                return True

            @allow("update")
            def late(self, user: Account, after: Order) -> bool:
                return True

        class Customer(Entity, private=True):
            name: str
    """
    expected = """
model/shop.py:10:20: The rule Order.keep gets the row as an update leaves it as 'after', so its type is Order. [rule-parameters]
  10 |     def keep(self, after: Customer) -> bool:
     |                    ^^^^^^^^^^^^^^^
     = Write after: "Order".

model/shop.py:14:20: The rule Order.bare gets the row as an update leaves it as 'after', so its type is Order. [rule-parameters]
  14 |     def bare(self, after, user: Account) -> bool:
     |                    ^^^^^
     = Write after: "Order".

model/shop.py:18:35: The rule Order.late gets the row as an update leaves it as its second parameter. [rule-parameters]
  18 |     def late(self, user: Account, after: Order) -> bool:
     |                                   ^^^^^^^^^^^^
     = Write def name(self, after: "Order", user: Account) -> bool.

3 mistakes found.
"""
    assert mistakes(model) == expected


def test_a_value_that_may_be_none_has_to_be_ruled_out_of_both(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity):
            note: str | None

            @allow("read")
            def everyone(self) -> bool:
                return True

            @allow("update")
            def longer(self, after: Order) -> bool:
                return self.note is not None and after.note > self.note
    """
    expected = """
model/shop.py:11:42: Order.note may be None here. [may-be-none]
  11 |         return self.note is not None and after.note > self.note
     |                                          ^^^^^^^^^^
     = Write `after.note is not None and …`.

1 mistake found.
"""
    assert mistakes(model) == expected
