"""`shape_of`: a raw query string in, its shape and its values out. MARK stands as ¤ here, to be readable."""

from __future__ import annotations

import pytest

from backsmith.engine.grammar.limits import Limits
from backsmith.engine.grammar.shape import shape_of
from backsmith.errors import BAD_QUERY, BAD_VALUE, URL_TOO_LONG, RequestError


def split(query: str) -> tuple[str, tuple[str, ...]]:
    shape, values = shape_of(query)
    return shape.replace("\0", "¤"), values


@pytest.mark.parametrize(
    ("query", "shape", "values"),
    [
        ("", "", ()),
        ("id=eq.7", "id=eq.¤", ("7",)),
        ("price=gte.10&price=lt.20", "price=gte.¤&price=lt.¤", ("10", "20")),
        ("title=eq.", "title=eq.¤", ("",)),
        ("title=eq.a.b=c", "title=eq.¤", ("a.b=c",)),
        ("title=not.like.*x*", "title=not.like.¤", ("*x*",)),
        ("title=like(any).{a,b}", "title=like(any).¤", ("{a,b}",)),
        ("title=not.fts(english).cat", "title=not.fts(english).¤", ("cat",)),
        ("id=in.(1,2)", "id=in.¤", ("(1,2)",)),
        ("data->>a=eq.x", "data->>a=eq.¤", ("x",)),
        ("lines.price=gt.5", "lines.price=gt.¤", ("5",)),
        ("limit=20&offset=40&lines.limit=3", "limit=¤&offset=¤&lines.limit=¤", ("20", "40", "3")),
        ("after=WzFd", "after=¤", ("WzFd",)),
        ("after=eq.5", "after=eq.¤", ("5",)),
        ("&flag&id=eq.7&&%FF", "id=eq.¤", ("7",)),
    ],
)
def test_values_are_taken_out(query: str, shape: str, values: tuple[str, ...]) -> None:
    assert split(query) == (shape, values)


@pytest.mark.parametrize(
    "query",
    [
        "select=id,title,author(name)",
        "select=eq.sum()",
        "order=eq.desc",
        "lines.order=lt.asc",
        "columns=eq.a",
        "on_conflict=eq.a",
        "deleted_at=is.null",
        "deleted_at=not.is.null",
        "%73elect=eq.sum()",
        "lines%2Eorder=eq.asc",
    ],
)
def test_the_rest_stays(query: str) -> None:
    assert split(query) == (query, ())


@pytest.mark.parametrize(
    ("query", "shape", "values"),
    [
        ("title=eq.a+b%26c", "title=eq.¤", ("a b&c",)),
        ("title=eq.%E2%82%AC", "title=eq.¤", ("€",)),
        ("title=like.%fo%", "title=like.¤", ("%fo%",)),
        ("id=in.%281%2C2%29", "id=in.¤", ("(1,2)",)),
        ("title=like%28any%29.%7Ba%2Cb%7D", "title=like(any).¤", ("{a,b}",)),
        ("title=eq%2Ex", "title=eq.¤", ("x",)),
        ("done=is.%4EULL", "done=is.null", ()),
        ("t%69tle=eq.x", "t%69tle=eq.¤", ("x",)),
    ],
)
def test_what_is_percent_encoded_is_understood(query: str, shape: str, values: tuple[str, ...]) -> None:
    assert split(query) == (shape, values)


