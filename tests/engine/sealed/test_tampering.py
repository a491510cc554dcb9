"""What somebody changed in the database is noticed: a 500 and a line in the log, never a null or another value."""

from __future__ import annotations

import logging

import pytest

from tests.engine.sealed.conftest import Clinic


async def _made(clinic: Clinic, name: str) -> None:
    await clinic.given("POST", "/doctors", {"name": name, "pin": "1234"})


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "UPDATE doctors SET pin = {changed} WHERE name = '{name}'",
            "isn't what was sealed here, or belongs elsewhere",
        ),
        ("UPDATE doctors SET pin = {plain} WHERE name = '{name}'", "A value that should be sealed isn't."),
        (
            "UPDATE doctors SET pin = (SELECT code FROM wards WHERE name = '{name}') WHERE name = '{name}'",
            "isn't what was sealed here, or belongs elsewhere",
        ),
    ],
    ids=["changed", "plain", "from another field"],
)
async def test_a_changed_value_is_an_error_and_logged(
    clinic: Clinic, caplog: pytest.LogCaptureFixture, sql: str, said: str, request: pytest.FixtureRequest
) -> None:
    name = str(abs(hash(request.node.name)))
    await clinic.given("POST", "/wards", {"name": name, "code": "5678"})
    await _made(clinic, name)
    ((pin,),) = await clinic.rows(f"SELECT pin FROM doctors WHERE name = '{name}'")
    changed = bytes(pin)[:-1] + bytes([bytes(pin)[-1] ^ 1])
    literal = "x'{}'" if clinic.database.dialect.name == "sqlite" else "'\\x{}'::bytea"
    await clinic.database.execute(
        sql.format(name=name, changed=literal.format(changed.hex()), plain=literal.format(b"1234".hex()))
    )
    with caplog.at_level(logging.ERROR):
        answer = await clinic.ask("GET", f"/doctors?name=eq.{name}")
        ward = await clinic.ask("GET", f"/doctors?select=name&name=eq.{name}")
    assert (answer.status, answer.json["message"]) == (500, "A value in the database can't be opened")
    assert ward.json == [{"name": name}]
    (line,) = [each.getMessage() for each in caplog.records if "can't be opened" in each.getMessage()]
    assert line.startswith("A value of Doctor.pin can't be opened: ")
    assert said in line
    await clinic.given("DELETE", f"/doctors?name=eq.{name}")


async def test_text_that_looks_like_an_envelope_stays_as_it_is(clinic: Clinic) -> None:
    await _made(clinic, "Eve")
    ((pin,),) = await clinic.rows("SELECT pin FROM doctors WHERE name = 'Eve'")
    looks = f"\\x{bytes(pin).hex()}"
    for text in (looks, f'{{"pin":"{looks}"}}', f'"{looks}"'):
        row = {"name": text, "pin": looks}
        shown = await clinic.given("POST", "/doctors?select=name,pin", row, prefer="return=representation")
        assert shown == [row]
    assert {"name": "Eve", "pin": "1234"} in await clinic.given("GET", "/doctors?select=name,pin")
    await clinic.given("DELETE", "/doctors?id=gt.0")


async def test_the_etag_is_of_the_plain_representation(clinic: Clinic) -> None:
    await clinic.given("POST", "/wards", {"name": "E", "code": "1"})
    (row,) = await clinic.given("GET", "/wards?name=eq.E")
    before = await clinic.ask("GET", f"/wards/{row['id']}")
    etag = before.header("etag") or ""
    await clinic.given("PATCH", f"/wards/{row['id']}", {"code": "1"})  # the same value in another envelope
    after = await clinic.ask("GET", f"/wards/{row['id']}", if_none_match=etag)
    assert (after.status, after.header("etag")) == (304, etag)
    assert (await clinic.ask("PATCH", f"/wards/{row['id']}", {"code": "2"}, if_match=etag)).status == 204
    assert (await clinic.ask("PATCH", f"/wards/{row['id']}", {"code": "3"}, if_match=etag)).status == 412
    await clinic.given("DELETE", f"/wards/{row['id']}")
