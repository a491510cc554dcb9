"""What is said in words (CommonMark): of the whole, of a collection, of an operation.

Docstrings are the application's own words and stand as they are; HTML in them is escaped, since what shows a document
may show it as HTML.
"""

from __future__ import annotations

import re

from backsmith.contract.contract import Collection, Contract, Operation
from backsmith.contract.names import words

_TAG = re.compile("<(?=[A-Za-z/!?])")
_VERBS = {"create": "make", "read": "read", "update": "change", "delete": "delete"}
_GRAMMAR = """
## Reading
`select` says what rows show: `select=id,name`, and related rows with their own fields to any depth,
`select=id,lines(quantity,product(name))`. Aliases (`title:name`), casts (`price::text`) and aggregates (`price.avg()`)
are taken too. The patterns in this document are of the plain forms: what matches them is accepted, and what doesn't may
be.

A **filter** is a parameter with a field's name, and `operator.value` as its value: `status=eq.placed`,
`price=gte.10`, `id=in.(1,2,3)`, `note=is.null`. `not.` in front negates. All filters have to hold; `or=(a.eq.1,b.gt.2)`
and `and=(…)` combine them otherwise, also within one another. `lines.quantity=gt.1` filters related rows.

| operator | means |
|---|---|
| `eq`, `neq`, `gt`, `gte`, `lt`, `lte` | equal, not equal, greater, … |
| `in` | one of a list: `in.(1,2,3)`, `in.("a,b",c)` |
| `is` | `null`, `not_null`, `true`, `false`, `unknown` |
| `isdistinct` | not equal, where null is a value like others |
| `like`, `ilike` | a pattern with `*` for any text; `ilike` ignores case |
| `match`, `imatch` | a regular expression |
| `fts`, `plfts`, `phfts`, `wfts` | full text |
| `cs`, `cd`, `ov` | lists: contains, is contained, overlaps: `cs.{a,b}` |

Rows are ordered by `order=price.desc,name`. A page that isn't the last has a header `Link` to the next one; following
it gives each row once, also while others are written. `limit` and `offset` are there too. `Prefer: count=exact` puts
the total into `Content-Range`.
"""
_WRITING = """
## Writing
Each request is one transaction. Replies show nothing unless `Prefer: return=representation` asks for the rows. A
`PATCH` or `DELETE` of a collection means the rows that a `GET` with the same query finds, and is refused without any
filter. `If-Match` with an `ETag` keeps what others wrote in between.

**Idempotency**: with `Idempotency-Key` a request that changes something may be sent again; what was done isn't done
twice, and the first reply comes again with `Idempotency-Replayed: true`. Take a random UUID. Keys are kept for a day.
"""
_ERRORS = """
## Refusals
A refusal is a problem document (RFC 9457) that has PostgREST's members too. `type` is the address of a page that says
what to do. A body whose values can't be kept is 422 with all mistakes in `errors`, each with its place (`pointer`). 401
means that signing in may help, 403 that it doesn't, 404 that there is no such row or that you may not know of it.
"""
_LIMITED = """
## Limits
Requests are counted for each account, API key or address. The headers `RateLimit-Policy` and `RateLimit` say how many
there may be and how many are left; one too many is 429 with `Retry-After`.
"""
_NUMBERS = """
## Values
Decimals are JSON numbers with all their digits, and 64-bit integers may be larger than 2⁵³: a client whose numbers are
floats asks for `price::text`. Instants are RFC 3339 in UTC, durations ISO 8601, bytes `\\x00ff`.
"""


def told_of_all(contract: Contract) -> str:
    """The description of the whole."""
    own = safe(contract.doc) + "\n" if contract.doc else ""
    if contract.audience != "everybody":
        own += f"\nThis is what `{contract.audience}` may reach.\n"
    parts = [own, _GRAMMAR, _WRITING, _NUMBERS] if contract.collections else [own]
    if not contract.own_errors:
        parts.append(_ERRORS)
    if contract.limited:
        parts.append(_LIMITED)
    return "\n".join(part.strip("\n") + "\n" for part in parts if part).strip("\n")


def told_of_collection(collection: Collection) -> str:
    """The description of a collection's tag: what it is, who may do what with it, what its rows have to be."""
    lines = [safe(collection.doc) if collection.doc else f"The {words(collection.name)}.", ""]
    if collection.deprecated is not None:
        lines += [f"**Deprecated:** {safe(collection.deprecated)}", ""]
    if collection.grants:
        lines.append("**Who may do what**")
        for grant in collection.grants:
            verbs = ", ".join(_VERBS.get(verb, verb) for verb in grant.verbs)
            of = "" if grant.fields is None else f" (only {', '.join(grant.fields)})"
            lines.append(f"- {verbs}{of}: {safe(grant.text)}")
        lines.append("")
    if collection.checks and (collection.create is not None or collection.update is not None):
        lines += ["**Every row**", *(f"- {safe(check)}" for check in collection.checks)]
    return "\n".join(lines).strip("\n")


def told_of(operation: Operation) -> str:
    """The description of an operation."""
    lines = [safe(operation.doc)] if operation.doc else [f"{operation.summary}."]
    if operation.access:
        lines.append(f"**Who may:** {safe(operation.access)}")
    if operation.deprecated is not None:
        lines.append(f"**Deprecated:** {safe(operation.deprecated)}")
    return "\n\n".join(lines)


def safe(text: str) -> str:
    """Words of a model, without what CommonMark takes for HTML."""
    return _TAG.sub("&lt;", text.strip())
