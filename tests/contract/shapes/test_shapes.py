"""Shapes of rows and bodies: which members they have, for whom, and what has to be given."""

from __future__ import annotations

import pytest

from backsmith.contract import Contract, audience_named
from backsmith.contract.contract import Member, Shape
from tests.contract.completeness.models import contract, served


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    application = served("gallery", "sqlite:///never.db")
    return {
        name: contract(application, audience_named(name, ["staff"]))
        for name in ("everybody", "anonymous", "signed_in", "staff")
    }


def shape(of: Contract, name: str) -> Shape:
    return next(each for each in of.shapes if each.name == name)


def written(member: Member) -> str:
    """`seat_row!`: it has to be given, or is always there; `note?`: it may be null."""
    return member.name + "!" * member.required + "?" * member.nullable


def members(of: Contract, name: str) -> list[str]:
    return [written(member) for member in shape(of, name).members]


def test_a_row_shows_what_some_rule_shows(contracts: dict[str, Contract]) -> None:
    assert members(contracts["anonymous"], "Ticket") == ["id!", "holder!", "photo!?"]
    assert members(contracts["staff"], "Ticket") == [
        "id!", "seat_row!", "seat_number!", "country_code!?", "holder!", "note!?", "pin!", "photo!?", "scan!?",
    ]  # fmt: skip


def test_a_field_that_some_rule_leaves_out_may_be_null(contracts: dict[str, Contract]) -> None:
    """Who is signed in sees all of the tickets of Ada, and three fields of the others."""
    shown = members(contracts["signed_in"], "Ticket")
    assert shown == [
        "id!", "seat_row!?", "seat_number!?", "country_code!?", "holder!", "note!?", "pin!?", "photo!?", "scan!?",
    ]  # fmt: skip
    assert members(contracts["everybody"], "Ticket") == shown


def test_a_new_row_takes_what_they_may_write_and_perhaps_not_read(contracts: dict[str, Contract]) -> None:
    assert members(contracts["signed_in"], "TicketCreate") == ["seat_row!", "seat_number!", "holder!", "note?", "pin"]
    assert members(contracts["staff"], "TicketCreate") == [
        "id", "seat_row!", "seat_number!", "country_code?", "holder!", "note?", "pin", "cost", "photo?", "scan?",
    ]  # fmt: skip
    assert not any(each.name == "TicketCreate" for each in contracts["anonymous"].shapes)


def test_a_new_row_says_what_is_there_where_it_is_left_out(contracts: dict[str, Contract]) -> None:
    defaults = {
        member.name: None if member.default is None else (member.default.kind, member.default.value)
        for member in shape(contracts["staff"], "TicketCreate").members
    }
    assert defaults == {
        "id": ("uuid7", None),
        "seat_row": None,
        "seat_number": None,
        "country_code": ("constant", None),
        "holder": None,
        "note": ("constant", None),
        "pin": ("constant", "0000"),
        "cost": ("constant", 1),
        "photo": ("constant", None),
        "scan": ("constant", None),
    }


def test_a_change_needs_nothing(contracts: dict[str, Contract]) -> None:
    assert members(contracts["staff"], "CountryUpdate") == ["code", "name"]


def test_a_whole_row_may_leave_out_its_key(contracts: dict[str, Contract]) -> None:
    staff = contracts["staff"]
    assert members(staff, "CountryCreate") == ["code!", "name!"]
    assert members(staff, "CountryReplace") == ["code", "name!"]
    bodies = {each.id: each.body for each in staff.operations}
    assert [content.type.shape for content in bodies["replace_country"]] == ["CountryReplace"]  # type: ignore[union-attr]
    # Where a new row doesn't need its key either, that is one shape.
    assert bodies["replace_ticket"] == bodies["create_ticket"][:-1]
    # Who may change rows and make none still PUTs them.
    assert members(staff, "AnnouncementReplace") == ["text!"]


def test_a_form_brings_files(contracts: dict[str, Contract]) -> None:
    staff = contracts["staff"]
    contents = {each.id: [content.media_type for content in each.body] for each in staff.operations}
    assert contents["create_ticket"] == ["application/json", "multipart/form-data", "text/csv"]
    assert contents["update_country"] == ["application/json"]
    kinds = {member.name: type(member.type).__name__ for member in shape(staff, "TicketCreateForm").members}
    assert (kinds["photo"], kinds["holder"]) == ("Bytestream", "Text")


def test_a_key_of_several_parts_is_one_segment(contracts: dict[str, Contract]) -> None:
    one = next(each for each in contracts["staff"].operations if each.id == "get_seat")
    assert (one.path, [each.name for each in one.inputs if each.place == "path"]) == ("/api/seats/{key}", ["key"])
    assert one.inputs[0].doc == "row, number with commas between."
