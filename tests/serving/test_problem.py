"""Refusals as problem documents, and the pages that explain them."""

import json
import logging

import pytest

from backsmith.engine.serving.error_pages import error_page
from backsmith.engine.serving.problem import problem
from backsmith.errors import BAD_TOKEN, KINDS, UNKNOWN_FIELD, RequestError


def test_a_refusal_is_a_problem_document_that_postgrest_clients_read_too():
    error = RequestError(
        UNKNOWN_FIELD, "There is no field 'nam'.", details="In select.", hint="Did you mean 'name'?", field="nam"
    )
    status, headers, body, _ = problem(error, "a1-1")
    assert status == 400
    assert json.loads(body) == {
        "type": "/errors/unknown-field",
        "title": "No such field",
        "status": 400,
        "detail": "There is no field 'nam'. In select.",
        "instance": "urn:request:a1-1",
        "code": "42703",
        "message": "There is no field 'nam'.",
        "details": "In select.",
        "hint": "Did you mean 'name'?",
        "field": "nam",
    }
    assert headers == [
        ("content-type", "application/problem+json; charset=utf-8"),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
    ]


def test_a_refusal_brings_its_headers():
    error = RequestError(BAD_TOKEN, "It has expired.", headers=(("WWW-Authenticate", "Bearer"),))
    assert problem(error, "a1-1").headers[-1] == ("www-authenticate", "Bearer")


def test_a_refusal_of_a_head_request_has_no_body_but_its_length():
    error = RequestError(UNKNOWN_FIELD, "No.")
    status, headers, body, _ = problem(error, "a1-1", head=True)
    assert (status, body) == (400, b"")
    assert dict(headers)["content-length"] == str(len(problem(error, "a1-1").body))


def test_what_nobody_expected_is_logged_whole_and_told_to_nobody(caplog: pytest.LogCaptureFixture):
    try:
        raise ValueError("the password is swordfish")
    except ValueError as error:
        status, _, body, _ = problem(error, "a1-2")
    document = json.loads(body)
    assert (status, document["code"], document["hint"]) == (500, "XX000", "The log of the server says more under a1-2.")
    assert b"swordfish" not in body
    record = caplog.records[0]
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "Request a1-2 failed.")
    assert record.exc_info is not None
    assert "swordfish" in str(record.exc_info[1])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_every_kind_of_error_has_a_page(kind):
    plain = error_page(kind.slug, html=False)
    assert plain is not None
    assert plain.body.decode().startswith(f"{kind.title} ({kind.status}, {kind.code})\n\n")
    assert len(plain.body) > 100
    page = error_page(kind.slug, html=True)
    assert page is not None
    assert dict(page.headers)["content-type"] == "text/html; charset=utf-8"
    assert page.body.startswith(b'<!doctype html><html lang="en">')


def test_all_kinds_are_on_one_page():
    page = error_page(None, html=True)
    assert page is not None
    assert all(f'id="{kind.slug}"'.encode() in page.body for kind in KINDS)


@pytest.mark.parametrize("slug", ["", "nope", "../bad-query", "<script>", "bad-query/"])
def test_other_pages_do_not_exist(slug: str):
    assert error_page(slug, html=True) is None


def test_slugs_are_unique():
    assert len({kind.slug for kind in KINDS}) == len(KINDS)
