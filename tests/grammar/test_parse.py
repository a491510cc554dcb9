"""`parse(shape_of(query))`: whole query strings in, whole Queries out; and every mistake with its message."""

from __future__ import annotations

import pytest

from backsmith.engine.grammar.limits import LIMITS, Limits
from backsmith.engine.grammar.parse import parse
from backsmith.engine.grammar.query import (
    Argument,
    Condition,
    FieldRef,
    Filter,
    Is,
    JsonStep,
    Logic,
    Order,
    OrderTerm,
    Query,
    SelectEmbed,
    SelectField,
    Where,
    Window,
)
from backsmith.engine.grammar.shape import shape_of
from backsmith.errors import BAD_QUERY, TOO_COMPLEX, RequestError


def read(query: str, limits: Limits = LIMITS) -> Query:
    return parse(*shape_of(query, limits), limits)


def root(*conditions: Condition) -> tuple[Where, ...]:
    return tuple(Where((), condition) for condition in conditions)


A, B = FieldRef("a"), FieldRef("b")


def test_an_empty_query_selects_everything() -> None:
    assert read("") == Query()


def test_a_whole_request() -> None:
    query = (
        "price=gte.10&or=(a.eq.1,b.is.null)&select=id,author(name)&order=price.desc.nullslast&limit=20&offset=40"
        "&lines.price=gt.5&lines.order=id&lines.limit=3&after=WzFd"
    )
    assert read(query) == Query(
        select=(
            SelectField(field=FieldRef("id")),
            SelectEmbed(relation="author", items=(SelectField(field=FieldRef("name")),)),
        ),
        where=(
            Where((), Filter(field=FieldRef("price"), operator="gte", value=0)),
            Where((), Logic(operator="or", items=(Filter(field=A, operator="eq", value=1), Is(field=B, truth="null")))),
            Where(("lines",), Filter(field=FieldRef("price"), operator="gt", value=4)),
        ),
        order=(
            Order((), (OrderTerm(field=FieldRef("price"), descending=True, nulls="last"),)),
            Order(("lines",), (OrderTerm(field=FieldRef("id")),)),
        ),
        windows=(Window((), limit=2, offset=3), Window(("lines",), limit=5)),
        after=6,
    )


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("a=eq.1", Filter(field=A, operator="eq", value=0)),
        ("a=not.in.(1,2)", Filter(field=A, operator="in", value=0, negated=True)),
        ("a=isdistinct.2", Filter(field=A, operator="isdistinct", value=0)),
        ("a=eq(any).{1,2}", Filter(field=A, operator="eq", value=0, quantifier="any")),
        ("a=not.like(all).{x*,*y}", Filter(field=A, operator="like", value=0, negated=True, quantifier="all")),
        ("a=fts.cat", Filter(field=A, operator="fts", value=0)),
        ("a=wfts(english).cat", Filter(field=A, operator="wfts", value=0, language="english")),
        ("a=sl.(1,10)", Filter(field=A, operator="sl", value=0)),
        ("a=is.null", Is(field=A, truth="null")),
        ("a=is.NoT_NuLl", Is(field=A, truth="not_null")),
        ("a=not.is.true", Is(field=A, truth="true", negated=True)),
        ("a=is.unknown", Is(field=A, truth="unknown")),
        (
            "a->b->>0=eq.1",
            Filter(field=FieldRef("a", (JsonStep("b", False), JsonStep(0, True))), operator="eq", value=0),
        ),
        ("data-%3E%3Ea=eq.1", Filter(field=FieldRef("data", (JsonStep("a", True),)), operator="eq", value=0)),
        ('"a.b"=eq.1', Filter(field=FieldRef("a.b"), operator="eq", value=0)),
        ('"order"=eq.1', Filter(field=FieldRef("order"), operator="eq", value=0)),
        ("unit+price=lt.200", Filter(field=FieldRef("unit price"), operator="lt", value=0)),
        ("Unit%20Price=lt.200", Filter(field=FieldRef("Unit Price"), operator="lt", value=0)),
        ("after=gt.5", Filter(field=FieldRef("after"), operator="gt", value=0)),
    ],
)
def test_filters(query: str, condition: Condition) -> None:
    assert read(query) == Query(where=root(condition))


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("lines.a=eq.1", Where(("lines",), Filter(field=A, operator="eq", value=0))),
        ("lines.product.a=eq.1", Where(("lines", "product"), Filter(field=A, operator="eq", value=0))),
        (
            '"my.lines".a->b=is.null',
            Where(("my.lines",), Is(field=FieldRef("a", (JsonStep("b", False),)), truth="null")),
        ),
        ("lines.select=eq.1", Where(("lines",), Filter(field=FieldRef("select"), operator="eq", value=0))),
        (
            "lines.or=(a.eq.1)",
            Where(("lines",), Logic(operator="or", items=(Filter(field=A, operator="eq", value=0),))),
        ),
    ],
)
def test_filters_of_embeds(query: str, where: Where) -> None:
    assert read(query) == Query(where=(where,))