@pytest.mark.parametrize(
    ("query", "shape", "values"),
    [
        ("or=(a.eq.1,b.is.null)", "or=(a.eq.¤,b.is.null)", ("1",)),
        ("not.and=(a.gte.0,a.lte.100)", "not.and=(a.gte.¤,a.lte.¤)", ("0", "100")),
        ("or=%28a.eq.1%2Cb.eq.2%29", "or=(a.eq.¤,b.eq.¤)", ("1", "2")),
        ("lines.or=(a.eq.1,b.eq.2)", "lines.or=(a.eq.¤,b.eq.¤)", ("1", "2")),
        ("or=(a.eq.1,not.and(b.gt.2,c.lt.3))", "or=(a.eq.¤,not.and(b.gt.¤,c.lt.¤))", ("1", "2", "3")),
        ('or=(a.eq."x,y)",b.eq.z)', "or=(a.eq.¤,b.eq.¤)", ("x,y)", "z")),
        (r'or=(a.eq."say \"hi\" \\",b.eq.z)', "or=(a.eq.¤,b.eq.¤)", ('say "hi" \\', "z")),
        ('or=(a.eq."x"y,b.eq.z)', "or=(a.eq.¤,b.eq.¤)", ('"x"y', "z")),
        ('or=(a.in.(1,"b,)c"),b.not.in.())', "or=(a.in.¤,b.not.in.¤)", ('(1,"b,)c")', "()")),
        ("or=(a.cs.{1,2},a.eq(any).{3,4})", "or=(a.cs.¤,a.eq(any).¤)", ("{1,2}", "{3,4}")),
        ("or=(d->a->>b.eq.1,d->0.eq.2)", "or=(d->a->>b.eq.¤,d->0.eq.¤)", ("1", "2")),
        ("and=( a.eq.1 , or ( b.eq.2 ) )", "and=( a.eq.¤, or ( b.eq.¤) )", ("1 ", "2 ")),
        ("or=(and_x.eq.1,or_y.eq.2,and.eq.3)", "or=(and_x.eq.¤,or_y.eq.¤,and.eq.¤)", ("1", "2", "3")),
        ('or=("a%26b".eq.1,"c%2B%25".eq.2)', 'or=("a%26b".eq.¤,"c%2B%25".eq.¤)', ("1", "2")),
        ("or=(t.fts(english).x,t.eq.)", "or=(t.fts(english).¤,t.eq.¤)", ("x", "")),
    ],
)
def test_leaves_of_and_and_or_are_taken_out(query: str, shape: str, values: tuple[str, ...]) -> None:
    assert split(query) == (shape, values)


@pytest.mark.parametrize(
    "value",
    ["1&b=eq.2", "\u00a4", "eq.1", "(1,2)", "null", '"', "a=b", "select=*", "and(a.eq.1)", "?#", " ", "\x01"],
)
def test_no_value_changes_the_shape(value: str) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in value.encode())
    expected = shape_of("a=eq.1&or=(b.eq.2,c.is.null)&limit=3")[0]
    if "\0" not in value:
        assert shape_of(f"a=eq.{encoded}&or=(b.eq.2,c.is.null)&limit={encoded}") == (expected, (value, "2", value))
    quoted = "".join(f"%{byte:02X}" for byte in value.replace("\\", "\\\\").replace('"', '\\"').encode())
    assert shape_of(f"a=eq.1&or=(b.eq.%22{quoted}%22,c.is.null)&limit=3") == (expected, ("1", value, "3"))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("a=eq.%FF", "The address has percent-encoded bytes that aren't UTF-8"),
        ("%FF=eq.1", "The address has percent-encoded bytes that aren't UTF-8"),
        ("or=(a.eq.%C3)", "The address has percent-encoded bytes that aren't UTF-8"),
        ("a=eq.\0", "The address holds the character NUL"),
        ("a=eq.\udc80", "The address isn't UTF-8"),
    ],
)
def test_what_is_not_text_is_refused(query: str, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        shape_of(query)
    assert (caught.value.kind, caught.value.message) == (BAD_QUERY, message)


@pytest.mark.parametrize("query", ["a=eq.%00", "a%00=eq.1", "or=(a.eq.%00)", 'or=("%00".eq.1)', "limit=%00", "x=%00"])
def test_nul_is_refused_everywhere(query: str) -> None:
    with pytest.raises(RequestError) as caught:
        shape_of(query)
    assert (caught.value.kind, caught.value.message) == (BAD_VALUE, "A text can't hold the character NUL (%00)")


def test_a_query_string_that_is_too_long_is_refused() -> None:
    with pytest.raises(RequestError) as caught:
        shape_of("a=eq.12345", Limits(query_length=9))
    assert (caught.value.kind, caught.value.details) == (URL_TOO_LONG, "The limit is 9.")
