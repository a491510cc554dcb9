"""One level of a select: what may be read there, and the embeds by the names that paths use."""

from __future__ import annotations

from backsmith import errors
from backsmith.blueprint.blueprint import Field
from backsmith.blueprint.expressions import FALSE
from backsmith.blueprint.types import Json
from backsmith.engine.access import Access
from backsmith.engine.catalogue import Resource
from backsmith.engine.grammar.query import EmbedPath, FieldRef
from backsmith.engine.planning.plan import Embed, Step, Value
from backsmith.engine.spelling.value_speller import plain_type
from backsmith.errors import RequestError


class Level:
    """One level of the select: a resource, what may be read of it, and its embeds by the names that paths use."""

    def __init__(self, resource: Resource, access: Access, path: EmbedPath) -> None:
        self.resource = resource
        self.access = access
        self.path = path
        self.embeds: dict[str, Embed] = {}

    @property
    def collection(self) -> str:
        """The collection's name, for messages."""
        return self.resource.entity.collection

    def secret(self, field: Field, what: str) -> RequestError:
        """The refusal to do something with the value of an encrypted field, other than to show it."""
        return RequestError(
            errors.WRONG_TYPE,
            f"{self.collection}.{field.name} is secret, so it can't be {what}",
            hint="The database holds it encrypted. Select it, and look at it when it has arrived.",
        )

    def value(self, field: Field, ref: FieldRef) -> Value:
        """The value of a field, or of what lies inside it. Raises RequestError FORBIDDEN where no rule shows it."""
        guard = self.access.guards.get(field.name)
        if guard == FALSE:
            raise RequestError(
                errors.FORBIDDEN,
                f"permission denied for column {self.collection}.{field.name}",
                hint=f"No rule lets you read {field.name} of any of {self.collection}.",
            )
        if ref.path and field.secret:
            raise self.secret(field, "looked into")
        if ref.path and not isinstance(field.type, Json):
            raise RequestError(
                errors.WRONG_TYPE,
                f"{self.collection}.{field.name} isn't JSON, so '->' can't look into it",
            )
        steps = tuple(Step(step.key, step.as_text) for step in ref.path)
        value = Value(field, field.type, field.nullable or guard is not None or bool(steps), steps, guard=guard)
        return Value(field, plain_type(value), value.nullable, steps, guard=guard)