@pytest.mark.parametrize("key", ["not.lines.and", "lines.not.and"])
def test_logic_of_an_embed_is_negated_at_any_place_of_the_path(key: str) -> None:
    logic = Logic(operator="and", items=(Filter(field=A, operator="eq", value=0),), negated=True)
    assert read(f"{key}=(a.eq.1)") == Query(where=(Where(("lines",), logic),))


def test_several_filters_on_one_field_all_count() -> None:
    assert read("a=gte.1&a=lt.9") == Query(
        where=root(Filter(field=A, operator="gte", value=0), Filter(field=A, operator="lt", value=1))
    )


def test_logic_nests() -> None:
    assert read('or=(a.eq.1,not.and(a.gt.2,b.not.in.("x,y",z)),lines.not.is.null)&not.and=(b.is.true)') == Query(
        where=root(
            Logic(
                operator="or",
                items=(
                    Filter(field=A, operator="eq", value=0),
                    Logic(
                        operator="and",
                        items=(
                            Filter(field=A, operator="gt", value=1),
                            Filter(field=B, operator="in", value=2, negated=True),
                        ),
                        negated=True,
                    ),
                    Is(field=FieldRef("lines"), truth="null", negated=True),
                ),
            ),
            Logic(operator="and", items=(Is(field=B, truth="true"),), negated=True),
        )
    )


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("a", OrderTerm(field=A)),
        ("a.asc", OrderTerm(field=A)),
        ("a.desc", OrderTerm(field=A, descending=True)),
        ("a.nullsfirst", OrderTerm(field=A, nulls="first")),
        ("a.desc.nullslast", OrderTerm(field=A, descending=True, nulls="last")),
        ("a->b->>0.desc", OrderTerm(field=FieldRef("a", (JsonStep("b", False), JsonStep(0, True))), descending=True)),
        ("author(a).desc", OrderTerm(field=A, relation="author", descending=True)),
        ("author(a->0)", OrderTerm(field=FieldRef("a", (JsonStep(0, False),)), relation="author")),
        ('"a.desc".desc', OrderTerm(field=FieldRef("a.desc"), descending=True)),
        (" a.desc ", OrderTerm(field=A, descending=True)),
    ],
)
def test_order(text: str, term: OrderTerm) -> None:
    assert read(f"order={text}") == Query(order=(Order((), (term,)),))


def test_of_repeated_parameters_one_counts_as_in_postgrest() -> None:
    assert read("select=a&select=b&order=a&order=b&limit=1&limit=2&columns=a&columns=b") == Query(
        select=(SelectField(field=A),),
        order=(Order((), (OrderTerm(field=A),)),),
        windows=(Window((), limit=1),),
        columns=("a",),
    )


def test_columns_and_on_conflict_name_fields() -> None:
    assert read('columns="a b",%22c%22, d&on_conflict=x,y') == Query(columns=("a b", "c", "d"), on_conflict=("x", "y"))


def test_arguments_of_a_function() -> None:
    shape, values = shape_of("since=2026-01-01&term=a.b&id=eq.5&limit=3")
    assert values == ("2026-01-01", "a.b", "5", "3")
    assert parse(shape, values, arguments=True) == Query(
        where=root(Filter(field=FieldRef("id"), operator="eq", value=2)),
        windows=(Window((), limit=3),),
        arguments=(Argument("since", 0), Argument("term", 1)),
    )


NAME = "field name (* or [a..z0..9_$])"
OPERATOR = '"not" or operator (eq, gt, ...)'
TRUTH = "isVal: (null, not_null, true, false, unknown)"
ITEM = f"{NAME}, negation operator (not) or logic operator (and, or)"
DIRECTION = '"asc", "desc", "nullsfirst" or "nullslast"'


