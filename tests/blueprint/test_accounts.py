"""The account: part of the blueprint where something relates to it or extends it."""

from __future__ import annotations

from tests.blueprint.conftest import Compile


def test_it_is_left_out_where_nothing_relates_to_it(compiled: Compile) -> None:
    blueprint = compiled("""
        class Order(Entity):
            name: str

            @allow("read")
            def staff(self, user: Account) -> bool:
                return "staff" in user.roles
    """)
    assert ([entity.name for entity in blueprint.entities], blueprint.account) == (["Order"], None)


def test_it_comes_with_a_relation_and_is_private(compiled: Compile) -> None:
    blueprint = compiled("""
        class Order(Entity):
            owner: Account | None

            @allow("read")
            def own(self, user: Account) -> bool:
                return self.owner == user
    """)
    _order, account = blueprint.entities
    assert blueprint.account == "Account"
    assert (account.name, account.collection, account.table, account.private) == (
        "Account",
        "accounts",
        "accounts",
        True,
    )
    assert [field.name for field in account.fields] == ["id", "email", "name"]


def test_a_class_that_extends_it_takes_its_place(compiled: Compile) -> None:
    blueprint = compiled("""
        class User(Account, table="people"):
            nick: str

            @allow("read", fields=("nick",))
            def everyone(self) -> bool:
                return True

        class Order(Entity):
            owner: Account
            packer: User | None

            @allow("read")
            def own(self, user: User) -> bool:
                return self.owner == user
    """)
    user, order = blueprint.entities
    assert blueprint.account == "User"
    assert (user.collection, user.table, user.private) == ("users", "people", False)
    assert [field.name for field in user.fields] == ["id", "email", "name", "nick"]
    assert [(relation.name, relation.entity) for relation in order.relations] == [("owner", "User"), ("packer", "User")]


def test_a_class_that_extends_it_is_private_without_rules(compiled: Compile) -> None:
    [user] = compiled("""
        class User(Account):
            nick: str
    """).entities
    assert user.private
