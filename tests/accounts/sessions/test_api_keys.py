"""API keys over HTTP: made by who proved who they are a moment ago, shown once, ended at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from backsmith.accounts.sessions import CONFIRMED
from tests.accounts.application import Answer, Served
from tests.accounts.sessions.people import Program, account, change, services, sign_in

SCOPES = ["read:orders", "*:orders", "read:*", "place:orders", "call:totals", "call:hello", "*:*", "call:*"]


async def program(shop: Served, name: str, *roles: str) -> Program:
    return Program(shop, (await sign_in(shop, await account(shop, name, *roles))).access_token)


async def made(asker: Program, *scopes: str, name: str = "reporting", **more: Any) -> Answer:
    return await asker.ask("POST", "/auth/keys", {"name": name, "scopes": scopes or ("read:*",), **more})


async def test_a_key_is_shown_once_and_kept_as_a_hash(shop: Served):
    ann = await program(shop, "key_once")
    answer = await made(ann, *SCOPES)
    key = answer.json
    assert answer.status == 201
    assert answer.header("cache-control") == "no-store"
    assert (key["name"], key["scopes"], key["used_on"]) == ("reporting", sorted(SCOPES), None)
    assert key["key"].startswith("bsk_")
    lasts = datetime.fromisoformat(key["expires_at"]) - datetime.fromisoformat(key["created_at"])
    assert lasts == timedelta(days=90)
    del key["key"]
    listed = await ann.ask("GET", "/auth/keys")
    assert listed.json == {"keys": [key]}
    found = services(shop)
    (row,) = await found.tables.api_keys.find(found.database, id=key["id"])
    assert "bsk_" not in str(row)


@pytest.mark.parametrize(
    ("header", "text"), [("authorization", "Bearer {}"), ("authorization", "ApiKey {}"), ("x_api_key", "{}")]
)
async def test_the_ways_to_send_it(shop: Served, header: str, text: str):
    ann = await program(shop, f"key_sent{header}{text[:3].strip('{}')}")
    key = (await made(ann)).json["key"]
    for _ in range(2):
        assert (await shop.ask("GET", "/api/orders", **{header: text.format(key)})).status == 200
    answer = await shop.ask("GET", "/api/orders", **{header: text.format(key[:-1] + "~")})
    assert (answer.status, answer.json["message"]) == (401, "There is no such API key.")


async def test_a_revoked_key_is_refused_at_once(shop: Served):
    ann, bo = await program(shop, "key_revoked"), await program(shop, "key_stranger")
    key = (await made(ann)).json
    bearer = Program(shop, key["key"])
    assert (await bearer.ask("GET", "/api/orders")).status == 200
    assert (await bo.ask("DELETE", f"/auth/keys/{key['id']}")).status == 404
    assert (await ann.ask("DELETE", f"/auth/keys/{key['id']}")).status == 204
    assert (await bearer.ask("GET", "/api/orders")).status == 401
    assert (await ann.ask("DELETE", f"/auth/keys/{key['id']}")).status == 404
    assert (await ann.ask("GET", "/auth/keys")).json == {"keys": []}


async def test_a_key_ends_and_its_use_is_noted_by_the_day(shop: Served):
    ann, found = await program(shop, "key_ends"), services(shop)
    key = (await made(ann, expires_in_days=1)).json
    bearer = Program(shop, key["key"])
    assert (await bearer.ask("GET", "/api/orders")).status == 200
    assert shop.application.accounts is not None
    await shop.application.accounts.credentials.write()
    (listed,) = (await ann.ask("GET", "/auth/keys")).json["keys"]
    assert listed["used_on"] == found.clock().date().isoformat()
    await change(shop, "api_keys", {"id": key["id"]}, expires_at=found.clock())
    shop.application.accounts.credentials.forget("key", key["id"])
    assert (await bearer.ask("GET", "/api/orders")).status == 401


async def test_a_key_has_the_roles_that_its_account_has_at_the_time(shop: Served):
    found, key = services(shop), await account(shop, "key_roles")
    ann = Program(shop, (await sign_in(shop, key)).access_token)
    bearer = Program(shop, (await made(ann, "create:orders", "read:customers")).json["key"])
    assert (await bearer.ask("GET", "/api/customers")).status == 200

    async def grant(transaction: Any) -> None:
        await found.tables.roles.put(transaction, account=str(key), role="staff", granted_at=found.clock())
        await found.sessions.changed(transaction, key)

    asker = await found.database.transact(grant)
    assert asker is None
    assert shop.application.accounts is not None
    assert bearer.credential is not None
    credentials = shop.application.accounts.credentials
    shown = await credentials.by_key(credentials.keys, "x", bearer.credential)
    assert shown is not None
    assert (shown.roles, shown.scopes, shown.name, shown.via) == (
        {"staff"},
        {"create:orders", "read:customers"},
        "reporting",
        "key",
    )


async def test_a_key_of_a_disabled_account_is_refused(shop: Served):
    found, key = services(shop), await account(shop, "key_disabled")
    bearer = Program(shop, (await made(Program(shop, (await sign_in(shop, key)).access_token))).json["key"])
    assert (await bearer.ask("GET", "/api/orders")).status == 200
    state = {"account": str(key), "kind": "person", "verified_email": None, "created_at": found.clock()}

    async def disable(transaction: Any) -> None:
        await found.tables.states.put(transaction, disabled_at=found.clock(), **state)
        await found.sessions.changed(transaction, key)

    await found.database.transact(disable)
    assert (await bearer.ask("GET", "/api/orders")).status == 401


AUTH = [
    ("POST", "/auth/keys", {"name": "more", "scopes": ["*:*"]}),
    ("GET", "/auth/keys", None),
    ("GET", "/auth/sessions", None),
    ("DELETE", "/auth/sessions/x", None),
    ("POST", "/auth/sign-out-everywhere", None),
    ("GET", "/auth/admin/service-accounts", None),
    ("POST", "/auth/admin/service-accounts", {"name": "x"}),
    ("POST", "/auth/admin/service-accounts/1/keys", {"name": "x", "scopes": ["*:*"]}),
]


@pytest.mark.parametrize(("method", "target", "body"), AUTH)
async def test_a_key_makes_no_keys_and_no_sessions_and_administers_nothing(
    shop: Served, method: str, target: str, body: Any
):
    admin = await program(shop, f"key_auth{method}{len(target)}", "admin")
    key = Program(shop, (await made(admin, "*:*")).json["key"])
    answer = await key.ask(method, target, body)
    assert (answer.status, answer.json["message"]) == (403, "An API key can't do that")


async def test_making_one_takes_who_proved_who_they_are_a_moment_ago(shop: Served):
    session = await sign_in(shop, await account(shop, "key_confirmed"))
    ann = Program(shop, session.access_token)
    await change(shop, "sessions", {"id": session.id}, confirmed_at=services(shop).clock() - CONFIRMED)
    answer = await made(ann)
    assert (answer.status, answer.json["type"]) == (403, "/errors/confirm-first")
    assert (await ann.ask("GET", "/auth/keys")).status == 200


@pytest.mark.parametrize(
    ("body", "pointer", "message", "hint"),
    [
        ({"scopes": []}, "/scopes", "A key without scopes is good for nothing", 'Write ["read:*"], or "*:*" for all.'),
        (
            {"scopes": ["read:*", "read"]},
            "/scopes/1",
            "'read' is no scope",
            "Write a verb and a name: read:orders, *:orders, read:*, call:summary.",
        ),
        ({"scopes": ["read:order"]}, "/scopes/0", "There is no collection 'order'", "Did you mean orders?"),
        ({"scopes": ["raed:orders"]}, "/scopes/0", "There is no verb 'raed'", "Did you mean read?"),
        (
            {"scopes": ["place:customers"]},
            "/scopes/0",
            "customers has no action 'place'",
            "There are create, delete, read, update.",
        ),
        ({"scopes": ["call:total"]}, "/scopes/0", "There is no function 'total'", "Did you mean totals?"),
        ({"scopes": ["call:place"]}, "/scopes/0", "There is no function 'place'", "There are hello, "),
        ({"scopes": ["*:totals"]}, "/scopes/0", "totals is a function", "Write call:totals."),
        ({"expires_in_days": 367}, "/expires_in_days", "A key is good for 1 to 366 days", None),
        ({"expires_in_days": 0}, "/expires_in_days", "A key is good for 1 to 366 days", None),
        ({"name": ""}, "/name", "That is no name for a key", "A name has"),
        ({"name": "a\nb"}, "/name", "That is no name for a key", "A name has"),
        ({"name": "x" * 65}, "/name", "That is no name for a key", "A name has"),
        ({"scopes": "read:*"}, "/scopes", "Expected `array`, got `str`", None),
        ({"scope": []}, "/scope", "There is no scope", None),
    ],
)
async def test_mistakes_say_where_they_are_and_what_to_write(
    shop: Served, body: dict[str, Any], pointer: str, message: str, hint: str | None
):
    ann = await program(shop, f"key_mistake{hash(str(body))}")
    answer = await ann.ask("POST", "/auth/keys", {"name": "x", "scopes": ["read:*"], **body})
    assert answer.status == 422
    error = answer.json["errors"][0]
    assert (error["pointer"], error["message"]) == (pointer, message)
    assert (error.get("hint") or "").startswith(hint or "")
    assert (await ann.ask("GET", "/auth/keys")).json == {"keys": []}


async def test_two_keys_of_one_name_would_not_be_told_apart(shop: Served):
    ann = await program(shop, "key_twice")
    assert (await made(ann)).status == 201
    assert (await made(ann)).status == 409
    assert (await made(ann, name="other")).status == 201


async def test_a_key_and_a_token_at_once_are_refused(shop: Served):
    ann = await program(shop, "key_both")
    answer = await ann.ask("GET", "/api/orders", x_api_key=(await made(ann)).json["key"])
    assert (answer.status, answer.json["type"]) == (400, "/errors/two-credentials")


# Service accounts


async def test_a_service_account_acts_by_keys_alone(shop: Served):
    admin = await program(shop, "boss", "admin")
    answer = await admin.ask("POST", "/auth/admin/service-accounts", {"name": "importer", "roles": ["staff"]})
    assert answer.status == 201, answer.text
    body = answer.json
    assert (body["name"], body["roles"], body["disabled_at"]) == ("importer", ["staff"], None)
    path = f"/auth/admin/service-accounts/{body['account']}"
    listed = (await admin.ask("GET", "/auth/admin/service-accounts")).json["accounts"]
    assert body in listed
    key = (await admin.ask("POST", f"{path}/keys", {"name": "import", "scopes": ["*:orders", "read:customers"]})).json
    bearer = Program(shop, key["key"])
    assert (await bearer.ask("GET", "/api/orders")).status == 200
    session = await sign_in(shop, body["account"])
    assert (await Program(shop, session.access_token).ask("GET", "/api/orders")).status == 401
    assert (await shop.ask("POST", "/auth/token", {"refresh_token": session.refresh_token})).status == 401
    assert [each["id"] for each in (await admin.ask("GET", f"{path}/keys")).json["keys"]] == [key["id"]]
    assert (await admin.ask("DELETE", f"{path}/keys/{key['id']}")).status == 204
    assert (await bearer.ask("GET", "/api/orders")).status == 401
    again = Program(shop, (await admin.ask("POST", f"{path}/keys", {"name": "again", "scopes": ["*:*"]})).json["key"])
    assert (await again.ask("GET", "/api/orders")).status == 200
    assert (await admin.ask("DELETE", path)).status == 204
    assert (await again.ask("GET", "/api/orders")).status == 401


async def test_only_administrators_make_service_accounts_and_people_are_none(shop: Served):
    admin, ann = await program(shop, "boss2", "admin"), await program(shop, "not_boss", "staff")
    for method, body in (("GET", None), ("POST", {"name": "x"})):
        answer = await ann.ask(method, "/auth/admin/service-accounts", body)
        assert (answer.status, answer.json["message"]) == (403, "Only accounts with the role admin may do that")
    person = await account(shop, "person")
    body = {"name": "x", "scopes": ["*:*"]}
    for key in (person, 0, "x", "%00"):
        assert (await admin.ask("POST", f"/auth/admin/service-accounts/{key}/keys", body)).status == 404
    mail = {"name": "x", "values": {"email": "x@example.org"}}
    answer = await admin.ask("POST", "/auth/admin/service-accounts", mail)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/values/email")
