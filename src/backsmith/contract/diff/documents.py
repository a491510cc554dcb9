"""An OpenAPI document as plain JSON: its nodes, each with its address, and what references lead to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast
from urllib.parse import unquote

from backsmith.errors import UsageError

_DEEPEST = 64
"""References that lead to references, at most."""


class Node(NamedTuple):
    """A value in a document."""

    value: Any
    pointer: str

    @property
    def object(self) -> dict[str, Any]:
        """The value as an object; an empty one where it is something else."""
        return object_of(self.value)

    def get(self, name: str) -> Any:
        """The value of the member of that name; None where there is none."""
        return self.object.get(name)

    def member(self, name: str) -> Node:
        """The member of that name; None as value where there is none."""
        return Node(self.get(name), f"{self.pointer}/{escaped(name)}")

    def members(self) -> Iterator[tuple[str, Node]]:
        """The members of an object, without extensions."""
        for name in self.object:
            if not name.startswith("x-"):
                yield name, self.member(name)

    def items(self) -> Iterator[Node]:
        """The items of a list."""
        for number, item in enumerate(list_of(self.value)):
            yield Node(item, f"{self.pointer}/{number}")


class Document:
    """A document and its references."""

    def __init__(self, document: Mapping[str, Any], name: str) -> None:
        """`name` is what people call it. Raises UsageError where it isn't OpenAPI 3."""
        version = object_of(document).get("openapi")
        if not isinstance(version, str) or not version.startswith("3."):
            old = "swagger" in object_of(document)
            raise UsageError(
                f"{name} is no OpenAPI 3 document"
                + (": it is Swagger 2. Convert it first, with swagger2openapi for example." if old else ".")
            )
        self.name = name
        self.root = Node(document, "#")

    def resolve(self, node: Node) -> Node:
        """The node, or what its reference leads to. Raises UsageError for a reference to nowhere or to elsewhere."""
        for _ in range(_DEEPEST):
            reference = reference_of(node)
            if reference is None:
                return node
            node = self.at(reference)
        raise UsageError(f"{self.name}: the reference at {node.pointer} leads in a circle.")

    def at(self, reference: str) -> Node:
        """What a reference within the document leads to. Raises UsageError."""
        if not reference.startswith("#"):
            raise UsageError(
                f"{self.name}: {reference} leads to another document. Bundle them first, with "
                "redocly bundle for example."
            )
        value = self.root.value
        for part in reference[1:].split("/")[1:]:
            name = unquote(part).replace("~1", "/").replace("~0", "~")
            listed = list_of(value)
            if name.isdecimal() and int(name) < len(listed):
                value = listed[int(name)]
            elif name in object_of(value):
                value = object_of(value)[name]
            else:
                raise UsageError(f"{self.name}: the reference {reference} leads nowhere.")
        return Node(value, reference)


def reference_of(node: Node) -> str | None:
    """The reference that a node is, or that stands in it beside other keywords."""
    found = node.get("$ref")
    return found if isinstance(found, str) else None


def object_of(value: Any) -> dict[str, Any]:
    """A value as an object; an empty one where it is something else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """A value as a list; an empty one where it is something else."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def escaped(name: str) -> str:
    """A name as a part of a JSON pointer."""
    return str(name).replace("~", "~0").replace("/", "~1")
