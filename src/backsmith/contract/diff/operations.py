"""Two documents -> the operations that are in both, those that are new and those that are gone.

Addresses are the same whatever their parameters are called: `/orders/{id}` is `/orders/{order}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backsmith.contract.diff.documents import Document, Node
from backsmith.contract.diff.sites import Caller

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_PARAMETER = re.compile(r"{([^{}]*)}")


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation."""

    name: str
    place: str
    node: Node


@dataclass(frozen=True)
class Operation:
    """An operation of a document, with what its path says for all of its operations."""

    caller: Caller
    node: Node
    parameters: Mapping[tuple[str, str], Parameter]
    """By place and name: of a path by the number of its place, of a header in small letters."""
    servers: Node


def path_key(path: str) -> str:
    """The address without the names of its parameters."""
    return _PARAMETER.sub("{}", path.rstrip("/") or "/")


def path_names(path: str) -> list[str]:
    """The names of an address's parameters."""
    return _PARAMETER.findall(path)


def operations_of(document: Document, section: str = "paths") -> dict[tuple[str, str], Operation]:
    """The operations of `paths`, or of `webhooks`, by address and method."""
    found: dict[tuple[str, str], Operation] = {}
    for path, item in document.root.member(section).members():
        resolved = document.resolve(item)
        key = path_key(path) if section == "paths" else path
        for method in METHODS:
            node = resolved.member(method)
            if node.object or node.value == {}:
                found[key, method] = _operation(document, path, method, resolved, node)
    return found


def operation_of(document: Document, path: str, method: str, item: Node) -> Operation:
    """An operation of a callback."""
    return _operation(document, path, method, item, item.member(method))


def _operation(document: Document, path: str, method: str, item: Node, node: Node) -> Operation:
    id = node.get("operationId")
    caller = Caller(id if isinstance(id, str) else None, method.upper(), path, node.pointer)
    servers = next(
        (each for each in (node.member("servers"), item.member("servers")) if each.value),
        document.root.member("servers"),
    )
    parameters = dict(_parameters(document, path, item.member("parameters")))
    parameters.update(_parameters(document, path, node.member("parameters")))
    return Operation(caller, node, parameters, servers)


_IGNORED = {"accept", "content-type", "authorization"}
"""Headers that a document says by other means; as parameters they are ignored, says OpenAPI."""


def _parameters(document: Document, path: str, listed: Node) -> Iterator[tuple[tuple[str, str], Parameter]]:
    names = path_names(path)
    for item in listed.items():
        node = document.resolve(item)
        if not node.object:
            continue
        name, place = str(node.get("name") or ""), str(node.get("in") or "")
        if place == "header" and name.lower() in _IGNORED:
            continue
        if place == "path":
            key = str(names.index(name)) if name in names else name
        else:
            key = name.lower() if place == "header" else name
        yield (place, key), Parameter(name, place, node)