@pytest.mark.parametrize(
    ("query", "subject", "column", "details"),
    [
        ("id=0", "filter (0)", 1, f'unexpected "0" expecting {OPERATOR}'),
        ("id=", "filter ()", 1, f"unexpected end of input expecting {OPERATOR}"),
        ("a.b=noop.0", "filter (noop.0)", 1, f'unexpected "n" expecting {OPERATOR}'),
        ("a=not.not.eq.1", "filter (not.not.eq.1)", 1, f'unexpected "n" expecting {OPERATOR}'),
        ("a=neq(any).{1}", "filter (neq(any).{1})", 1, f'unexpected "n" expecting {OPERATOR}'),
        ("a=eq().1", "filter (eq().1)", 1, f'unexpected "e" expecting {OPERATOR}'),
        ("a=fts().x", "filter (fts().x)", 1, f'unexpected "f" expecting {OPERATOR}'),
        ("done=is.nil", "filter (is.nil)", 4, f'unexpected "n" expecting {TRUTH}'),
        ("done=is.fal%C5%BFe", "filter (is.falſe)", 4, f'unexpected "f" expecting {TRUTH}'),
        ("done=is.nulls", "filter (is.nulls)", 8, 'unexpected "s" expecting end of input'),
        ("=eq.1", "tree path ()", 1, f"unexpected end of input expecting {NAME}"),
        (
            "a!b=eq.1",
            "tree path (a!b)",
            2,
            'unexpected "!" expecting letter, digit, "-", "->>", "->", delimiter (.) or end of input',
        ),
        ("a..b=eq.1", "tree path (a..b)", 3, f'unexpected "." expecting {NAME}'),
        ("a(.limit=1", "tree path (a(.)", 2, 'unexpected "(" expecting delimiter (.)'),
        ("order=", "order ()", 1, f"unexpected end of input expecting {NAME}"),
        ("order=id.smth34", "order (id.smth34)", 4, f'unexpected "s" expecting {DIRECTION}'),
        ("order=id.asc.nlsfst", "order (id.asc.nlsfst)", 8, 'unexpected "n" expecting "nullsfirst" or "nullslast"'),
        ("order=id.asc.nullslasttt", "order (id.asc.nullslasttt)", 17, 'unexpected "t" expecting "," or end of input'),
        ("order=clients(name,id)", "order (clients(name,id))", 13, 'unexpected "," expecting "->>", "->" or ")"'),
        ("or=()", "logic tree (())", 4, f'unexpected ")" expecting {ITEM}'),
        ("or=)(", "logic tree ()()", 3, 'unexpected ")" expecting "("'),
        ("or=(a.eq.1", "logic tree ((a.eq.1)", 10, 'unexpected end of input expecting "," or ")"'),
        ("or=(a.eq.1))", "logic tree ((a.eq.1)))", 11, 'unexpected ")" expecting end of input'),
        ("or=(id.in.1,2,id.eq.3)", "logic tree ((id.in.1,2,id.eq.3))", 10, 'unexpected "1" expecting "("'),
        (
            "or=(id.eq.1,not.xor(id.eq.2,id.eq.3))",
            "logic tree ((id.eq.1,not.xor(id.eq.2,id.eq.3)))",
            16,
            'unexpected "x" expecting logic operator (and, or)',
        ),
        ("and=(a.is.nil)", "logic tree ((a.is.nil))", 10, f'unexpected "n" expecting {TRUTH}'),
        ("and=(a.foo.1)", "logic tree ((a.foo.1))", 7, f'unexpected "f" expecting {OPERATOR}'),
        ("and=(a)", "logic tree ((a))", 6, 'unexpected ")" expecting "->>", "->" or delimiter (.)'),
        ("and=(ord(a.eq.1))", "logic tree ((ord(a.eq.1)))", 5, f'unexpected "o" expecting {ITEM}'),
        ("columns=", "columns parameter ()", 1, f"unexpected end of input expecting {NAME}"),
        ("columns=a;b", "columns parameter (a;b)", 2, 'unexpected ";" expecting "," or end of input'),
    ],
)
def test_mistakes_are_shown_with_their_place(query: str, subject: str, column: int, details: str) -> None:
    with pytest.raises(RequestError) as caught:
        read(query)
    error = caught.value
    assert error.kind == BAD_QUERY
    assert error.message == f'"failed to parse {subject}" (line 1, column {column})'
    assert error.details == details


def test_a_filter_without_an_operator_is_told_how_to_write_one() -> None:
    with pytest.raises(RequestError) as caught:
        read("id=5")
    assert caught.value.hint == "Write an operator before the value, such as eq.5 or is.null."


def test_long_texts_are_cut_in_messages() -> None:
    with pytest.raises(RequestError) as caught:
        read("order=" + "!" * 5000)
    assert caught.value.message == f'"failed to parse order ({"!" * 1000}…)" (line 1, column 1)'


@pytest.mark.parametrize(
    ("query", "limits", "message", "limit"),
    [
        ("a=eq.1&b=eq.2&c=eq.3", Limits(filters=2), "There are too many filters", "filters"),
        ("or=(a.eq.1,b.eq.2,c.eq.3)", Limits(filters=2), "There are too many filters", "filters"),
        ("or=(a.eq.1,b.eq.2)&c=eq.3", Limits(filters=2), "There are too many filters", "filters"),
        ("or=(and(or(a.eq.1)))", Limits(logic_depth=2), "and and or are nested too deep", "logic_depth"),
        ("or=(" + "and(" * 4000, LIMITS, "and and or are nested too deep", "logic_depth"),
        ("order=a,b,c", Limits(order_terms=2), "There are too many terms of order", "order_terms"),
        ("a.b.c.d=eq.1", Limits(embed_depth=2), "A path has too many steps", "embed_depth"),
        ("a.b.c.limit=1", Limits(embed_depth=2), "A path has too many steps", "embed_depth"),
        ("columns=a,b,c", Limits(select_items=2), "Too many columns are named", "select_items"),
    ],
)
def test_what_is_too_large_is_refused(query: str, limits: Limits, message: str, limit: str) -> None:
    with pytest.raises(RequestError) as caught:
        read(query, limits)
    assert (caught.value.kind, caught.value.message) == (TOO_COMPLEX, message)
    assert caught.value.members == {"limit": limit}
