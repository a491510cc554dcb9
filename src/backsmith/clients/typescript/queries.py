"""`query.ts`: options for TanStack Query, for all that a client can do. In: the methods of a client. Out: its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backsmith.clients.typescript.client import Methods
from backsmith.clients.typescript.functions import Method
from backsmith.clients.typescript.rows import Rows
from backsmith.clients.typescript.spelling import comment, importing, member_name, object_type, text

_KINDS = {"list": "reading", "get": "readingOne", "update": "altering", "delete": "deleting"}


def query_text(collections: Sequence[Rows], methods: Methods) -> str:
    """The lines below the header."""
    lines = [
        "/**",
        " * Options for TanStack Query, of a client:",
        ' * `useQuery(queries(api).orders.list({ where: { status: "placed" } }))`.',
        " */",
        "export function queries(api: Client) {",
        "  return {",
        *(line for each in collections for line in _collection(each)),
        *_calls("rpc", methods.rpc),
        *_calls("routes", [each for each in methods.routes if each.result != "Response"]),
        *_calls("auth", methods.auth),
        "  };",
        "}",
        "",
    ]
    imports = {
        "Client": 'type { Client } from "./client.js"',
        "$": '* as $ from "./runtime/tanstack.js"',
        "model": 'type * as model from "./types.js"',
    }
    return importing("\n".join(lines), imports)


def _collection(rows: Rows) -> Iterator[str]:
    name = member_name(rows.name)
    of = f"api{_member_of(rows.name)}"
    yield from comment(rows.entity.collection.doc, rows.entity.collection.deprecated, "    ")
    yield f"    {name}: {{"
    kinds = rows.entity.kinds
    helpers = [helper for kind, helper in _KINDS.items() if kind in kinds]
    helpers += ["making"] if {"create", "list"} <= kinds else []
    yield from (f"      ...$.{helper}({text(rows.name)}, {of})," for helper in helpers)
    for action in rows.actions:
        yield from _action(action, rows.name, f"{of}{_member_of(action.name)}")
    yield "    },"


def _action(method: Method, name: str, call: str) -> Iterator[str]:
    """A mutation whose one variable has a member for each parameter."""
    doc = method.operation.doc or f"{method.operation.summary}."
    yield from comment(doc, method.operation.deprecated, "      ")
    names = ", ".join(each.partition(":")[0].rstrip("?") for each in method.parameters)
    variables = object_type(each for each in method.parameters)
    given = f"({{ {names} }}: {variables})" if names else "()"
    yield f"      {member_name(method.name)}: () =>"
    yield f"        $.changing({text(name)}, {text(method.name)}, {given} => {call}({names})),"


def _calls(part: str, methods: Sequence[Method]) -> Iterator[str]:
    if not methods:
        return
    yield f"    {part}: {{"
    for method in methods:
        call = f"api.{part}{_member_of(method.name)}"
        if method.operation.method != "GET" and method.operation.kind != "query":
            yield from _action(method, part, call)
            continue
        doc = method.operation.doc or f"{method.operation.summary}."
        yield from comment(doc, method.operation.deprecated, "      ")
        names = [each.partition(":")[0].rstrip("?") for each in method.parameters]
        parameters = ", ".join(each for each in method.parameters)
        passed = ", ".join((*names, "options"))
        asked = names[0] if len(names) == 1 else f"[{', '.join(names)}]" if names else "undefined"
        yield f"      {member_name(method.name)}: ({parameters}) =>"
        yield f"        $.fetching({text(part)}, {text(method.name)}, {asked}, (options) => {call}({passed})),"
    yield "    },"


def _member_of(name: str) -> str:
    return f".{name}" if member_name(name) == name else f"[{text(name)}]"
