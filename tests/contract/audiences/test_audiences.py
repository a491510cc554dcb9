"""Whose contract holds what: anonymous askers, accounts, roles, administrators; and what settings switch off."""

from __future__ import annotations

from typing import Any

import pytest

from backsmith.accounts.accounts import ENDPOINTS
from backsmith.contract import Contract, audience_named
from backsmith.contract.contract import Operation
from backsmith.contract.endpoints import IDS, KEYS, SHAPES
from backsmith.contract.struct_docs import member_docs
from backsmith.errors import UsageError
from tests.contract.completeness.models import contract, served


def shop(audience: str = "everybody", **settings: Any) -> Contract:
    application = served("shop", "sqlite:///never.db", **settings)
    return contract(application, audience_named(audience, ["staff"]))


def ids(of: Contract, *kinds: str) -> list[str]:
    return [each.id for each in of.operations if each.kind in kinds]


def operation(of: Contract, id: str) -> Operation:
    return next(each for each in of.operations if each.id == id)


def test_nobody_sees_what_is_open_to_all() -> None:
    anonymous = shop("anonymous")
    assert ids(anonymous, "list", "get", "create", "update", "action", "query", "route") == [
        "list_categories", "get_category", "list_products", "get_product", "list_reviews", "get_review", "catalogue",
    ]  # fmt: skip
    assert [each.name for each in anonymous.collections] == ["categories", "products", "reviews"]
    assert all(each.anonymous for each in anonymous.operations)
    assert {"Order", "Customer"}.isdisjoint(each.name for each in anonymous.shapes)


def test_relations_lead_only_where_they_may_go() -> None:
    def relations(audience: str) -> dict[str, list[str]]:
        return {each.name: [one.name for one in each.relationships] for each in shop(audience).collections}

    assert relations("anonymous") == {
        "categories": ["parent", "children", "products"],
        "products": ["categories", "reviews"],
        "reviews": ["product"],
    }
    assert relations("staff")["reviews"] == ["product", "customer"]
    implicit = [
        (one.name, one.many) for each in shop("staff").collections for one in each.relationships if one.implicit
    ]
    assert implicit == [("lines", True)], "of products, which declare no such list"


def test_who_is_signed_in_manages_their_account_and_no_other() -> None:
    mine, own = shop("signed_in"), {"get_me", "list_sessions", "make_api_key"}
    assert own <= set(ids(mine, "auth"))
    assert "invite_account" not in ids(mine, "auth")
    assert own.isdisjoint(ids(shop("anonymous"), "auth"))
    assert "sign_in" in ids(shop("anonymous"), "auth")


def test_administrators_are_known_though_no_rule_mentions_them() -> None:
    assert "invite_account" in ids(shop("admin"), "auth")
    assert "best_sellers" not in ids(shop("admin"), "query")
    both = shop("staff,admin")
    assert (both.audience, "best_sellers" in ids(both, "query")) == ("admin,staff", True)


def test_a_role_that_no_rule_mentions() -> None:
    with pytest.raises(UsageError) as error:
        audience_named("stuff", ["staff"])
    assert str(error.value) == (
        "No rule mentions the role 'stuff'. There are: everybody, anonymous, signed_in, admin, staff."
    )


@pytest.mark.parametrize(
    ("settings", "gone"),
    [
        ({"sign_in": ["code"]}, {"sign_in", "change_password", "send_password_reset", "sign_in_by_passkey"}),
        ({"sign_up": "closed"}, {"sign_up", "confirm_sign_up"}),
        ({"sign_up": "invited"}, {"confirm_sign_up"}),
        ({"accounts": "off"}, {"sign_in", "get_me", "get_jwks"}),
        ({"metrics": False}, {"get_metrics"}),
    ],
    ids=["code", "closed", "invited", "off", "metrics"],
)
def test_what_settings_switch_off_is_not_there(settings: dict[str, Any], gone: set[str]) -> None:
    assert gone <= set(ids(shop(), "auth", "system"))
    assert gone.isdisjoint(ids(shop(**settings), "auth", "system"))


def test_providers_and_teams_are_there_where_they_are_kept() -> None:
    provider = {"example": {"issuer": "https://id.example", "client_id": "shop"}}
    assert "sign_in_by_provider" not in ids(shop(), "auth")
    assert "sign_in_by_provider" in ids(shop(providers=provider), "auth")
    assert "make_team" not in ids(shop(), "auth")
    assert "make_team" in ids(contract(served("tracker", "sqlite:///never.db")), "auth")


def test_who_may_is_said_to_the_reader() -> None:
    everybody = shop()
    said = {
        id: operation(everybody, id).access
        for id in ("list_categories", "create_order", "place_order", "best_sellers", "get_me", "change_password")
    }
    assert said == {
        "list_categories": "Anyone.",
        "create_order": "You, if the customer's account is yours (only customer_id and note). "
        "You, if you have the role 'staff'.",
        "place_order": "You, if the customer's account is yours and the status is 'draft'.",
        "best_sellers": "You, if you have the role 'staff'.",
        "get_me": "You, if you are signed in.",
        "change_password": "You, if you are signed in and proved who you are a moment ago.",
    }


def test_what_a_session_is_carried_by() -> None:
    sign_in = operation(shop(), "sign_in")
    assert [(each.name, each.place) for each in sign_in.inputs] == [("transport", "query")]
    assert [each.name for each in sign_in.answers[0].headers] == ["Set-Cookie"]


def test_each_endpoint_has_a_readable_id_and_no_id_is_left_over() -> None:
    assert set(IDS) == {(each.method, each.path) for each in ENDPOINTS}
    assert len(set(IDS.values())) == len(IDS)


def test_names_of_our_own_shapes_are_of_classes_that_are_there() -> None:
    of = contract(served("tracker", "sqlite:///never.db"))
    names = {each.name for each in of.shapes}
    assert set(SHAPES.values()) <= names
    assert not any(name.endswith("2") for name in names), "each says by its name what it is"
    renamed = {written: name for (_, written), name in SHAPES.items()}
    for (written, member), _ in KEYS.items():
        of_shape = next(each for each in of.shapes if each.name in (written, renamed.get(written)))
        assert member in {each.name for each in of_shape.members}


def test_members_of_our_own_bodies_are_explained() -> None:
    """msgspec keeps no docstrings of members: they are read from the source."""
    sign_up = next(each for each in shop().shapes if each.name == "SignUp")
    docs = {member.name: member.doc for member in sign_up.members}
    assert docs["invitation"] == "The token of the link by which they were invited: the account is made at once."
    assert member_docs(int) == {}


def test_replies_of_our_own_have_all_of_their_members() -> None:
    def members(name: str) -> list[str]:
        found = next(each for each in shop().shapes if each.name == name)
        return [member.name + "!" * member.required + "?" * member.nullable for member in found.members]

    assert members("MailSent") == ["flow!", "next!"]
    assert members("SignUp") == ["email!", "password?", "name?", "fields", "invitation?"]
    assert members("SignedInShown") == [
        "account!", "session!", "transport!", "expires_in!", "token_type?", "access_token?", "refresh_token?",
    ]  # fmt: skip
