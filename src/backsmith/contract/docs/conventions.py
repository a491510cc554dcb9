"""How requests are written, said with the names of this application. In: a site. Out: sections of text and examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from backsmith.contract.docs.names import Names, names_of
from backsmith.contract.docs.site import Site
from backsmith.contract.names import words


class Shown(NamedTuple):
    """Something that is written, and what it does."""

    code: str
    text: str


class Section(NamedTuple):
    """A part of a page."""

    title: str
    place: str
    text: tuple[str, ...]
    """Paragraphs; what stands in backticks is code."""
    shown: tuple[Shown, ...] = ()


def conventions(site: Site) -> tuple[Section, ...]:
    """The sections; those about rows only where there is a collection."""
    names = names_of(site)
    found = list(_of_rows(names)) if names is not None else []
    kinds = {each.kind for each in site.contract.operations}
    if names is not None and kinds & {"create", "update", "replace", "delete"}:
        found += _writing(names)
    if any(each.kind == "batch" for each in site.contract.operations) and names is not None:
        found.append(_batch(names, site))
    return (*found, _values(), *([] if site.contract.own_errors else [_refusals()]), *_limits(site))


def _of_rows(names: Names) -> Iterator[Section]:
    at = names.address
    yield Section(
        "What a row shows",
        "select",
        (
            "Without `select` a row shows every field that you may read. With it, these fields, in that order, and "
            "related rows to any depth.",
        ),
        tuple(_selects(names)),
    )
    yield Section(
        "Filters",
        "filters",
        (
            "A filter is a parameter with a field's name, and an operator and a value between which stands a point. "
            "All have to hold. `not.` in front of an operator negates.",
        ),
        tuple(_filters(names)),
    )
    yield Section(
        "Order and pages",
        "pages",
        (
            "A page that isn't the last comes with a header `Link` whose address is that of the next one. Following it "
            "gives each row once, also while others are written.",
        ),
        (
            Shown(f"{at}?order={names.fields[-1]}.desc,{names.key}", "Ordered by a field, then by another"),
            Shown(f"{at}?limit=20", "The first 20"),
            Shown(f"{at}?limit=20&offset=40", "20 after the first 40"),
            Shown("Prefer: count=exact", "How many there are in all, in `Content-Range: 0-19/431`"),
        ),
    )


def _selects(names: Names) -> Iterator[Shown]:
    at = names.address
    yield Shown(f"{at}?select={','.join(names.fields)}", "These fields")
    yield Shown(f"{at}?select=title:{names.fields[-1]}", "A field under another name")
    if names.to_one:
        yield Shown(f"{at}?select={names.key},{names.to_one}(*)", "With the related row within, or null")
    if names.to_many:
        yield Shown(f"{at}?select={names.key},{names.to_many}(*)", "With a list of related rows within")
        yield Shown(f"{at}?select={names.key},{names.to_many}!inner()", "Only rows that have some")
    yield Shown(f"{at}?select=count()", "How many there are; also `sum`, `avg`, `min` and `max`")


def _filters(names: Names) -> Iterator[Shown]:
    at, key = names.address, names.key
    yield Shown(f"{at}?{key}=in.(1,2,3)", "One of a list; `eq` and `neq` for a single value")
    if names.number:
        yield Shown(f"{at}?{names.number}=gte.1", "At least; also `gt`, `lt` and `lte`")
    if names.text:
        yield Shown(f"{at}?{names.text}=ilike.*tea*", "A pattern, whatever the case; `like` minds it")
        yield Shown(f"{at}?{names.text}=wfts.green tea", "Words in a text")
    field = names.fields[-1]
    yield Shown(f"{at}?{field}=is.null", "Without a value; also `is.true`, `is.not_null`")
    yield Shown(f"{at}?or=({key}.eq.1,{field}.is.null)", "Any of several; `and=(…)` within one another too")
    if names.to_many:
        yield Shown(f"{at}?select=*,{names.to_many}(*)&{names.to_many}.limit=3", "About related rows")


def _writing(names: Names) -> Iterator[Section]:
    at, one = names.address, f"{names.address}/1"
    yield Section(
        "Writing",
        "writing",
        (
            "Each request is one transaction: all of it is done or nothing. Replies show nothing unless "
            "`Prefer: return=representation` asks for the rows. A `PATCH` or `DELETE` of a collection means the rows "
            "that a `GET` with the same query finds, and is refused without any filter.",
        ),
        (
            Shown(f"POST {at}", f"A new {words(names.collection.entity)}, or each of a list"),
            Shown(f"PATCH {one}", "Change the fields that the body has"),
            Shown(f"PATCH {at}?{names.key}=in.(1,2)", "The same in all rows that the query finds"),
            Shown(f"DELETE {one}", "Delete one"),
            Shown("Prefer: tx=rollback", "Only try: reply as if, and keep nothing"),
        ),
    )
    yield Section(
        "Nothing twice, and nothing lost",
        "safety",
        (
            "With `Idempotency-Key: …` (take a random UUID) a request may be sent again after a lost connection: what "
            "was done isn't done twice, and the first reply comes again.",
            f"`GET {one}` has an `ETag`. Sent back as `If-Match` with a change, it refuses the change where somebody "
            "else wrote in between (412); sent as `If-None-Match` with a `GET` it spares you a reply that you have "
            "(304).",
        ),
    )


def _batch(names: Names, site: Site) -> Section:
    at = f"/{names.collection.name}"
    field = names.writable or names.fields[-1]
    return Section(
        "Several at once",
        "batch",
        (
            "A batch is one transaction. Each operation has `method`, `path` (without "
            f"`{site.contract.prefix or '/'}`) and perhaps a `body`; `id` names its reply for those after it.",
        ),
        (
            Shown(f"POST {site.contract.prefix}/batch", "The address"),
            Shown(
                f'{{"operations": [{{"id": "a", "method": "GET", "path": "{at}?limit=1"}}]}}',
                "A body with one operation",
            ),
            Shown(f'{{"{field}": {{"$result": "a.{names.key}"}}}}', "A value of an earlier reply, in a later body"),
        ),
    )


def _values() -> Section:
    return Section(
        "Values",
        "values",
        (
            "Integers and decimals are JSON numbers with all their digits: a client whose numbers are floats asks for "
            "`field::text`. Instants are UTC, `2026-01-23T13:45:00+00:00`; lengths of time `P1DT2H`; bytes `\\x00ff`.",
            "What is null is `null`, and what a body leaves out is its default when a row is made, and stays as it is "
            "when one is changed.",
        ),
    )


def _refusals() -> Section:
    return Section(
        "Refusals",
        "refusals",
        (
            "A refusal is a problem document (RFC 9457): `type` is the address of what it means, `message` says what "
            "is wrong and `hint` what to do. A body whose values can't be kept is 422 with all of its mistakes in "
            "`errors`, each with its place.",
            "401: sign in. 403: you may not. 404: there is no such row, or none that you may know of. 409: it doesn't "
            "go with what is there. 412: somebody else wrote in between.",
        ),
    )


def _limits(site: Site) -> Iterator[Section]:
    if site.contract.limited:
        yield Section(
            "Limits",
            "limits",
            (
                "Requests are counted. The headers `RateLimit-Policy` and `RateLimit` say how many there may be and "
                "how many are left; one too many is 429 with `Retry-After`.",
            ),
        )


def signing_in(site: Site) -> tuple[Section, ...]:
    """What the page about accounts begins with."""
    first = next((each for each in site.contract.operations if each.kind == "list"), None)
    path = first.path if first is not None else "/auth/me"
    there = {each.id for each in site.contract.operations}
    ways = [
        Shown("Cookie", "Browsers that signed in at the sign-in page; scripts don't see it"),
        Shown("Authorization: Bearer TOKEN", f"The `access_token` of a sign-in, as with `GET {path}`"),
        Shown("X-API-Key: KEY", "A program"),
    ]
    text = [
        "A request says who sends it in one of these ways, never two at once. Without any, it is nobody's, and only "
        "what anyone may do is done. A credential that isn't valid is refused (401), never taken for none."
    ]
    if "sign_in" in there:
        text.append("`POST /auth/sign-in` gives tokens, or with `?transport=cookie` a cookie.")
    return (Section("Who is asking", "who", tuple(text), tuple(ways)),)
