"""The collections of a client: what each is called, what may be done with its rows, its actions."""

from __future__ import annotations

from collections.abc import Iterable

from backsmith.clients.typescript.entities import Entity
from backsmith.clients.typescript.functions import method_of
from backsmith.clients.typescript.spelling import Types, text
from backsmith.contract.names import distinct, type_name

_PARTS = ("rpc", "routes", "auth", "batch", "transport")
"""What a client has beside collections; a collection of such a name has a _ behind it."""
_METHODS = """
    list pages each first count watch get create createMany upsert update updateMany replace delete deleteMany submit
    download upload removeFile act path constructor
"""
_TAKEN = frozenset(_METHODS.split())
"""What rows can do whatever they are of; an action of such a name has a _ behind it."""
_KINDS = {
    "list": "Reads",
    "get": "ReadsOne",
    "update": "Updates",
    "update_many": "UpdatesMany",
    "replace": "Replaces",
    "delete": "Deletes",
    "delete_many": "DeletesMany",
}
_FILES = {"file_get": "Downloads", "file_put": "Uploads", "file_delete": "Removes"}


class Rows:
    """A collection of the client: its name there, its interface, its actions."""

    def __init__(self, entity: Entity, interface: str, types: Types) -> None:
        name = entity.collection.name
        self.entity = entity
        self.name = f"{name}_" if name in _PARTS else name
        self.interface = interface
        self.actions = [
            method_of(_free(each.function or each.id), each, types)
            for each in entity.operations
            if each.kind == "action"
        ]

    @property
    def bases(self) -> list[str]:
        """What its interface is made of."""
        model = f"model.{self.entity.model_type}"
        kinds = self.entity.kinds
        found = [f"$.{base}<{model}>" for kind, base in _KINDS.items() if kind in kinds]
        if "create" in kinds:
            found += [f"$.Creates<{model}>"] if "list" in kinds else []
            found.append(f"$.Submits<{model}>")
        for kind, base in _FILES.items():
            fields = " | ".join(map(text, self.entity.files(kind)))
            found += [f"$.{base}<{model}, {fields}>"] if fields else []
        return found


def _free(name: str) -> str:
    return f"{name}_" if name in _TAKEN else name


def rows_of(entities: Iterable[Entity], types: Types) -> list[Rows]:
    """All collections, each with an interface of its own in `client.ts`."""
    taken = {"Client"}
    found: list[Rows] = []
    for entity in entities:
        interface = distinct(f"{type_name(entity.collection.name)}Rows", taken)
        taken.add(interface)
        found.append(Rows(entity, interface, types))
    return found
