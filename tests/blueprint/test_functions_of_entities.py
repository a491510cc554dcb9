"""Rules, checks, computed fields and queries become part of the blueprint."""

from __future__ import annotations

from backsmith.blueprint.blueprint import Injected, ListOf, Location, Parameter, Query, Returned, Rule
from backsmith.blueprint.expressions import TRUE, Arithmetic, Compare, FieldOf, HasRole, Literal, This
from backsmith.blueprint.types import Integer, Json, List, Text
from tests.blueprint.conftest import Compile


def test_rules(compiled: Compile) -> None:
    [order, _customer] = compiled('''
        class Order(Entity):
            customer: Customer
            name: str

            @allow("read", fields=("customer", "name"))
            @allow("create")
            def staff(self, user: Account) -> bool:
                """The staff's."""
                return "staff" in user.roles

            @allow("read", fields="name")
            def everyone(self) -> bool:
                return True

        class Customer(Entity, private=True):
            name: str
    ''').entities
    role = HasRole(Literal("staff", Text()))
    read, create, everyone = order.rules
    assert read == Rule(
        id=read.id,
        name="staff",
        verbs=("read",),
        condition=role,
        fields=("customer_id", "name"),
        needs_user=True,
        doc="The staff's.",
        location=Location("model/shop.py", 8, 9),
    )
    assert (create.name, create.verbs, create.condition, create.fields) == ("staff", ("create",), role, None)
    assert (everyone.condition, everyone.needs_user, everyone.fields) == (TRUE, False, ("name",))
    assert len({rule.id for rule in order.rules}) == 3


def test_checks_carry_their_message(compiled: Compile) -> None:
    [order] = compiled('''
        class Order(Entity, private=True):
            number: int

            @check
            def numbered(self) -> bool:
                """An order has
                a number."""
                return self.number > 0

            @check
            def small(self) -> bool:
                return self.number < 100
    ''').entities
    numbered, small = order.checks
    number = FieldOf(This("Order"), "number", Integer(), False)
    assert (numbered.name, numbered.message) == ("numbered", "An order has a number.")
    assert numbered.condition == Compare("gt", number, Literal(0, Integer()))
    assert (small.name, small.message) == ("small", None)


def test_computed_fields(compiled: Compile) -> None:
    [order] = compiled('''
        class Order(Entity, private=True):
            number: int

            @computed
            def twice(self) -> int:
                """Double the number."""
                return self.number * 2

            @computed
            def thrice(self) -> int:
                return self.twice + self.number
    ''').entities
    number = FieldOf(This("Order"), "number", Integer(), False)
    _id, _number, twice, thrice = order.fields
    assert (twice.name, twice.doc, twice.nullable) == ("twice", "Double the number.", False)
    assert twice.computed == Arithmetic("multiply", number, Literal(2, Integer()), Integer())
    assert thrice.computed == Arithmetic("add", FieldOf(This("Order"), "twice", Integer(), False), number, Integer())


def test_queries(compiled: Compile) -> None:
    queries = compiled('''
        def staff(user: Account) -> bool:
            return "staff" in user.roles

        @query(allow=staff)
        async def best(data: Data, tags: list[str], limit: int = 10, name: str | None = None) -> list[Any]:
            """What sold best."""
            return []

        @query(allow="everyone")
        def news(data: Data, user: Account | None) -> list[Any]:
            return []

        @query(allow="signed_in")
        def mine(data: Data) -> list[Any]:
            return []

        @query(allow="everyone")
        def own(data: Data, user: Account) -> list[Any]:
            return []
    ''').queries
    assert queries[0] == Query(
        id=queries[0].id,
        name="best",
        function="shop:best",
        parameters=(
            Parameter(name="tags", type=List(Text())),
            Parameter(name="limit", type=Integer(), required=False, default=10),
            Parameter(name="name", type=Text(), nullable=True, required=False),
        ),
        allow=HasRole(Literal("staff", Text())),
        needs_user=True,
        injected=(Injected("data", "data"),),
        doc="What sold best.",
        location=Location("model/shop.py", 6, 11),
        returns=Returned(ListOf(Json())),
    )
    assert [(query.name, query.allow, query.needs_user) for query in queries[1:]] == [
        ("news", TRUE, False),
        ("mine", TRUE, True),
        ("own", TRUE, True),
    ]
