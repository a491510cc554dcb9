"""What an audit finds in models: each finding where it is brought about, and none where there is nothing."""

# ruff: noqa: E501 - the messages stand here whole

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from backsmith import blueprint
from backsmith.blueprint.blueprint import Blueprint
from backsmith.checks.audit.audit import audit
from backsmith.checks.audit.english import in_english
from backsmith.errors import UsageError
from backsmith.settings import Settings

Line = tuple[str, int | None, str]
Found = Callable[..., list[Line]]


def compiled(folder: Path, text: str) -> Blueprint:
    """The blueprint of a model in a file of its own."""
    file = folder / f"audited{len(list(folder.iterdir()))}.py"
    file.write_text("from audit_names import *\n" + dedent(text).strip("\n") + "\n")
    return blueprint.compile(blueprint.load(str(file)), None)[0]


@pytest.fixture
def found(tmp_path: Path) -> Callable[..., list[Line]]:
    """The findings in a model's text, as (key, line, message); without those about limits and production."""

    def run(text: str, **settings: Any) -> list[Line]:
        known = audit(compiled(tmp_path, text), Settings(folder=str(tmp_path), **settings))
        return [
            (each.key, each.line, each.message) for each in known if not each.check.startswith(("unlimited", "not-for"))
        ]

    return run


@pytest.fixture(autouse=True)
def audit_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "audit_names.py").write_text(
        "from typing import *\nfrom annotated_types import *\nfrom backsmith import *\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))


OWN = """
    class Note(Entity):
        owner: Account
        text: Annotated[str, Personal]

        @allow("read", "create", "update", "delete")
        def own(self, user: Account) -> bool:
            return self.owner == user
"""


def test_nothing_where_rows_are_their_owners_alone(found: Found) -> None:
    assert found(OWN) == []


def test_what_anybody_may_do(found: Found) -> None:
    model = """
        class Visit(Entity):
            page: Annotated[str, MaxLen(200)]
            visitor: Annotated[str | None, MaxLen(200), Personal]

            @allow("create")
            def everyone(self) -> bool:
                return True

            @allow("read")
            def front_page(self) -> bool:
                return self.page == "/"

        class Product(Entity):
            name: str

            @allow("read")
            def everyone(self) -> bool:
                return True

            @allow("update", fields=["name"])
            def anybody(self, user: Account | None) -> bool:
                return user is None or "staff" in user.roles
    """
    assert found(model) == [
        ("open-personal:Visit.front_page", 11, "Anybody may read visitor of some of the rows of Visit, which is personal."),
        ("open-writes:Visit.everyone", 7, "Anybody may create the rows of Visit without signing in."),
        ("open-writes:Product.anybody", 22, "Anybody may update the rows of Product without signing in."),
        ("open-reads:Product.everyone", 18, "Anybody may read all rows of Product."),
        ("unbounded-text:Product.name", 14, "Anybody may write Product.name, as long as max_body lets it be."),
    ]  # fmt: skip


def test_what_everybody_who_signs_in_may_do(found: Found) -> None:
    model = """
        class Letter(Entity):
            writer: Account
            text: Annotated[str, Personal]
            stamp: str

            @allow("read")
            def members(self, user: Account) -> bool:
                return True

            @allow("read", fields=["stamp"])
            def stamps(self, user: Account) -> bool:
                return True

            @allow("delete")
            def tidy(self, user: Account) -> bool:
                return user is not None

            @allow("update")
            def staff(self, user: Account) -> bool:
                return "staff" in user.roles
    """
    assert found(model) == [
        ("others-personal:Letter.members", 8, "Everybody who is signed in may read text of all rows of Letter."),
        ("others-rows:Letter.tidy", 16, "Everybody who is signed in may delete all rows of Letter, which belong to accounts."),
        ("others-rows:Letter.stamps", 12, "Everybody who is signed in may read all rows of Letter, which belong to accounts."),
    ]  # fmt: skip


def test_rights_that_people_can_give_themselves(found: Found) -> None:
    model = """
        class User(Account):
            level: int = 0
            city: Annotated[str | None, MaxLen(80)]

            @allow("read")
            def own(self, user: "User") -> bool:
                return self == user

            @allow("update", fields=["level", "city"])
            def change(self, user: "User") -> bool:
                return self == user

        class Report(Entity):
            text: str

            @allow("read")
            def seniors(self, user: User) -> bool:
                return user.level > 3
    """
    assert found(model) == [
        ("own-rights:User.level", 11, "Report.seniors decides by user.level, which people may change themselves by User.change."),
    ]  # fmt: skip


def test_rules_that_look_for_rows_without_an_index(found: Found) -> None:
    model = """
        class User(Account):
            region: Annotated[str, MaxLen(2)] = "eu"
            shop: Annotated[str | None, MaxLen(20)]

        class Customer(Entity, private=True):
            account: User
            region: str
            shop: Annotated[str, Indexed]

        class Order(Entity):
            customer: Customer

            @allow("read")
            def own(self, user: User) -> bool:
                return self.customer.account == user

            @allow("update")
            def near(self, user: User) -> bool:
                return self.customer.region == user.region or self.customer.shop == user.shop
    """
    assert found(model) == [
        ("unindexed-rule:Customer.region", 19, "Order.near looks for rows of Customer by region, which has no index."),
    ]  # fmt: skip


def test_secrets_in_plain_sight(found: Found) -> None:
    model = OWN.replace(
        "text: Annotated[str, Personal]", "iban: str\n        api_key: Annotated[str, Hidden]\n        author: str"
    )
    assert found(model) == [
        (
            "plain-secret:Note.iban",
            2,
            "Note.iban is called like a secret; whoever may read the row, and every copy of the database, has it.",
        ),
    ]


def test_what_is_accepted_says_why_and_what_is_not_found_any_more_is_a_mistake(tmp_path: Path, found: Found) -> None:
    model = """
        class Product(Entity):
            name: str

            @allow("read")
            def everyone(self) -> bool:
                return True
    """
    assert [each[0] for each in found(model)] == ["open-reads:Product.everyone"]
    accepting = Settings(folder=str(tmp_path), audit_accept={"open-reads:Product.everyone": "the shop window"})
    [finding] = [each for each in audit(compiled(tmp_path, model), accepting) if each.check == "open-reads"]
    assert finding.accepted == "the shop window"
    assert in_english([finding]).endswith("\n  Accepted: the shop window")
    with pytest.raises(UsageError) as error:
        found(OWN, audit_accept={"open-reads:Product.everyone": "the shop window"})
    assert str(error.value) == (
        "audit_accept names open-reads:Product.everyone, which this audit doesn't find. Take it out of the settings."
    )


def test_what_can_be_done_without_end(tmp_path: Path) -> None:
    model = """
        class Ticket(Entity):
            owner: Account

            @allow("read", "buy")
            def own(self, user: Account) -> bool:
                return self.owner == user

            @allow("scan")
            def everyone(self) -> bool:
                return True

        @action
        async def buy(ticket: Ticket, user: Account, data: Data) -> None:
            pass

        @action
        async def scan(ticket: Ticket, data: Data) -> None:
            pass
    """

    def keys(**settings: Any) -> list[str]:
        known = audit(compiled(tmp_path, model), Settings(folder=str(tmp_path), **settings))
        return [each.key for each in known if not each.check.startswith("not-for")]

    assert keys() == ["open-action:Ticket.scan", "unlimited:limits", "unlimited-action:Ticket.buy"]
    limited = {"anonymous": "120/minute", "signed_in": "600/minute"}
    assert keys(limits=limited) == ["open-action:Ticket.scan"]
