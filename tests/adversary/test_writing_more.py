"""More ways to write, or to learn by writing, what no rule allows: by links, by unique values, by batches, by numbers.

Ada belongs to the masons, Bo and Cy to the smiths. All of it is asked on both databases at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.adversary import guild
from tests.adversary.guild_rows import ROWS, begin_guild
from tests.engine.client import Answer
from tests.writes.conftest import Both, served

ADA, BO = Asker(1), Asker(2)
SHOWN = "return=representation"
MERGE, IGNORE = "resolution=merge-duplicates", "resolution=ignore-duplicates"


@pytest.fixture(scope="module")
def guilds(database_kinds: list[str], new_url: Callable[[str], str], run: Any) -> Iterator[Both]:
    one = Both({kind: served(new_url(kind), run, guild) for kind in database_kinds}, run)
    yield one
    for client in one.clients.values():
        run(client.application.close())


@pytest.fixture
def both(guilds: Both, run: Any) -> Both:
    """The guild as it is at first."""
    for client in guilds.clients.values():
        run(begin_guild(client.application.database, client.application.blueprint, ROWS))
    return guilds


def told(answer: Answer) -> tuple[Any, ...]:
    """All that a refusal tells."""
    return answer.status, answer.json["code"], answer.json["message"], answer.json["details"], answer.json["hint"]


def batch(*operations: dict[str, Any]) -> str:
    return json.dumps({"operations": operations})


# Values that are somebody's own ----------------------------------------------------------------------------------


@pytest.mark.parametrize("prefer", [MERGE, f"{MERGE}, {SHOWN}", f"{MERGE}, {SHOWN}, tx=rollback", IGNORE])
def test_a_guess_does_not_tell_whose_value_it_is(both: Both, prefer: str) -> None:
    """Ada may see Bo and change his name, but not read his badge: to find him by it would be to read it."""
    before = both.rows()
    answers = [
        told(
            both.ask(
                "POST", "/api/fellows?on_conflict=badge", f'{{"badge": "{badge}", "name": "x"}}', ADA, prefer=prefer
            )
        )
        for badge in ("B-2", "Z-9")
    ]
    assert answers[0] == answers[1]
    assert answers[0][:3] == (403, "42501", "permission denied to create fellows")
    assert both.rows() == before


def test_a_value_that_is_ones_own_finds_ones_row(both: Both) -> None:
    body = '{"badge": "A-1", "name": "x"}'
    merged = both.ask("POST", "/api/fellows?on_conflict=badge", body, ADA, prefer=f"{MERGE}, {SHOWN}")
    assert (merged.status, merged.json[0]["id"], merged.json[0]["name"]) == (200, 1, "x")


@pytest.mark.parametrize("columns", ['"fellow_badge": "{}"', '"fellow": {{"badge": "{}"}}', '"fellow": "{}"'])
def test_to_point_by_a_value_of_somebody_elses_and_by_none_is_the_same(both: Both, columns: str) -> None:
    before = both.rows()
    answers = [
        told(both.ask("POST", "/api/notes", '{"text": "x", ' + columns.format(badge) + "}", ADA, prefer=SHOWN))
        for badge in ("C-3", "C-4")
    ]
    assert answers[0] == answers[1]
    assert answers[0][:3] == (409, "23503", "fellow_badge leads to no row of fellows")
    assert both.rows() == before
    own = both.ask("POST", "/api/notes", '{"text": "x", ' + columns.format("A-1") + "}", ADA)
    assert own.status == 201


# Rows that aren't to be seen --------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefer", ["", MERGE, f"{MERGE}, {SHOWN}", IGNORE, f"{IGNORE}, {SHOWN}"])
def test_an_upsert_tells_of_hidden_rows_no_more_than_a_create(both: Both, prefer: str) -> None:
    """Nobody may create a royal seal, so nobody hears which there are."""
    before = both.rows()
    answers = [
        told(both.ask("POST", "/api/seals", f'[{{"slug": "oak"}}, {{"slug": "{slug}"}}]' if prefer else
                      f'{{"slug": "{slug}"}}', ADA, prefer=prefer))
        for slug in ("royal-lion", "royal-cat")
    ]  # fmt: skip
    assert answers[0] == answers[1]
    assert answers[0][0] == 403
    assert both.rows() == before


@pytest.mark.parametrize("condition", [{}, {"if_none_match": "*"}, {"if_match": "*"}])
@pytest.mark.parametrize(
    ("there", "missing", "body"),
    [
        ("/api/seals/royal-lion", "/api/seals/royal-cat", '{"worth": 1}'),
        ("/api/jobs/2", "/api/jobs/99", '{"crew_id": 1, "title": "x"}'),
    ],
)
def test_a_put_tells_of_hidden_rows_nothing(
    both: Both, there: str, missing: str, body: str, condition: dict[str, str]
) -> None:
    """Nor does it make a row of a number that the database hands out."""
    before = both.rows()
    answers = [told(both.ask("PUT", target, body, ADA, **condition)) for target in (there, missing)]
    assert answers[0] == answers[1]
    assert answers[0][0] in (403, 412, 422)
    assert both.rows() == before


@pytest.mark.parametrize("prefer", [MERGE, IGNORE])
def test_an_upsert_tells_of_hidden_numbers_nothing(both: Both, prefer: str) -> None:
    before = both.rows()
    answers = [
        told(both.ask("POST", "/api/jobs", f'{{"id": {key}, "crew_id": 1, "title": "x"}}', ADA, prefer=prefer))
        for key in (2, 99)
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 422
    assert both.rows() == before


# Links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("members", ["[2]", "[]", "[2, 3]"])
def test_links_have_to_meet_the_rule_once_they_are_written(both: Both, members: str) -> None:
    """Who says who is a member stays one: the rule is asked of the row after, too."""
    before = both.rows()
    refused = both.ask("PATCH", "/api/crews/1", f'{{"members": {members}}}', ADA)
    assert (refused.status, refused.json["rules"]) == (403, ["members_stay"])
    refused = both.ask("PATCH", "/api/crews?id=gt.0", f'{{"members": {members}}}', ADA)
    assert (refused.status, refused.json["rules"]) == (403, ["members_stay"])
    assert both.rows() == before


def test_links_that_meet_the_rule_before_and_after_are_written(both: Both) -> None:
    assert both.ask("PATCH", "/api/crews/1", '{"members": [1, 2]}', ADA).status == 204
    skipped = both.ask("PATCH", "/api/crews?id=gt.0", '{"members": [1, 3, 3, {"id": 3}]}', ADA)
    assert (skipped.status, skipped.headers["backsmith-skipped"]) == (204, "1")
    assert both.rows()["crews_fellows"] == ["(1, 1)", "(1, 3)", "(2, 2)", "(2, 3)"]


def test_a_rule_about_links_holds_for_a_row_that_is_made_with_them(both: Both) -> None:
    """A band can't have a seal that is closed: not by the row it is made with either."""
    assert both.ask("POST", "/api/bands", '{"title": "x", "seals": ["oak"]}', ADA).status == 201
    before = both.rows()
    for seals in ('["shut"]', '["oak", {"slug": "shut"}]'):
        refused = both.ask("POST", "/api/bands", f'{{"title": "x", "seals": {seals}}}', ADA)
        assert (refused.status, refused.json["rules"]) == (403, ["unshut"])
    assert both.rows() == before


