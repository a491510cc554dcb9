"""`select=`: literal in, whole literal out."""

from __future__ import annotations

import pytest

from backsmith.engine.grammar.limits import LIMITS, Limits
from backsmith.engine.grammar.query import FieldRef, JsonStep, SelectAll, SelectEmbed, SelectField, SelectItem
from backsmith.engine.grammar.select import read_select
from backsmith.errors import BAD_QUERY, TOO_COMPLEX, RequestError


def field(name: str, *path: JsonStep) -> SelectField:
    return SelectField(field=FieldRef(name, path))


def to(key: str | int) -> JsonStep:
    return JsonStep(key, False)


def as_text(key: str | int) -> JsonStep:
    return JsonStep(key, True)


def embed(relation: str, *items: SelectItem, **more: object) -> SelectEmbed:
    return SelectEmbed(relation=relation, items=items, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", ()),
        (" ", ()),
        ("*", (SelectAll(),)),
        ("id,title", (field("id"), field("title"))),
        (" id , title ", (field("id"), field("title"))),
        ("first name", (field("first name"),)),
        ("field-with_sep", (field("field-with_sep"),)),
        ("a - b", (field("a-b"),)),
        ("$a$,_b,1c,größe,名前", (field("$a$"), field("_b"), field("1c"), field("größe"), field("名前"))),
        ('":arr->ow::cast","(inside,parens)","a.b"', (field(":arr->ow::cast"), field("(inside,parens)"), field("a.b"))),
        (r'"say \"x\" \\"', (field('say "x" \\'),)),
        ('"*","  spaces  "', (field("*"), field("  spaces  "))),
        ("fullName:full_name", (SelectField(field=FieldRef("full_name"), alias="fullName"),)),
        ('"full name":n', (SelectField(field=FieldRef("n"), alias="full name"),)),
        ("salary::text", (SelectField(field=FieldRef("salary"), cast="text"),)),
        ("x:salary::double precision", (SelectField(field=FieldRef("salary"), alias="x", cast="double precision"),)),
        ("data->a->>b", (field("data", to("a"), as_text("b")),)),
        ("data->0->>-1", (field("data", to(0), as_text(-1)),)),
        ('data->"a.b"->>"0"', (field("data", to("a.b"), as_text("0")),)),
        ("data->!@#$%^&*_a", (field("data", to("!@#$%^&*_a")),)),
        ("data->two words", (field("data", to("two words")),)),
        ("x:data->a::int", (SelectField(field=FieldRef("data", (to("a"),)), alias="x", cast="int"),)),
    ],
)
def test_fields(text: str, items: tuple[SelectItem, ...]) -> None:
    assert read_select(text, LIMITS) == items


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("lines(*)", (embed("lines", SelectAll()),)),
        ("lines()", (embed("lines"),)),
        ("lines( )", (embed("lines"),)),
        ("id,lines(id,product(name))", (field("id"), embed("lines", field("id"), embed("product", field("name"))))),
        ("x:lines(id)", (embed("lines", field("id"), alias="x"),)),
        ("customer!fk(id)", (embed("customer", field("id"), hint="fk"),)),
        ("lines!inner(id)", (embed("lines", field("id"), join="inner"),)),
        ("lines!left(id)", (embed("lines", field("id"), join="left"),)),
        ("lines!fk!inner(id)", (embed("lines", field("id"), hint="fk", join="inner"),)),
        ("x:lines!inner!fk(id)", (embed("lines", field("id"), alias="x", hint="fk", join="inner"),)),
        ("lines!leftover(id)", (embed("lines", field("id"), hint="leftover"),)),
        ('lines!"inner"(id)', (embed("lines", field("id"), hint="inner"),)),
        ("...author(name)", (embed("author", field("name"), spread=True),)),
        ("...author!fk!inner(name)", (embed("author", field("name"), hint="fk", join="inner", spread=True),)),
        ("lines(data->0)", (embed("lines", field("data", to(0))),)),
        ('"my lines"("my id")', (embed("my lines", field("my id")),)),
    ],
)
def test_embeds(text: str, items: tuple[SelectItem, ...]) -> None:
    assert read_select(text, LIMITS) == items


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("count()", SelectField(field=None, aggregate="count")),
        ("n:count()::text", SelectField(field=None, alias="n", aggregate="count", aggregate_cast="text")),
        ("count", SelectField(field=FieldRef("count"))),
        ("counter", SelectField(field=FieldRef("counter"))),
        ("amount.sum()", SelectField(field=FieldRef("amount"), aggregate="sum")),
        ("amount.count()", SelectField(field=FieldRef("amount"), aggregate="count")),
        (
            "a:amount::numeric.avg()::int",
            SelectField(field=FieldRef("amount"), alias="a", cast="numeric", aggregate="avg", aggregate_cast="int"),
        ),
        ("data->>n::int.max()", SelectField(field=FieldRef("data", (as_text("n"),)), cast="int", aggregate="max")),
    ],
)
def test_aggregates(text: str, item: SelectField) -> None:
    assert read_select(text, LIMITS) == (item,)


