"""An entity's addresses, and operations at them: what all of them have in common.

In: an entity, what is visible of it, a name that its collection has. Out: `Operation`s.
"""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.types import Text
from backsmith.contract.contract import Answer, Content, Input, Method, Operation, OperationKind
from backsmith.contract.grants import access_to
from backsmith.contract.inputs import IDEMPOTENCY
from backsmith.contract.names import operation_id
from backsmith.contract.refusals import refusals_of
from backsmith.contract.visible import Visible

NAMES: dict[OperationKind, str] = {
    "list": "list",
    "get": "get",
    "create": "create",
    "update": "update",
    "update_many": "update",
    "replace": "replace",
    "delete": "delete",
    "delete_many": "delete",
    "file_get": "download",
    "file_put": "upload",
    "file_delete": "remove",
}
"""What an operation's id begins with."""
VERBS: dict[OperationKind, tuple[str, ...]] = {
    "list": ("read",),
    "get": ("read",),
    "create": ("create",),
    "update": ("update",),
    "update_many": ("update",),
    "replace": ("update", "create"),
    "delete": ("delete",),
    "delete_many": ("delete",),
    "file_get": ("read",),
    "file_put": ("update",),
    "file_delete": ("update",),
}
"""The verbs of which a rule has to open one."""


class Addresses:
    """The addresses of a collection and of its rows."""

    def __init__(self, entity: Entity, visible: Visible, prefix: str, former: str | None = None) -> None:
        """`former` is a name that the collection had in an older version, where that is meant."""
        self.entity = entity
        self.visible = visible
        self.name = former or entity.collection
        self.deprecated = f"Use {entity.collection}." if former else entity.deprecated
        self.path = f"{prefix}/{self.name}"

    def operation(
        self,
        kind: OperationKind,
        method: Method,
        summary: str,
        *,
        inputs: tuple[Input, ...],
        answers: tuple[Answer, ...],
        body: tuple[Content, ...] = (),
        below: str | UnsetType = UNSET,
    ) -> Operation:
        """An operation; `below` is what follows the path of a row."""
        one = kind in ("get", "update", "replace", "delete", "create") or below is not UNSET
        path, keys = self.path, tuple[Input, ...]()
        if one and kind != "create":
            path, keys = self.item
        if below is not UNSET:
            path = f"{path}/{below}"
        verbs = VERBS[kind]
        name = operation_id(NAMES[kind], self.name, one=one) + ("" if below is UNSET else f"_{below}")
        return Operation(
            id=name,
            kind=kind,
            tag=self.name,
            method=method,
            path=path,
            summary=summary,
            inputs=(*keys, *inputs),
            body=body,
            answers=answers,
            refusals=refusals_of(kind),
            access=access_to(self.entity, verbs, self.visible),
            anonymous=any(self.visible.anonymously(self.entity, verb) for verb in verbs),
            collection=self.name,
            idempotent=IDEMPOTENCY in inputs,
            deprecated=self.deprecated,
        )

    @property
    def item(self) -> tuple[str, tuple[Input, ...]]:
        """The path of a row, and the segments of it that a request gives. Several parts of a key are one segment."""
        entity = self.entity
        fields = {field.name: field for field in entity.fields}
        if len(entity.key) == 1:
            field = fields[entity.key[0]]
            key = Input(name=field.name, place="path", type=field.type, required=True, doc=field.doc)
            return f"{self.path}/{{{field.name}}}", (key,)
        doc = f"{', '.join(entity.key)} with commas between."
        return f"{self.path}/{{key}}", (Input(name="key", place="path", type=Text(), required=True, doc=doc),)