@pytest.mark.parametrize(
    ("target", "body", "status"),
    [
        ("/api/crews/2", '{"members": [1]}', 403),
        ("/api/fellows/1", '{"crews": [1, 2]}', 403),
        ("/api/crews/1", '{"seals": ["royal-lion"]}', 409),
        ("/api/crews/1", '{"seals": ["nowhere"]}', 409),
    ],
)
def test_nobody_joins_from_outside_nor_links_what_they_cannot_see(
    both: Both, target: str, body: str, status: int
) -> None:
    before = both.rows()
    assert both.ask("PATCH", target, body, ADA).status == status
    assert both.rows() == before


# Numbers that the database hands out -----------------------------------------------------------------------------


def test_an_upsert_does_not_renumber_a_row(both: Both) -> None:
    """The next number handed out would run into it."""
    before = both.rows()
    for prefer in (MERGE, f"{MERGE}, {SHOWN}"):
        refused = both.ask("POST", "/api/odds?on_conflict=text", '{"id": 2, "text": "one"}', prefer=prefer)
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/id")
    assert both.rows() == before
    same = both.ask("POST", "/api/odds?on_conflict=text", '{"id": 1, "text": "one", "whole": 7}', prefer=MERGE)
    assert same.status == 200


# Batches ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "operation",
    [
        {"method": "DELETE", "path": "/seals/${s.slug}?limit=10"},
        {"method": "DELETE", "path": "/seals/${s.slug}/?slug=not.is.null"},
        {"method": "PATCH", "path": "/seals/${s.slug}?slug=not.is.null", "body": {"worth": 3}},
    ],
)
def test_a_reference_to_an_empty_text_does_not_make_a_row_all_rows(both: Both, operation: dict[str, Any]) -> None:
    before = both.rows()
    refused = both.ask(
        "POST", "/api/batch", batch({"id": "s", "method": "GET", "path": "/seals?slug=eq."}, operation), ADA
    )
    assert (refused.status, refused.json["operation"]) == (422, 1)
    assert both.rows() == before


def test_an_empty_part_of_a_key_is_a_part_of_a_key(both: Both) -> None:
    operations = (
        {"id": "s", "method": "GET", "path": "/seals?slug=eq."},
        {"method": "PATCH", "path": "/spots/${s.slug},0", "body": {"note": "here"}},
    )
    assert both.ask("POST", "/api/batch", batch(*operations), ADA).status == 200
    assert '"here"' in both.rows()["Spot"][0]


# Both databases alike --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_an_offset_without_a_limit(both: Both, method: str) -> None:
    """SQLite knows no offset without a limit."""
    body = '{"note": "x"}' if method == "PATCH" else ""
    done = both.ask(method, "/api/spots?room=eq.A&order=number&offset=1&select=number", body, prefer=SHOWN)
    assert (done.status, done.json) == (200, [{"number": 2}])
    both.rows()