NAME = "field name (* or [a..z0..9_$])"
AFTER = 'letter, digit, "-", "->>", "->", "::", ".", ")", "," or end of input'


@pytest.mark.parametrize(
    ("text", "column", "details"),
    [
        ("id,", 4, f"unexpected end of input expecting {NAME}"),
        (",id", 1, f'unexpected "," expecting {NAME}'),
        ("a,,b", 3, f'unexpected "," expecting {NAME}'),
        ("id,clients(name[])", 16, f'unexpected "[" expecting {AFTER}'),
        ("lines(id", 9, 'unexpected end of input expecting ")" or ","'),
        ("lines(id))", 10, 'unexpected ")" expecting "," or end of input'),
        ("lines(id,)", 10, f'unexpected ")" expecting {NAME}'),
        ("rel->jsonpath(*)", 14, f'unexpected "(" expecting {AFTER}'),
        ("name!hint", 10, 'unexpected end of input expecting "("'),
        ("name!a!b(id)", 7, 'unexpected "!" expecting "("'),
        ("*!hint", 1, f'unexpected "*" expecting {NAME}'),
        ("name::", 7, "unexpected end of input expecting letter or digit"),
        ("alias:...rel(*)", 7, f'unexpected "." expecting {NAME}'),
        ("amount.median()", 7, f'unexpected "." expecting {AFTER}'),
        ("data->>--34", 8, 'unexpected "-" expecting "-", digit or any non reserved character different from: .,>()'),
        (
            "data->(!@#$%^&*_d->>!@#$%^&*_e::integer",
            7,
            'unexpected "(" expecting "-", digit or any non reserved character different from: .,>()',
        ),
        ('"open', 1, f'unexpected """ expecting {NAME}'),
        ('""', 1, f'unexpected """ expecting {NAME}'),
        ("data->99999999999", 7, 'unexpected "9" expecting an index of at most 2147483647'),
        ("id;drop table x", 3, f'unexpected ";" expecting {AFTER}'),
        ("id--", 3, f'unexpected "-" expecting {AFTER}'),
    ],
)
def test_mistakes_are_shown_with_their_place(text: str, column: int, details: str) -> None:
    with pytest.raises(RequestError) as caught:
        read_select(text, LIMITS)
    error = caught.value
    assert error.kind == BAD_QUERY
    assert error.message == f'"failed to parse select parameter ({text})" (line 1, column {column})'
    assert error.details == details
    assert error.members == {"position": column}


@pytest.mark.parametrize(
    ("text", "limits", "message", "limit"),
    [
        ("a(b(c(d)))", Limits(embed_depth=2), "Embeds are nested too deep", "embed_depth"),
        ("a,b,c", Limits(select_items=2), "Too much is selected", "select_items"),
        ("a(b),c", Limits(select_items=2), "Too much is selected", "select_items"),
        ("abc", Limits(name_length=2), "A name is too long", "name_length"),
        ("a->b->c->d", Limits(path_steps=2), "A JSON path has too many steps", "path_steps"),
        ("a(" * 5000, LIMITS, "Embeds are nested too deep", "embed_depth"),
    ],
)
def test_what_is_too_large_is_refused(text: str, limits: Limits, message: str, limit: str) -> None:
    with pytest.raises(RequestError) as caught:
        read_select(text, limits)
    assert (caught.value.kind, caught.value.message) == (TOO_COMPLEX, message)
    assert caught.value.members == {"limit": limit}
