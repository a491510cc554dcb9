"""Operations of functions: what they take, where, and what they give."""

from __future__ import annotations

import pytest

from backsmith.blueprint.types import Integer, Json, Numeric, Text
from backsmith.contract import Contract
from backsmith.contract.contract import (
    Answer,
    Bytestream,
    Content,
    Input,
    Many,
    Mapped,
    Member,
    Operation,
    Ref,
    Shape,
)
from tests.contract.completeness.models import contract, served

JSON = "application/json"


@pytest.fixture(scope="module")
def gallery() -> Contract:
    return contract(served("gallery", "sqlite:///never.db"))


def operation(of: Contract, id: str) -> Operation:
    return next(each for each in of.operations if each.id == id)


def shape(of: Contract, name: str) -> Shape:
    return next(each for each in of.shapes if each.name == name)


def test_a_query_takes_texts_and_what_has_none_comes_by_post(gallery: Contract) -> None:
    sold = operation(gallery, "sold")
    assert [(each.name, each.type, each.required) for each in sold.inputs] == [
        ("most", Integer(), False),
        ("tags", Text(), False),  # a list, as in filters: {a,b}
    ]
    assert sold.body == ()
    posted = operation(gallery, "post_sold")
    assert (posted.method, posted.path, posted.body_required) == ("POST", "/api/rpc/sold", False)
    assert [member.name for member in shape(gallery, "SoldBody").members] == ["most", "tags", "of"]
    assert not any(each.id == "takings" for each in gallery.operations), "its record can't stand in an address"
    assert operation(gallery, "post_takings").body_required


def test_a_query_replies_with_what_it_says_that_it_returns(gallery: Contract) -> None:
    assert operation(gallery, "sold").answers[0].contents == (Content(media_type=JSON, type=Many(Ref("Total"))),)
    takings = operation(gallery, "post_takings").answers
    assert [(each.status, each.contents) for each in takings] == [
        (200, (Content(media_type=JSON, type=Ref("Total"), nullable=True),))
    ]


def test_of_a_record_a_body_may_leave_out_what_a_reply_has(gallery: Contract) -> None:
    assert shape(gallery, "Total").members == (
        Member(name="count", type=Integer()),
        Member(name="price", type=Numeric(None), nullable=True),
    )
    assert [(each.name, each.required) for each in shape(gallery, "TotalGiven").members] == [
        ("count", True),
        ("price", False),
    ]


def test_an_action_that_gives_nothing_replies_204(gallery: Contract) -> None:
    assert [each.status for each in operation(gallery, "hold_seat").answers] == [204]
    assert operation(gallery, "hold_seat").path == "/api/seats/{key}/hold"
    refund = operation(gallery, "refund")
    assert [(each.status, [c.type for c in each.contents]) for each in refund.answers] == [
        (200, [Ref("Ticket")]),
        (204, []),
    ]
    assert refund.idempotent


def test_a_row_is_given_by_its_key(gallery: Contract) -> None:
    ticket, amount = shape(gallery, "RefundBody").members
    assert (type(ticket.type).__name__, amount.type) == ("Uuid", Numeric(6, 2, padded=True))


def test_a_route_takes_a_form(gallery: Contract) -> None:
    upload = operation(gallery, "upload")
    assert upload.inputs[0] == Input(name="folder", place="path", type=Text(), required=True)
    assert upload.body == (Content(media_type="multipart/form-data", type=Ref("UploadForm")),)
    assert [(each.name, each.type) for each in shape(gallery, "UploadForm").members] == [
        ("title", Text()),
        ("file", Bytestream()),
    ]
    assert upload.answers == (
        Answer(status=201, doc="What it returns.", contents=(Content(media_type=JSON, type=Mapped(Integer())),)),
    )


def test_a_route_streams(gallery: Contract) -> None:
    export = operation(gallery, "export")
    assert export.path == "/export/{rest}"
    assert [(c.media_type, c.type) for c in export.answers[0].contents] == [
        ("application/x-ndjson", Ref("Total")),
        ("text/plain", Text()),
    ]


def test_of_a_response_nothing_is_known(gallery: Contract) -> None:
    (answer,) = operation(gallery, "front").answers
    assert (answer.own, answer.contents) == (True, (Content(media_type="*/*", type=Bytestream()),))


def test_one_function_at_two_addresses_is_two_operations(gallery: Contract) -> None:
    assert [(each.id, each.method) for each in gallery.operations if each.path == "/numbers"] == [
        ("numbers", "GET"),
        ("post_numbers", "POST"),
    ]


def test_a_batch(gallery: Contract) -> None:
    batch = operation(gallery, "batch")
    assert (batch.method, batch.path, batch.body) == (
        "POST",
        "/api/batch",
        (Content(media_type=JSON, type=Ref("Batch")),),
    )
    assert [(each.name, each.type, each.required) for each in shape(gallery, "BatchResult").members] == [
        ("id", Text(), False),
        ("status", Integer(), True),
        ("headers", Mapped(Text()), True),
        ("body", Json(), False),
    ]
