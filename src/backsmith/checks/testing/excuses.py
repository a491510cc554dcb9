"""What schemathesis takes for a failure and isn't one: each kind of case, and why.

A document says what a value looks like, not which rows there are, what their rules and checks say, or what two values
mean together. Excused is nothing but a refusal by one of the kinds of errors below, in the check that it is named for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from backsmith import errors
from backsmith.errors import Kind

STATE: Mapping[Kind, str] = {
    errors.PRECONDITION_FAILED: "the ETag of If-Match is that of a row as it was",
    errors.BAD_RANGE: "there are fewer rows than the offset passes over",
    errors.IDEMPOTENCY_MISMATCH: "the key was used before, for another request",
    errors.IDEMPOTENCY_IN_FLIGHT: "the key is in use",
    errors.NOT_SINGLE: "not exactly one row is there where an object is asked for",
    errors.UNFILTERED: "a change of all rows has to say that it means all",
    errors.TOO_MANY_AFFECTED: "max-affected is less than the rows that are there",
    errors.KEY_MISMATCH: "the key in the body is another than in the address",
    errors.UNSATISFIABLE_RANGE: "the file is shorter than the range",
    errors.BAD_BATCH: "an operation of a batch is a request of its own, which was made up of any text",
    errors.BAD_RESULT: "an operation of a batch refers to what no other gave",
    errors.TWO_CREDENTIALS: "a token and another credential were made up together",
    errors.REFUSED_BY_DATABASE: "a trigger of the database refuses the row",
    errors.CONFIRM_FIRST: "who asks has to prove who they are first",
    errors.SPENT: "a code or link that was made up isn't one that was sent",
    errors.WRONG_CREDENTIALS: "a password that was made up isn't theirs",
}
"""Refusals that hang on what there is, or on two values together."""
MEANING: Mapping[str, str] = {
    "23502": "a member is missing that the row around it, or `columns`, would have to give",
    "23503": "a key that was made up leads to no row",
    "23505": "a value that has to be unique is taken",
    "23514": "a check of the application looks at several members",
    "428C9": "a relation is given where the row it belongs to isn't made",
    "22023": "a value contradicts another one",
    "22008": "a time is more than 15:59 hours from UTC, or its year has more than four digits",
}
"""Codes of a mistake in a body (`errors.INVALID`) that no schema can express; every other one counts."""


class Mistake(NamedTuple):
    """A value that is wrong, of a reply."""

    code: str
    message: str


class Reply(NamedTuple):
    """What came back, as far as it decides."""

    status: int
    slug: str
    """Of the kind of error; empty where it is none."""
    message: str
    mistakes: tuple[Mistake, ...]
    empty: bool


class _Problem(Struct):
    """A problem document, as far as it is looked at."""

    type: str = ""
    code: str = ""
    message: str = ""
    errors: list[dict[str, Any]] = []


def reply_of(status: int, body: bytes) -> Reply:
    """A reply; what isn't a problem document has no slug."""
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except msgspec.DecodeError:
        problem = _Problem()
    listed = problem.errors or [{"code": problem.code, "message": problem.message}]
    mistakes = tuple(Mistake(str(each.get("code")), str(each.get("message"))) for each in listed)
    return Reply(status, problem.type.rpartition("/errors/")[2], problem.message, mistakes, not body)


_STATE = {kind.slug for kind in STATE}
_VALUES = {errors.INVALID.slug, errors.BAD_VALUE.slug}
_TOGETHER = (
    "would be named",  # one name twice in `select`
    "cursor doesn't belong",  # `after` of another `order`
    "has no unique",
    "keys must match",  # of rows in one list
)
_WHOLE = re.compile(r"(bigint|integer|smallint): \"-?[0-9]+\.0+\"")
"""1.0 is an integer in JSON Schema; it is none here, as it isn't in PostgreSQL."""
_NUL = "the character NUL"
"""No text of PostgreSQL's holds it, and none of ours."""
"""What a message says where two parts of a query contradict one another."""


def _is_beyond(mistake: Mistake) -> bool:
    """Whether no schema can express that a value is a mistake."""
    return mistake.code in MEANING or _WHOLE.search(mistake.message) is not None or _NUL in mistake.message


class Asked(NamedTuple):
    """What was sent, as far as it decides."""

    media_type: str
    """Of the body; empty where there is none."""
    call: bool
    """It calls a function of the application, which may refuse whatever it likes."""
    padded: bool = False
    """A header has spaces around its value, which HTTP takes away (RFC 9110, 5.5): what comes is another value."""
    follows: bool = False
    """It was made of the reply to another: values of that stand in it, whatever the document says of their form."""


def is_excused(check: str, told: str, reply: Reply, asked: Asked) -> bool:
    """Whether a failure of that check says nothing about the application.

    Arguments:
        check: The title of schemathesis's failure, in lower case.
        told: What it says of it.
        reply: What it failed on.
        asked: What was sent.
    """
    table = asked.media_type == "text/csv"
    match check:
        case "schema-valid request rejected":
            return (
                reply.slug in _STATE
                or (reply.slug in _VALUES and (asked.call or all(map(_is_beyond, reply.mistakes))))
                or any(words in reply.message for words in _TOGETHER)
                or (asked.padded and reply.slug == errors.BAD_IDEMPOTENCY_KEY.slug)
                or (asked.follows and "failed to parse filter" in reply.message)  # 7 in place of eq.7
                # That the first line of a table names columns, and which, no schema says.
                or (table and reply.slug in (errors.BAD_BODY.slug, errors.INVALID.slug))
            )
        case "schema-violating request accepted":
            refused = 400 <= reply.status < 500 and bool(reply.slug)  # also by 412, 413, 414 and 416
            unread = reply.empty and "parameter `select` in query" in told  # where nothing is shown
            padded = asked.padded and "in header" in told
            # In a table any text is one. A limit or offset of more than 64 bits is taken for a very large one.
            size = re.search("parameter `(limit|offset)` in query", told) is not None
            return refused or unread or padded or table or size
        case "json deserialization error" | "missing content-type header":
            # Without `Prefer: return=representation` who creates or merges gets no body, as with PostgREST.
            return reply.status in (200, 201) and reply.empty
        case "allow header mismatch":
            return True  # Allow names what a rule opens to anybody, the document what this audience may
        case "unexpected response to invalid authentication":
            return "got `429 " in told  # who guesses keys has to wait
        case "wrong response to undeclared method":
            return reply.status in (401, 403)  # others may
        case _:
            return False
