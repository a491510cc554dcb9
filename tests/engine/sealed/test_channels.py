"""Secret fields by every channel of the API: those who may read them see plain values, the database never does."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from tests.engine.sealed.conftest import Clinic

SHOWN = {"prefer": "return=representation"}


async def test_all_channels_show_plain_values(clinic: Clinic) -> None:
    await clinic.given("POST", "/wards", {"name": "A", "code": "4711"})
    made = await clinic.ask(
        "POST",
        "/patients",
        b'{"name":"Ann","ward_id":1,"number":" 12-34 ","born":"1990-02-03","notes":{"a":[1,2.50,"\\\\x01ff"],"b":null}}',
        **SHOWN,
    )
    ann = (
        '{"id":1,"name":"Ann","ward_id":1,"number":"12-34","born":"1990-02-03",'
        '"notes":{"a":[1,2.50,"\\\\x01ff"],"b":null},"owed":1.50}'
    )
    assert (made.status, made.text) == (201, f"[{ann}]")
    assert (await clinic.ask("GET", "/patients/1")).text == ann
    assert (await clinic.ask("GET", "/patients?name=eq.Ann")).text == f"[{ann}]"
    assert (await clinic.ask("GET", "/patients?name=eq.Ann", accept="application/vnd.pgrst.object+json")).text == ann
    wards = await clinic.ask("GET", "/wards?select=c:code,people:patients(n:number,born,ward(code))&name=eq.A")
    assert wards.text == '[{"c":"4711","people":[{"n":"12-34","born":"1990-02-03","ward":{"code":"4711"}}]}]'
    spread = await clinic.ask("GET", "/wards?select=...patients(number,owed),name&name=eq.A")
    assert spread.text == '[{"number":["12-34"],"owed":[1.50],"name":"A"}]'
    up = await clinic.ask("GET", "/patients?select=number,...ward(code)&name=eq.Ann")
    assert up.text == '[{"number":"12-34","code":"4711"}]'
    csv = await clinic.ask("GET", "/patients?select=name,number,owed,notes&name=eq.Ann", accept="text/csv")
    assert csv.text == 'name,number,owed,notes\nAnn,12-34,1.50,"{""a"":[1,2.50,""\\\\x01ff""],""b"":null}"'
    assert (await clinic.ask("POST", "/patients/1/tell")).json == (
        "12-34 datetime.date(1990, 2, 3) {'a': [1, 2.5, '\\\\x01ff'], 'b': None} Decimal('1.50')"
    )
    await clinic.given("DELETE", "/patients/1")


async def test_writes_of_every_kind(clinic: Clinic) -> None:
    shown = {"name": "Bob", "number": "1", "born": None, "notes": None, "owed": 1.5}
    nested = {"name": "N", "code": "0815", "patients": [{"name": "Bob", "number": "1"}, {"name": "Cy", "number": "2"}]}
    made = await clinic.given("POST", "/wards?select=code,patients(name,number)", nested, **SHOWN)
    assert made == [{"code": "0815", "patients": [{"name": "Bob", "number": "1"}, {"name": "Cy", "number": "2"}]}]
    changed = await clinic.given(
        "PATCH", "/patients?name=in.(Bob,Cy)&select=number&order=name", {"number": "3"}, **SHOWN
    )
    assert changed == [{"number": "3"}, {"number": "3"}]
    merged = await clinic.given(
        "POST",
        "/patients?on_conflict=name&select=name,number",
        [{"name": "Bob", "number": "4"}, {"name": "Dan", "number": "5"}],
        prefer="return=representation,resolution=merge-duplicates",
    )
    assert sorted(merged, key=lambda each: each["name"]) == [
        {"name": "Bob", "number": "4"},
        {"name": "Dan", "number": "5"},
    ]
    (bob,) = await clinic.given("GET", "/patients?select=id&name=eq.Bob")
    put = await clinic.given("PUT", f"/patients/{bob['id']}", shown | {"id": bob["id"], "number": "6"}, **SHOWN)
    assert put["number"] == "6"
    csv = await clinic.ask("POST", "/patients?columns=name,number", b"name,number\nEve,007\n", content_type="text/csv")
    assert csv.status == 201
    batch = await clinic.given(
        "POST",
        "/batch",
        {
            "operations": [
                {
                    "method": "POST",
                    "path": "/doctors",
                    "body": {"name": "D", "pin": "9999"},
                    "headers": SHOWN,
                },
                {"method": "GET", "path": "/patients?select=number&name=eq.Eve"},
            ]
        },
    )
    assert '"9999"' in json.dumps(batch)
    assert '"007"' in json.dumps(batch)
    gone = await clinic.given("DELETE", "/patients?name=in.(Bob,Cy,Dan,Eve)&select=name,number&order=name", **SHOWN)
    assert [each["number"] for each in gone] == ["6", "3", "5", "007"]


async def test_the_applications_own_functions_see_plain_values(clinic: Clinic) -> None:
    heard = sys.modules[clinic.served.application._classes["Patient"].__module__].HEARD
    heard.clear()
    await clinic.given("POST", "/patients", {"name": "Ann", "number": " 1"})
    assert await clinic.given("POST", "/rpc/rename_all", {}) == ["1!", "upserted", "made", "upserted"]
    assert [each["number"] for each in await clinic.given("GET", "/rpc/numbers")] == ["1!", "upserted"]
    assert set(await clinic.given("GET", "/rpc/stored")) == {"bytes"}
    await clinic.given("DELETE", "/patients?name=in.(Ann,Zoe)")
    assert heard[:2] == [("before", " 1", None), ("after", "1", 1)]
    assert ("before", "1!", "1") in heard


TYPES: list[tuple[str, Any, str]] = [
    ("text", "Grüße \U0001f600 \\x01 \" '", '"Grüße \U0001f600 \\\\x01 \\" \'"'),
    ("whole", -9007199254740993, "-9007199254740993"),
    ("real", 0.1, "0.1"),
    ("truth", False, "false"),
    ("money", "1234567890123456789012345.60", "1234567890123456789012345.60"),
    ("day", "0001-01-01", '"0001-01-01"'),
    ("instant", "2026-01-23T13:45:00.5+01:00", '"2026-01-23T12:45:00.5+00:00"'),
    ("clock", "13:45", '"13:45:00"'),
    ("span", "P1DT2H", '"P1DT2H"'),
    ("uuid", "0193E4A0-0000-7000-8000-000000000001", '"0193e4a0-0000-7000-8000-000000000001"'),
    ("raw", "\\x00FF", '"\\\\x00ff"'),
    ("json", {"a": [1, None]}, '{"a":[1,null]}'),
    ("kind", "b", '"b"'),
    ("mail", "ann@example.org", '"ann@example.org"'),
    ("tags", ["a", "\\x01", ""], '["a","\\\\x01",""]'),
]


@pytest.mark.parametrize(("name", "value", "shown"), TYPES, ids=[name for name, _, _ in TYPES])
async def test_every_type_comes_out_as_it_does_without_encryption(
    clinic: Clinic, name: str, value: Any, shown: str
) -> None:
    body = json.dumps({name: value}, ensure_ascii=False, separators=(",", ":")).encode()
    answer = await clinic.ask("POST", f"/things?select={name}", body, **SHOWN)
    assert (answer.status, answer.text) == (201, f'[{{"{name}":{shown}}}]')
    none = await clinic.ask("POST", f"/things?select={name}", {name: None}, **SHOWN)
    assert none.text == f'[{{"{name}":null}}]'


async def test_constraints_hold_and_refusals_dont_repeat_the_value(clinic: Clinic) -> None:
    refused = {
        "number": ("sixteen-nineteen-hundreds", "number has 25 characters; it takes at most 20"),
        "born": ("19-secret-99", "born isn't a date, or one that can't be kept"),
        "owed": (-77.77, "owed must be at least 0"),
    }
    for name, (value, message) in refused.items():
        answer = await clinic.ask("POST", "/patients", {"name": "X", "number": "1", name: value})
        assert (answer.status, answer.json["message"]) == (422, message)
        assert str(value).strip("-") not in answer.text


async def test_rules_decide_who_sees_them(clinic: Clinic) -> None:
    sql = "INSERT INTO accounts (id, email, name) VALUES ({0}, 'a{0}@example.org', 'a')"
    for account in (1, 2):
        await clinic.database.execute(sql.format(account))
    made = await clinic.given("POST", "/vaults", {"owner_id": 1, "label": "l", "word": "open"}, account=1, **SHOWN)
    assert made == [{"id": 1, "owner_id": 1, "label": "l", "word": "open"}]
    assert await clinic.given("GET", "/vaults/1?select=word", account=1) == {"word": "open"}
    assert await clinic.given("GET", "/vaults/1?select=word", account=2) == {"word": None}
    assert (await clinic.ask("GET", "/vaults/1?select=word")).status == 403
    assert (await clinic.ask("GET", "/vaults/1?select=never", account=1)).status == 400
