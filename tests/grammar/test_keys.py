"""Keys in paths of items: `/api/orders/7`, `/api/seats/3,12`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsmith.engine.grammar.keys import key_of, segment_of
from backsmith.errors import BAD_QUERY, BAD_VALUE, Kind, RequestError


@pytest.mark.parametrize(
    ("segment", "fields", "texts"),
    [
        ("7", ("id",), ("7",)),
        ("a,b", ("code",), ("a,b",)),
        ("a+b%20c", ("code",), ("a+b c",)),
        ("gr%C3%B6%C3%9Fe", ("code",), ("größe",)),
        ("3,12", ("row", "seat"), ("3", "12")),
        ("a%2Cb,c", ("row", "seat"), ("a,b", "c")),
        ("a%2Fb", ("path",), ("a/b",)),
        (",", ("row", "seat"), ("", "")),
    ],
)
def test_key(segment: str, fields: tuple[str, ...], texts: tuple[str, ...]) -> None:
    assert key_of(segment, fields) == texts


@pytest.mark.parametrize(
    ("segment", "kind", "message"),
    [
        ("3", BAD_VALUE, "The key in the path has 1 value; it takes 2"),
        ("3,4,5", BAD_VALUE, "The key in the path has 3 values; it takes 2"),
        ("%00,1", BAD_VALUE, "A text can't hold the character NUL (%00)"),
        ("%FF,1", BAD_QUERY, "The address has percent-encoded bytes that aren't UTF-8"),
    ],
)
def test_what_is_no_key_is_refused(segment: str, kind: Kind, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        key_of(segment, ("row", "seat"))
    assert (caught.value.kind, caught.value.message) == (kind, message)


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_segment_of_is_the_opposite(texts: list[str]) -> None:
    segment = segment_of(texts)
    assert key_of(segment, ["field"] * len(texts)) == tuple(texts)
    assert not set(segment) & set("/?#% ") - {"%"}
