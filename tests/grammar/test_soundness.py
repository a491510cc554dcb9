"""Properties of reading: nothing but RequestError comes of it, shapes leave out just the values, and back again."""

from __future__ import annotations

import os
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Text,
    Time,
    Type,
    Uuid,
)
from backsmith.databases.fulltext import as_tsquery, parse_search
from backsmith.engine.grammar.accept import negotiate
from backsmith.engine.grammar.names import MARK
from backsmith.engine.grammar.parse import parse
from backsmith.engine.grammar.percent import decoded
from backsmith.engine.grammar.prefer import read_preferences
from backsmith.engine.grammar.query import Query
from backsmith.engine.grammar.ranges import limit_of, offset_of, row_range
from backsmith.engine.grammar.shape import shape_of
from backsmith.engine.values import converter
from backsmith.errors import RequestError
from tests.grammar.printing import print_query
from tests.grammar.queries import queries, soups, texts
from tests.grammar.test_values import STATUS

# BACKSMITH_EXAMPLES=100000 looks longer.
many = settings(
    max_examples=int(os.environ.get("BACKSMITH_EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@many
@given(soups)
def test_any_text_is_read_or_refused(query: str) -> None:
    try:
        shape, values = shape_of(query)
        assert shape.count(MARK) == len(values)
        parse(shape, values)
        parse(shape, values, arguments=True)
    except RequestError as error:
        assert 400 <= error.kind.status < 500


@many
@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(query: bytes) -> None:
    for text in (query.decode("latin-1"), query.decode(errors="surrogateescape"), "a=eq." + quote(query)):
        try:
            parse(*shape_of(text))
        except RequestError as error:
            assert 400 <= error.kind.status < 500


@many
@given(queries())
def test_a_printed_query_reads_back_the_same(case: tuple[Query, tuple[str, ...]]) -> None:
    query, values = case
    shape, read = shape_of(print_query(query, values))
    assert read == values
    assert parse(shape) == query


@many
@given(queries(), st.randoms(use_true_random=False))
def test_percent_encoding_makes_no_difference(case: tuple[Query, tuple[str, ...]], random: Random) -> None:
    query, values = case
    printed = print_query(query, values)
    pieces: list[str] = []
    position = 0
    while position < len(printed):
        character = printed[position]
        step = 3 if character == "%" else 1
        piece = printed[position : position + step]
        again = step == 1 and character not in "&=" and random.random() < 0.3
        pieces.append(f"%{ord(character):02x}" if again else piece)
        position += step
    shape, read = shape_of("".join(pieces))
    assert (parse(shape), read) == (query, values)


def _encoded(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


@many
@given(st.one_of(soups, queries().map(lambda case: print_query(*case))), st.data())
def test_other_values_leave_the_shape_and_the_query_alone(text: str, data: st.DataObject) -> None:
    try:
        shape, values = shape_of(text)
        query = parse(shape, values, arguments=True)
    except RequestError:
        return
    new_values: list[str] = []
    parts: list[str] = []
    for part in shape.split("&"):
        key, equals, rest = part.partition("=")
        first, *others = rest.split(MARK)
        logic = decoded(key).rpartition(".")[2] in ("and", "or")
        pieces = [first]
        for other in others:
            if logic and pieces[-1].endswith("in."):
                value = "(1,%29,)".replace("%29", data.draw(st.sampled_from(["a", '"b,)"'])))
                pieces.append(_encoded(value))
            elif logic:
                value = data.draw(texts)
                pieces.append(_encoded('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'))
            else:
                value = data.draw(st.text("abc019", max_size=5) if rest == MARK else texts)
                pieces.append(_encoded(value))
            new_values.append(value)
            pieces.append(other)
        parts.append(key + equals + "".join(pieces))
    assert shape_of("&".join(parts)) == (shape, tuple(new_values))
    assert parse(shape, tuple(new_values), arguments=True) == query


LONG = 5_000


@pytest.mark.parametrize(
    "query",
    [
        "select=" + '"' * LONG,
        "select=" + '"\\' * LONG,
        "select=" + "a-" * LONG,
        "select=" + "a->" * LONG,
        "select=a" + "->b" * LONG,
        "select=" + "a:" * LONG,
        "select=" + " " * LONG + "!",
        "order=" + "a(" * LONG,
        "order=" + "a." * LONG,
        "or=(a.in.(" + '"a",' * LONG,
        "or=(a.in.(" + '"' * LONG,
        "or=(" + "a.eq.1," * LONG,
        "or=(" + "not." * LONG,
        "or=(" + '"' * LONG + ".eq.1)",
        "or=(a" + "->b" * LONG + ".eq.1)",
        "or=(a.cs." + "{" * LONG,
        "or=" + "(" * LONG,
        "a." * LONG + "b=eq.1",
        "not." * LONG + "or=(a.eq.1)",
        "a=" + "not." * LONG,
        "&" * LONG,
        "=" * LONG,
        "%" * LONG,
        "a=eq." + "%C3" * LONG,
        "a=fts(" + "a " * LONG + ").x",
    ],
)
def test_long_and_odd_texts_are_read_in_one_pass(query: str) -> None:
    """These would run for hours where reading went back over what it has read."""
    try:
        parse(*shape_of(query[:16_000]))
    except RequestError as error:
        assert 400 <= error.kind.status < 500


TYPES: list[Type] = [
    Text(), Integer(16), Integer(32), Integer(), Float(), Boolean(), Numeric(), Numeric(None), Date(), DateTime(),
    Time(), Duration(), Uuid(), Bytes(), Json(), STATUS, List(Text()), List(Integer()), List(DateTime()),
]  # fmt: skip
_number_like = st.text("0123456789+-.eE_ ", max_size=20)
_time_like = st.text("0123456789-:T Z+.PDHMSW daysgo", max_size=30)
_list_like = st.text('{}(),"\\ abNUL1[]', max_size=20)


@many
@given(
    st.sampled_from(TYPES),
    st.sampled_from(["eq", "in", "any", "cs", "ov", "like", "gt", "isdistinct"]),
    st.one_of(st.text(max_size=30), _number_like, _time_like, _list_like),
)
def test_any_text_of_a_value_is_converted_or_refused(type: Type, operator: str, text: str) -> None:
    try:
        converter(type, operator)(text)
    except RequestError as error:
        assert 400 <= error.kind.status < 500


@many
@given(
    st.sampled_from(["fts", "plfts", "phfts", "wfts"]),
    st.one_of(st.text(max_size=30), st.text("ab &|!()<->'\":*1-or ", max_size=30)),
)
def test_any_search_is_read_or_refused(operator: str, text: str) -> None:
    try:
        assert isinstance(as_tsquery(parse_search(operator, text)), str)
    except RequestError as error:
        assert 400 <= error.kind.status < 500


@many
@given(st.one_of(st.text(max_size=40), st.text('application/json*;q=0.15,text"csv ', max_size=40)))
def test_any_header_is_read_or_refused(text: str) -> None:
    for read in (
        read_preferences,
        negotiate,
        limit_of,
        offset_of,
        lambda header: row_range(5, 1, header),
    ):
        try:
            read(text)
        except RequestError as error:
            assert 400 <= error.kind.status < 500
