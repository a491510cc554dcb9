"""The headers Prefer, Range and Accept: literal in, whole literal out."""

from __future__ import annotations

import pytest

from backsmith.engine.grammar.accept import (
    ARRAY,
    CSV,
    OBJECT,
    STRIPPED_ARRAY,
    STRIPPED_OBJECT,
    Representation,
    negotiate,
)
from backsmith.engine.grammar.prefer import NO_PREFERENCES, Preferences, applied, read_preferences
from backsmith.engine.grammar.ranges import (
    MAXIMUM,
    RowRange,
    content_range,
    limit_of,
    offset_of,
    row_range,
    status_of,
)
from backsmith.errors import BAD_PREFERENCE, BAD_QUERY, BAD_RANGE, NOT_ACCEPTABLE, RequestError

# Prefer ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "preferences"),
    [
        ("", NO_PREFERENCES),
        (" , ,", NO_PREFERENCES),
        ("count=exact", Preferences(count="exact")),
        (
            "resolution=ignore-duplicates, count=planned, timezone=America/Los_Angeles, max-affected=100",
            Preferences(
                resolution="ignore-duplicates", count="planned", timezone="America/Los_Angeles", max_affected=100
            ),
        ),
        (
            "count=exact,    tx=commit   ,return=representation , missing=default, handling=lenient, anything",
            Preferences(
                count="exact",
                tx="commit",
                returns="representation",
                missing="default",
                handling="lenient",
                unknown=("anything",),
            ),
        ),
        ("tx=commit, tx=rollback", Preferences(tx="commit")),
        ("count=none, count=exact", Preferences(count="exact", unknown=("count=none",))),
        ("max-affected=many", Preferences(unknown=("max-affected=many",))),
        ("max-affected=-1", Preferences(unknown=("max-affected=-1",))),
        ("timezone=Jupiter/Red_Spot", Preferences(unknown=("timezone=Jupiter/Red_Spot",))),
        ("timezone=../../etc/passwd", Preferences(unknown=("timezone=../../etc/passwd",))),
        ("handling=strict, return=minimal", Preferences(handling="strict", returns="minimal")),
    ],
)
def test_preferences(header: str, preferences: Preferences) -> None:
    assert read_preferences(header) == preferences


@pytest.mark.parametrize(
    ("header", "details"),
    [
        ("handling=strict, anything", "Invalid preferences: anything"),
        ("something, handling=strict, else", "Invalid preferences: something, else"),
        ("handling=strict, count=all", "Invalid preferences: count=all"),
    ],
)
def test_strict_handling_refuses_what_is_not_known(header: str, details: str) -> None:
    with pytest.raises(RequestError) as caught:
        read_preferences(header)
    error = caught.value
    assert (error.kind, error.message) == (BAD_PREFERENCE, "Invalid preferences given with handling=strict")
    assert error.details == details


def test_preference_applied_names_those_that_were() -> None:
    preferences = read_preferences(
        "handling=strict, count=exact, return=minimal, max-affected=3, resolution=merge-duplicates"
    )
    assert applied(preferences, "count", "handling") == "count=exact, handling=strict"
    assert (
        applied(preferences, "resolution", "missing", "return", "max-affected")
        == "resolution=merge-duplicates, return=minimal, max-affected=3"
    )
    assert applied(preferences, "tx") is None


# Range ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "offset", "header", "rows"),
    [
        (None, 0, None, RowRange()),
        (20, 40, None, RowRange(40, 20)),
        (0, 0, None, RowRange(0, 0)),
        (None, 0, "0-24", RowRange(0, 25)),
        (None, 0, "items=10-19", RowRange(10, 10)),
        (None, 0, "10-", RowRange(10, None)),
        (3, 0, "0-1", RowRange(0, 2)),
        (2, 0, "0-9", RowRange(0, 2)),
        (None, 5, "0-9", RowRange(5, 5)),
        (10, 5, "0-7", RowRange(5, 3)),
        (0, 0, "5-9", RowRange(0, 0)),
        (None, 0, "bytes=0-99", RowRange()),
        (None, 0, "items=0-1,3-4", RowRange()),
        (None, 0, "-5", RowRange()),
        (MAXIMUM, MAXIMUM, None, RowRange(MAXIMUM, MAXIMUM)),
    ],
)
def test_rows_that_parameters_and_header_ask_for(
    limit: int | None, offset: int, header: str | None, rows: RowRange
) -> None:
    assert row_range(limit, offset, header) == rows


@pytest.mark.parametrize(("limit", "offset", "header"), [(None, 0, "1-0"), (3, 2, "0-1"), (2, 0, "5-9")])
def test_a_range_that_nothing_fits_is_refused(limit: int | None, offset: int, header: str) -> None:
    with pytest.raises(RequestError) as caught:
        row_range(limit, offset, header)
    error = caught.value
    assert (error.kind, error.message) == (BAD_RANGE, "Requested range not satisfiable")
    assert error.details == "The lower boundary must be lower than or equal to the upper boundary in the Range header."