def test_rows_of_one_body_point_at_one_another_in_whatever_order(both: Both) -> None:
    """PostgreSQL looks at references after the statement, SQLite would after each row."""
    body: list[dict[str, Any]] = [
        {"room": "c", "number": 1, "near": {"room": "c", "number": 2}},
        {"room": "c", "number": 2, "near": {"room": "c", "number": 1}},
        {"room": "c", "number": 3, "near": {"room": "c", "number": 3}},
        {"room": "c", "number": 4, "near": None},
    ]
    for prefer in (SHOWN, f"{SHOWN}, {MERGE}"):
        body = [{**row, "room": prefer[-1]} for row in body]
        for row in body:
            if row["near"]:
                row["near"] = {**row["near"], "room": prefer[-1]}
        assert both.ask("POST", "/api/spots", json.dumps(body), prefer=prefer).status == 201
    before = both.rows()
    for nowhere in ({"room": "z", "number": 9}, {"room": "c", "number": 99}):
        broken = [*({**row, "room": "z"} for row in body), {"room": "z", "number": 5, "near": nowhere}]
        refused = both.ask("POST", "/api/spots", json.dumps(broken))
        assert (refused.status, refused.json["code"]) == (409, "23503")
        assert both.rows() == before
    # and the next one is refused as ever
    refused = both.ask("POST", "/api/spots", '{"room": "y", "number": 1, "near": {"room": "y", "number": 2}}')
    assert refused.status == 409
    assert both.rows() == before


@pytest.mark.parametrize("written", ["0x345678-1234-1234-1234-123456789012", "0X345678-1234-1234-1234-123456789012"])
def test_a_prefix_of_numbers_is_no_part_of_a_uuid(both: Both, written: str) -> None:
    refused = both.ask("POST", "/api/odds", json.dumps({"uid": written}))
    assert (refused.status, refused.json["code"]) == (422, "22P02")


# Whatever comes ---------------------------------------------------------------------------------------------------

NASTY = [
    *("null", "true", "-0", "1e400", "-1e-400", "1e1000000000", "9223372036854775808", "-9223372036854775808"),
    *("99999999999999.9999", "99999999999999.99999", "0.00005", '""', '"NaN"', '"-Infinity"', '"1_000"', '"٣"'),
    *('"\\u0000"', '"\\ud800"', '"\\ud83d\\ude00"', '"0000-01-01"', '"9999-12-31T23:59:59.9999999-14:00"'),
    *('"0001-01-01T00:00:00+14:00"', '"infinity"', '"24:00:00"', '"23:59:60"', '"P1000000000D"', '"PT999999999999H"'),
    *('"\\\\xzz"', '"{a,NULL}"', '"{a"', "[]", "[null]", '["\\u0000"]', "[1.5]", "[[1]]", "[9223372036854775808]"),
    *("{}", '{"a":1,"a":2}', '{"$result":"a.b"}', '{"a":[1e400]}', "tru", "01", "1.", "[" * 600 + "]" * 600),
    *("1" * 400, "1e" + "9" * 50),
]  # fmt: skip
FIELDS = [
    *("small", "whole", "part", "exact", "loose", "yes", "day", "at", "clock", "span", "uid", "blob", "data"),
    *("words", "numbers", "text", "id", "'; drop table odds;--"),
]  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_no_value_is_too_odd_to_be_answered(both: Both, field: str) -> None:
    """Whatever a client sends, it is taken or refused, and both databases do the same."""
    shown = "select=" + ",".join(FIELDS[:16])
    for value in NASTY:
        body = f"{{{json.dumps(field)}: {value}}}"
        for method, target, prefer in (
            ("POST", f"/api/odds?{shown}", SHOWN),
            ("PATCH", f"/api/odds?id=eq.1&{shown}", SHOWN),
            ("POST", f"/api/odds?on_conflict=text&{shown}", f"{SHOWN}, {MERGE}"),
        ):
            statuses = [
                client.get(
                    target,
                    NOBODY,
                    method,
                    body.encode(),
                    content_type="application/json",
                    prefer=f"tx=rollback, {prefer}",
                )
                for client in both.clients.values()
            ]
            assert len({(answer.status, answer.text if answer.status < 300 else "") for answer in statuses}) == 1, body
            assert statuses[0].status < 500, body


@pytest.mark.parametrize("name", ["what", "extras"])
@pytest.mark.parametrize(
    "value",
    ["1e400", "[1e400]", '{"a": 1e400}', "[" * 600 + "]" * 600, '{"a":' * 600 + "1" + "}" * 600,
     '"\\ud800"', '{"a": "\\u0000"}', "[" * 100_000 + "]" * 100_000],
)  # fmt: skip
def test_no_json_is_too_odd_for_an_action(both: Both, name: str, value: str) -> None:
    refused = both.ask("POST", "/api/rpc/echo", f'{{"{name}": {value}}}')
    assert refused.status in (400, 422)
