"""Strategies: random Queries with their values, and texts that look like query strings."""

from __future__ import annotations

from typing import cast

from hypothesis import strategies as st

from backsmith.engine.grammar.operators import QUANTIFIABLE
from backsmith.engine.grammar.query import (
    Condition,
    FieldRef,
    Filter,
    Is,
    JsonStep,
    Logic,
    Operator,
    Order,
    OrderTerm,
    Query,
    SelectAll,
    SelectEmbed,
    SelectField,
    SelectItem,
    Where,
    Window,
)

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
names = st.one_of(
    st.sampled_from(
        ["a", "id", "first name", "größe", "order", "and", "not", "select", "limit", "count", "a.b", "x-y"]
    ),
    texts.filter(bool),
)
identifiers = st.sampled_from(["text", "int", "double precision", "numeric"])
json_paths = st.lists(
    st.builds(JsonStep, st.one_of(st.integers(-(2**31) + 1, 2**31 - 1), names), st.booleans()), max_size=3
).map(tuple)
fields = st.builds(FieldRef, names, json_paths)
paths = st.lists(names, max_size=3).map(tuple)
truths = st.sampled_from(["null", "not_null", "true", "false", "unknown"])

select_fields = st.one_of(
    st.builds(
        SelectField,
        field=fields,
        alias=st.none() | names,
        cast=st.none() | identifiers,
    ),
    st.builds(
        SelectField,
        field=fields,
        alias=st.none() | names,
        cast=st.none() | identifiers,
        aggregate=st.sampled_from(["count", "sum", "avg", "min", "max"]),
        aggregate_cast=st.none() | identifiers,
    ),
    st.builds(
        SelectField,
        field=st.none(),
        alias=st.none() | names,
        aggregate=st.just("count"),
        aggregate_cast=st.none() | identifiers,
    ),
)


def embeds(items: st.SearchStrategy[SelectItem]) -> st.SearchStrategy[SelectItem]:
    inside = st.lists(items, max_size=3).map(tuple)
    joins = st.none() | st.sampled_from(["inner", "left"])
    return st.one_of(
        st.builds(
            SelectEmbed, relation=names, items=inside, alias=st.none() | names, hint=st.none() | names, join=joins
        ),
        st.builds(SelectEmbed, relation=names, items=inside, hint=st.none() | names, join=joins, spread=st.just(True)),
    )


select_items: st.SearchStrategy[SelectItem] = st.recursive(
    st.one_of(st.just(cast(SelectItem, SelectAll())), select_fields), embeds, max_leaves=8
)
terms = st.builds(
    OrderTerm,
    field=fields,
    relation=st.none() | names,
    descending=st.booleans(),
    nulls=st.none() | st.sampled_from(["first", "last"]),
)


def _list_of_in(items: list[str]) -> str:
    return "(" + ",".join('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items) + ")"


lists_of_in = st.lists(texts, max_size=3).map(_list_of_in)


@st.composite
def conditions(draw: st.DrawFn, values: list[str], depth: int = 0) -> Condition:
    """A condition whose values are appended to `values` in the order in which it is written."""
    kind = draw(st.sampled_from(["filter", "filter", "is", "logic"] if depth < 3 else ["filter", "is"]))
    negated = draw(st.booleans())
    if kind == "is":
        return Is(field=draw(fields), truth=draw(truths), negated=negated)
    if kind == "logic":
        count = draw(st.integers(1, 3))
        items = tuple(draw(conditions(values, depth + 1)) for _ in range(count))
        return Logic(operator=draw(st.sampled_from(["and", "or"])), items=items, negated=negated)
    field = draw(fields)
    operator = draw(st.sampled_from([*QUANTIFIABLE, "neq", "in", "isdistinct", "cs", "ov", "adj", "fts", "wfts"]))
    values.append(draw(lists_of_in if operator == "in" else texts))
    return Filter(
        field=field,
        operator=cast(Operator, operator),
        value=len(values) - 1,
        negated=negated,
        quantifier=draw(st.sampled_from([None, "any", "all"])) if operator in QUANTIFIABLE else None,
        language=draw(st.sampled_from([None, "english", "simple"])) if operator in ("fts", "wfts") else None,
    )


@st.composite
def queries(draw: st.DrawFn) -> tuple[Query, tuple[str, ...]]:
    """A Query and its values, numbered as `parse` numbers them when `print_query` has written it."""
    values: list[str] = []
    where = tuple(Where(draw(paths), draw(conditions(values))) for _ in range(draw(st.integers(0, 3))))
    order_paths = draw(st.lists(paths, max_size=2, unique=True))
    orders = tuple(Order(path, tuple(draw(st.lists(terms, min_size=1, max_size=3)))) for path in order_paths)
    windows: list[Window] = []
    for path in draw(st.lists(paths, max_size=2, unique=True)):
        numbers: list[int | None] = []
        for given in draw(st.sampled_from([(True, True), (True, False), (False, True)])):
            numbers.append(len(values) if given else None)
            if given:
                values.append(draw(texts))
        windows.append(Window(path, *numbers))
    after = None
    if draw(st.booleans()):
        after = len(values)
        values.append(draw(st.text("abcXYZ019-_", max_size=9)))
    query = Query(
        select=tuple(draw(st.lists(select_items, max_size=4))),
        where=where,
        order=orders,
        windows=tuple(windows),
        after=after,
        columns=draw(st.none() | st.lists(names, min_size=1, max_size=3).map(tuple)),
        on_conflict=draw(st.none() | st.lists(names, min_size=1, max_size=3).map(tuple)),
    )
    return query, tuple(values)


_PIECES = [
    "a", "b", "author", "lines", "select", "order", "limit", "offset", "after", "and", "or", "not", "columns",
    "on_conflict", "eq", "gt", "in", "is", "like", "fts", "cs", "null", "true", "count()", "sum()", "any", "all",
    "inner", "left", "english", "asc", "desc", "nullsfirst", "nullslast", "0", "-1", "1e9", "%", "%2", "%00", "%FF",
    "%2C", "%28", "%22", "%26", "%3D",
]  # fmt: skip
_MARKS = [
    "&", "=", ".", ",", "(", ")", ":", "::", "!", "->", "->>", "...", '"', "\\", "{", "}", "*", "+", " ", "€", "'",
]  # fmt: skip
_KEYS = ["a", "a.b", "select", "order", "a.order", "limit", "or", "not.and", "a.or", "columns", "x->y"]
_TOKENS = ["eq.", "(", ")", ",", "a", ".", "1", "in.", "is.null", '"', "::", "!", "not.", "and"]
_parameters = st.tuples(st.sampled_from(_KEYS), st.lists(st.sampled_from(_TOKENS)).map("".join)).map("=".join)
soups = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*_PIECES, *_MARKS, *_MARKS]), max_size=40).map("".join),
    st.lists(_parameters, max_size=4).map("&".join),
)