@pytest.mark.parametrize(
    ("text", "number"),
    [("20", 20), (" 20 ", 20), ("+20", 20), ("007", 7), ("0", 0), ("", None), ("9" * 5000, MAXIMUM)],
)
def test_limit(text: str, number: int | None) -> None:
    assert limit_of(text) == number


@pytest.mark.parametrize(("text", "number"), [("40", 40), ("-4", 0), ("", 0), ("9" * 20, MAXIMUM)])
def test_offset(text: str, number: int) -> None:
    assert offset_of(text) == number


def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(RequestError) as caught:
        limit_of("-1")
    assert (caught.value.kind, caught.value.details) == (BAD_RANGE, "Limit should be greater than or equal to zero.")


@pytest.mark.parametrize("text", ["ten", "1.5", "1e3", "undefined", "٣", "1;2"])
def test_what_is_no_number_is_refused(text: str) -> None:
    for read, name in ((limit_of, "limit"), (offset_of, "offset")):
        with pytest.raises(RequestError) as caught:
            read(text)
        error = caught.value
        assert (error.kind, error.message) == (BAD_QUERY, f'"failed to parse {name} ({text})" (line 1, column 1)')
        assert error.hint == f"Write {name}=20."


@pytest.mark.parametrize(
    ("offset", "rows", "total", "header", "status"),
    [
        (0, 15, None, "0-14/*", 200),
        (0, 15, 15, "0-14/15", 200),
        (0, 2, 15, "0-1/15", 206),
        (10, 5, 15, "10-14/15", 206),
        (0, 0, 0, "*/0", 200),
        (0, 0, None, "*/*", 200),
        (0, 0, 15, "*/15", 206),
        (15, 0, 15, "*/15", 206),
    ],
)
def test_content_range_and_status(offset: int, rows: int, total: int | None, header: str, status: int) -> None:
    assert (content_range(offset, rows, total), status_of(offset, rows, total)) == (header, status)


@pytest.mark.parametrize(("offset", "total"), [(100, 15), (1, 0)])
def test_an_offset_beyond_the_rows_is_refused(offset: int, total: int) -> None:
    with pytest.raises(RequestError) as caught:
        status_of(offset, 0, total)
    error = caught.value
    assert (error.kind, error.message) == (BAD_RANGE, "Requested range not satisfiable")
    assert error.details == f"An offset of {offset} was requested, but there are only {total} rows."
    assert error.headers == (("content-range", f"*/{total}"),)


# Accept ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "representation"),
    [
        (None, ARRAY),
        ("", ARRAY),
        ("*/*", ARRAY),
        ("application/json", ARRAY),
        ("application/*", ARRAY),
        ("application/json; charset=utf-8", ARRAY),
        ("application/vnd.pgrst.array+json", ARRAY),
        ("application/vnd.pgrst.array+json;nulls=stripped", STRIPPED_ARRAY),
        ("application/vnd.pgrst.object+json", OBJECT),
        ("application/vnd.pgrst.object", OBJECT),
        ("ApplicatIon/vnd.PgRsT.object+json", OBJECT),
        ("application/vnd.pgrst.object+json; nulls=stripped", STRIPPED_OBJECT),
        ('application/vnd.pgrst.object+json;nulls="stripped"', STRIPPED_OBJECT),
        ("application/json;nulls=stripped", ARRAY),
        ("text/csv", CSV),
        ("text/*", CSV),
        ("text/csv;q=0.5, application/json;q=0.4", CSV),
        ("text/csv;q=0.4, application/json;q=0.5", ARRAY),
        ("*/*, text/csv", CSV),
        ("application/json;q=0, */*", ARRAY),
        (
            "application/json;q=0, application/vnd.pgrst.array+json;q=0, application/vnd.pgrst.array;q=0, */*;q=0.1",
            OBJECT,
        ),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", ARRAY),
        ("text/event-stream, application/json", ARRAY),
    ],
)
def test_the_representation_that_suits_best(accept: str | None, representation: Representation) -> None:
    assert negotiate(accept) == representation


@pytest.mark.parametrize(
    ("accept", "named"),
    [
        ("text/html", "text/html"),
        ("image/png, text/html;q=0.5", "image/png, text/html"),
        ("text/event-stream", "text/event-stream"),
        ("application/geo+json", "application/geo+json"),
        ("application/json;q=0", "application/json"),
        (
            'application/vnd.pgrst.plan+text; for="application/json"',
            'application/vnd.pgrst.plan+text; for="application/json"',
        ),
        ("nonsense", "nonsense"),
    ],
)
def test_what_is_not_available_is_refused(accept: str, named: str) -> None:
    with pytest.raises(RequestError) as caught:
        negotiate(accept)
    error = caught.value
    assert (error.kind, error.message) == (NOT_ACCEPTABLE, f"None of these media types are available: {named}")
