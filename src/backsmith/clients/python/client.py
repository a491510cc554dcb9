"""`async_client.py`: the client of an application, of which `client.py` is made. In: a contract. Out: its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from backsmith.clients.calls import ENDING, called, fetched, is_argument, is_signed_out
from backsmith.clients.python.spelling import Types, docstring, identifier, kind, text
from backsmith.clients.python.types import Entity
from backsmith.contract.contract import Bytestream, Contract, Operation
from backsmith.contract.names import distinct, type_name

_PARTS = frozenset({"rpc", "routes", "auth", "batch", "transport", "aclose", "close"})
"""What a client has beside collections; a collection of such a name has a _ behind it."""
_METHODS = """
    list each first count watch get get_versioned create create_many upsert submit update replace update_many delete
    delete_many download upload remove_file
"""
_TAKEN = frozenset(_METHODS.split())
"""What rows can do whatever they are of; an action of such a name has a _ behind it."""
_OWN = frozenset({"self", "body", "idempotency_key"})
_BASES: Sequence[tuple[str, str, str]] = (
    ("list", "Reads", "row filter order"),
    ("get", "ReadsOne", "row key"),
    ("update", "Updates", "row key update"),
    ("update_many", "UpdatesMany", "row filter update"),
    ("replace", "Replaces", "row key create"),
    ("delete", "Deletes", "key"),
    ("delete_many", "DeletesMany", "filter"),
)
_FILES = {"file_get": "Downloads", "file_put": "Uploads", "file_delete": "Removes"}


class Rows(NamedTuple):
    """A collection of the client: its attribute, its class."""

    entity: Entity
    attribute: str
    name: str


def client_text(contract: Contract, entities: Mapping[str, Entity], types: Types) -> str:
    """The lines below the header."""
    taken, attributes = {"AsyncClient", "Client"}, set(_PARTS)
    collections: list[Rows] = []
    for entity in entities.values():
        attribute = identifier(entity.collection.name, attributes)
        name = distinct(f"{type_name(re.sub(r'[^A-Za-z0-9_]', '_', attribute))}Rows", taken)
        taken.add(name)
        attributes.add(attribute)
        collections.append(Rows(entity, attribute, name))
    groups = {
        "rpc": ("Rpc", "Queries, and actions that aren't about one row.", called(contract.operations)),
        "routes": ("Routes", "The application's own addresses.", _of_kind(contract, "route")),
        "auth": ("Auth", "Signing up, in and out, and what belongs to an account.", fetched(contract.operations)),
    }
    groups = {name: group for name, group in groups.items() if group[2]}
    lines = [line for each in collections for line in _rows(each, types)]
    for name, doc, operations in groups.values():
        lines += _group(name, doc, operations, types)
    return "\n".join([*lines, *_client(contract, collections, {name: each[0] for name, each in groups.items()})]) + "\n"


def _of_kind(contract: Contract, kind: str) -> list[Operation]:
    return [each for each in contract.operations if each.kind == kind]


def _rows(rows: Rows, types: Types) -> Iterator[str]:
    entity = rows.entity
    names = {
        "row": f"model.{types.name(entity.row.name)}",
        "filter": f"model.{entity.filter_type}",
        "order": f"model.{entity.order_type}",
        "key": entity.key(types),
    }
    for purpose, shape in (("create", entity.create), ("update", entity.update)):
        if shape is not None:
            names[purpose] = f"model.{types.name(shape.name)}"
    bases = [(base, wanted.split()) for kind_, base, wanted in _BASES if kind_ in entity.kinds]
    if "create" in entity.kinds:
        bases += [("Creates", ["row", "create"])] if "list" in entity.kinds else []
        bases.append(("Submits", ["create"]))
    spelled = [
        f"runtime.{base}[{', '.join(names[each] for each in wanted)}]"
        for base, wanted in bases
        if all(each in names for each in wanted)
    ]
    for kind_, base in _FILES.items():
        if fields := entity.files(kind_):
            spelled.append(f"runtime.{base}[{names['key']}, typing.Literal[{', '.join(map(text, fields))}]]")
    yield f"class {rows.name}("
    yield from (f"    {each}," for each in spelled or ["runtime.RowsOf"])
    yield "):"
    yield from docstring(entity.collection.doc or f"Rows of {entity.collection.name}.", indent="    ")
    taken = set(_TAKEN)
    for operation in entity.operations:
        if operation.kind == "action":
            yield ""
            yield from _method(operation, identifier(operation.function or operation.id, taken), types)
    yield from ("", "")


def _group(name: str, doc: str, operations: Sequence[Operation], types: Types) -> Iterator[str]:
    yield f"class {name}:"
    yield f'    """{doc}"""'
    yield ""
    yield "    def __init__(self, transport: runtime.AsyncTransport) -> None:"
    yield "        self._transport = transport"
    taken: set[str] = set()
    for operation in operations:
        wanted = operation.id if operation.kind == "auth" else operation.function or operation.id
        method = identifier(wanted, taken)
        taken.add(method)
        yield ""
        yield from _method(operation, method, types)
    yield from ("", "")


def _method(operation: Operation, name: str, types: Types) -> Iterator[str]:
    taken = set(_OWN)
    named: dict[str, str] = {}
    for each in operation.inputs:
        if each.place == "path" or is_argument(each, operation):
            named[each.name] = identifier(each.name, taken)
            taken.add(named[each.name])
    keys = [each for each in operation.inputs if each.place == "path"]
    beside = [each for each in operation.inputs if each.name in named and each.place != "path"]
    content = next(iter(operation.body), None)
    is_bytes = content is not None and (isinstance(content.type, Bytestream) or "json" not in content.media_type)
    parameters = ["self", *(f"{named[each.name]}: {types.spelled(each.type, given=True)}" for each in keys)]
    if content is not None:
        given = "bytes" if is_bytes else types.spelled(
            content.type, given=True, nullable=content.nullable, within="model."
        )  # fmt: skip
        parameters.append(f"body: {given}" if operation.body_required else f"body: {given} | None = None")
    if keys or content is not None:
        parameters.append("/")
    asked = [f"method={text(operation.method)}", f"path={_path(operation, named)}"]
    if beside or operation.idempotent:
        parameters.append("*")
    for each in sorted(beside, key=lambda each: not each.required):
        spelled = types.spelled(each.type, given=True, within="model.")
        parameters.append(f"{named[each.name]}: {spelled}" + ("" if each.required else " | None = None"))
    for place, spelled in (("query", "runtime.parameters(runtime.given({}))"), ("header", "runtime.headers({})")):
        found = [f"{text(each.name)}: {named[each.name]}" for each in beside if each.place == place]
        if found:
            asked.append(f"{'query' if place == 'query' else 'headers'}={spelled.format('{' + ', '.join(found) + '}')}")
    if content is not None:
        asked.append("content=body" if is_bytes else "body=body")
    if operation.idempotent:
        parameters.append("idempotency_key: str | None = None")
        asked += ["idempotent=True", "idempotency_key=idempotency_key"]
    contents = [each for answer in operation.answers for each in answer.contents]
    is_raw = any(isinstance(each.type, Bytestream) or "json" not in each.media_type for each in contents)
    shown = dict.fromkeys(
        types.spelled(each.type, given=False, nullable=each.nullable, within="model.") for each in contents
    )
    result = "httpx.Response" if is_raw else " | ".join(shown) or "None"
    yield f"    async def {name}({', '.join(parameters)}) -> {result}:"
    yield from docstring(operation.doc or f"{operation.summary}.", operation.deprecated, "        ")
    if operation.kind == "auth":
        asked += ["ends=True"] if (operation.method, operation.path) in ENDING else []
        asked += ["signed_out=True"] if is_signed_out(operation) else []
    if is_raw:
        yield f"        return await self._transport.send({', '.join(asked)})"
        return
    kinds = [found for each in contents if (found := kind(each.type)) is not None]
    if len(set(kinds)) == 1:
        asked.append(f"kind={kinds[0]}")
    call = f"await self._transport.{'auth' if operation.kind == 'auth' else 'json'}({', '.join(asked)})"
    yield f"        {'return ' if shown else ''}{call}"


def _path(operation: Operation, named: Mapping[str, str]) -> str:
    parts = re.split(r"{([^{}]+)}", operation.path)
    spelled = [
        text(part) if number % 2 == 0 else f"runtime.key_path({named[part]})"
        for number, part in enumerate(parts)
        if part
    ]
    return " + ".join(spelled)


def _client(contract: Contract, collections: Sequence[Rows], groups: Mapping[str, str]) -> Iterator[str]:
    batch = next((each.path for each in contract.operations if each.kind == "batch"), None)
    yield "class AsyncClient:"
    yield from docstring(f"A client of {contract.name}.\n\n{contract.doc or ''}".strip(), indent="    ")
    yield ""
    yield "    def __init__("
    yield "        self,"
    yield "        address: str,"
    yield "        *,"
    yield "        api_key: str | None = None,"
    yield "        headers: typing.Mapping[str, str] | None = None,"
    yield "        storage: runtime.TokenStorage | None = None,"
    yield "        retries: int = 2,"
    yield "        timeout: float = 30.0,"
    yield "        client: httpx.AsyncClient | None = None,"
    yield "    ) -> None:"
    yield '        """A client of the server at an address.'
    yield ""
    yield "        Arguments:"
    yield "            address: `https://shop.example.org`"
    yield "            api_key: Of a program, in place of somebody's session."
    yield "            headers: Of every request."
    yield "            storage: Where the tokens of a session are kept; in memory unless given."
    yield "            retries: How often what failed on the way is sent again."
    yield "            timeout: Seconds."
    yield "            client: An httpx client of your own, which is closed with this one."
    yield '        """'
    yield "        self.transport = runtime.AsyncTransport("
    yield "            address,"
    yield "            kinds=model.KINDS,"
    for name in ("api_key", "headers", "storage", "retries", "timeout", "client"):
        yield f"            {name}={name},"
    yield "        )"
    for each in collections:
        path = text(f"{contract.prefix}/{each.entity.collection.name}")
        shape = text(each.entity.row.name)
        yield f"        self.{each.attribute} = {each.name}(self.transport, {path}, {shape})"
        yield from docstring(each.entity.collection.doc, each.entity.collection.deprecated, "        ")
    for attribute, name in groups.items():
        yield f"        self.{attribute} = {name}(self.transport)"
    yield ""
    yield "    async def __aenter__(self) -> AsyncClient:"
    yield "        return self"
    yield ""
    yield "    async def __aexit__(self, *_: object) -> None:"
    yield "        await self.aclose()"
    yield ""
    yield "    async def aclose(self) -> None:"
    yield '        """Close its connections."""'
    yield "        await self.transport.aclose()"
    if batch is not None:
        yield ""
        yield "    async def batch("
        yield "        self, operations: typing.Sequence[runtime.BatchOperation], /"
        yield "    ) -> list[runtime.BatchResult]:"
        yield '        """Do several operations in one transaction: all of them or none."""'
        yield f"        return await runtime.run_async_batch(self.transport, {text(batch)}, operations)"
