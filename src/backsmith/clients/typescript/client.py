"""`client.ts`: the client of an application. In: a contract. Out: its text; what it does stands in `runtime/`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from backsmith.clients.calls import ENDING, called, is_signed_out
from backsmith.clients.typescript.functions import Method, auth_methods, method_of, names_of, request_of
from backsmith.clients.typescript.rows import Rows
from backsmith.clients.typescript.spelling import Types, comment, member_name, text
from backsmith.contract.contract import Contract


class Methods(NamedTuple):
    """The methods of a client beside those of collections."""

    rpc: list[Method]
    routes: list[Method]
    auth: list[Method]


def methods_of(contract: Contract, types: Types) -> Methods:
    """Those of functions and of `/auth`."""
    operations = contract.operations
    return Methods(
        rpc=[method_of(each.function or each.id, each, types) for each in called(operations)],
        routes=[method_of(each.function or each.id, each, types) for each in operations if each.kind == "route"],
        auth=auth_methods(operations, types),
    )


def client_text(contract: Contract, collections: Sequence[Rows], methods: Methods) -> str:
    """The lines below the header."""
    batch = next((each.path for each in contract.operations if each.kind == "batch"), f"{contract.prefix}/batch")
    lines = [
        'import * as $ from "./runtime/index.js";',
        'import type * as model from "./types.js";',
        "",
        'export { BacksmithError, etagOf, inMemory, isBacksmithError } from "./runtime/index.js";',
        'export type { ClientOptions, Later, Mistake, Options, Page, Tokens, TokenStorage } from "./runtime/index.js";',
        'export type * from "./types.js";',
        "",
        *(line for each in collections for line in _interface(each)),
        *_client(contract, collections, methods),
        *_create_client(contract, collections, methods, batch),
    ]
    return "\n".join(lines)


def _interface(rows: Rows) -> Iterator[str]:
    yield from comment(rows.entity.collection.doc, rows.entity.collection.deprecated)
    yield f"export interface {rows.interface}"
    for number, base in enumerate(rows.bases, start=1):
        yield f"  {'extends ' if number == 1 else ''}{base}{',' if number < len(rows.bases) else ''}"
    yield "{" if rows.actions else "{}"
    for action in rows.actions:
        yield from action.signature("  ")
    yield from ("}", "") if rows.actions else ("",)


def _client(contract: Contract, collections: Iterable[Rows], called: Methods) -> Iterator[str]:
    yield from comment(contract.doc)
    yield "export interface Client {"
    for each in collections:
        collection = each.entity.collection
        yield from comment(collection.doc, collection.deprecated, "  ")
        yield f"  {member_name(each.name)}: {each.interface};"
    for name, doc, methods in (
        ("rpc", "Queries, and actions that aren't about one row.", called.rpc),
        ("routes", "The application's own addresses.", called.routes),
        ("auth", "Signing up, in and out, and what belongs to an account.", called.auth),
    ):
        if methods:
            yield from comment(doc, indent="  ")
            yield f"  {name}: {{"
            for method in methods:
                yield from method.signature("    ")
            yield "  };"
    yield "  /** Do several operations in one transaction: all of them or none. */"
    yield "  batch<R extends object>("
    yield "    fill: (batch: $.Batch<model.Models>) => R,"
    yield "    options?: $.Options,"
    yield "  ): Promise<$.Done<R>>;"
    yield "  /** What sends the requests: for any that there is no method for. */"
    yield "  transport: $.Transport;"
    yield from ("}", "")


def _create_client(contract: Contract, collections: Iterable[Rows], called: Methods, batch: str) -> Iterator[str]:
    yield f"/** A client of {text(contract.name)}. */"
    yield "export function createClient(options: $.ClientOptions = {}): Client {"
    yield "  const transport = new $.Transport(options);"
    yield "  return {"
    for each in collections:
        path = text(f"{contract.prefix}/{each.entity.collection.name}")
        begun = f"    {member_name(each.name)}: $.rows<{each.interface}>(transport, {path}"
        if each.actions:
            yield f"{begun}, {{"
            for action in each.actions:
                yield from _function(action, _sent(action), "      ")
            yield "    }),"
        else:
            yield f"{begun}),"
    for name, methods in (("rpc", called.rpc), ("routes", called.routes)):
        if methods:
            yield f"    {name}: {{"
            for method in methods:
                yield from _function(method, _sent(method), "      ")
            yield "    },"
    if called.auth:
        yield "    auth: {"
        for method in called.auth:
            yield from _function(method, _authorized(method), "      ")
        yield "    },"
    yield f"    batch: (fill, options) => $.runBatch(transport, {text(batch)}, fill, options),"
    yield "    transport,"
    yield from ("  };", "}", "")


def _function(method: Method, call: str, indent: str) -> Iterator[str]:
    yield f"{indent}{member_name(method.name)}: ({names_of(method)}) =>"
    yield f"{indent}  {call},"


def _sent(method: Method) -> str:
    if method.operation.kind == "query":
        args = "body" if method.body else "args" if method.arguments else "undefined"
        return f"transport.json($.asking({text(method.operation.path)}, {args}, options))"
    return f"transport.{'send' if method.result == 'Response' else 'json'}({request_of(method)})"


def _authorized(method: Method) -> str:
    operation = method.operation
    request = request_of(method)
    if is_signed_out(operation):
        request = f"{request[:-2]}, signedOut: true }}"
    ends = ", true" if (operation.method, operation.path) in ENDING else ""
    return f"$.authorize(transport, {request}{ends})"
