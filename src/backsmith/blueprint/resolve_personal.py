"""Personal fields: the marker `Personal` -> `Field.personal`, with the way to the account that it is about.

In: drafts whose fields and relations are resolved. Out: the same fields, each mistake reported at its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Entity, Field, Personal
from backsmith.blueprint.drafts import Compilation, Draft, Part
from backsmith.blueprint.naming import did_you_mean
from backsmith.blueprint.resolve_constants import MisfitError, constant
from backsmith.blueprint.types import Text, is_file, plain_of
from backsmith.model.entity import is_entity
from backsmith.model.markers import Personal as Marker

LONGEST_WAY = 3
"""Relations that a way to the account is looked for over; longer ones are written down."""
CODE = "personal"
WORD = "erased"


def add_personal(compilation: Compilation, entities: Mapping[str, Entity]) -> dict[str, Entity]:
    """The entities with what is personal of them."""
    found: dict[str, Entity] = {}
    for draft in compilation.drafts:
        entity = entities[draft.name]
        marked = {
            part.name: personal
            for part in draft.parts.values()
            if part.marker(Marker) is not None
            and part.name not in draft.broken
            and (personal := _Resolver(compilation, entities, draft, part).personal()) is not None
        }
        fields = tuple(replace(field, personal=marked.get(field.name)) for field in entity.fields)
        found[entity.name] = replace(entity, fields=fields) if marked else entity
    return found


class _Resolver:
    """One field."""

    def __init__(self, compilation: Compilation, entities: Mapping[str, Entity], draft: Draft, part: Part) -> None:
        self._compilation = compilation
        self._entities = entities
        self._account = compilation.account.name if compilation.account else None
        self._draft = draft
        self._part = part
        self._marker: Marker = part.marker(Marker)

    def _report(self, message: str, hint: str | None = None) -> None:
        text = f"{self._part.path} {message}"
        self._compilation.report(self._part.problem(CODE, text, hint, at="Personal"))

    def personal(self) -> Personal | None:
        """What is known of it; None after a mistake."""
        if is_entity(self._part.shape.base) or self._part.name not in self._draft.fields:
            self._report("is a relation, and Personal is for fields.", "Mark the fields of the other entity.")
            return None
        field = self._draft.fields[self._part.name]
        if field.name in self._draft.key:
            self._report("is the key, which can't be erased.", "Keep what is personal in another field.")
            return None
        erased = self._erased(field)
        if erased is None:
            return None
        if self._marker.of is not None:
            way = self._written(self._marker.of)
            return None if way is None else replace(erased, of=way)
        ways = list(self._ways(self._draft.name, ()))
        if len(ways) > 1:
            listed = ", ".join(".".join(way) for way in ways)
            self._report(
                f"could be of several accounts: {listed}.", f'Say whose it is: Personal("{".".join(ways[0])}").'
            )
            return None
        return replace(erased, of=ways[0] if ways else None)

    def _ways(self, entity: str, so_far: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """The ways from an entity to the account, no entity twice."""
        if entity == self._account:
            yield so_far
            return
        if len(so_far) < LONGEST_WAY:
            for relation in self._entities[entity].relations:
                if relation.kind == "to_one" and not relation.implicit and relation.entity != entity:
                    yield from self._ways(relation.entity, (*so_far, relation.name))

    def _written(self, of: str) -> tuple[str, ...] | None:
        """The way that the marker says."""
        entity = self._entities[self._draft.name]
        names = tuple(of.split("."))
        for name in names:
            known = {each.name: each for each in entity.relations if each.kind == "to_one" and not each.implicit}
            if name not in known:
                self._report(
                    f"is said to be of '{of}', but {entity.name} has no relation '{name}' to one row."
                    f"{did_you_mean(name, known)}"
                )
                return None
            entity = self._entities[known[name].entity]
        if entity.name != self._account:
            self._report(
                f"is said to be of '{of}', which is {entity.name} and no account.", "Write the way on to the account."
            )
            return None
        return names

    def _erased(self, field: Field) -> Personal | None:
        if self._marker.erased is not None:
            try:
                return Personal(None, "constant", constant(self._marker.erased, plain_of(field.type), field.bounds))
            except MisfitError as error:
                self._report(f"can't be erased so: {self._marker.erased!r} {error}.")
                return None
        if field.nullable:
            return Personal(None)
        type = plain_of(field.type)
        if isinstance(type, Text) and type.pattern is None and not is_file(type):
            return Personal(None, "word")
        if field.default is not None and field.default.kind == "constant" and not field.unique:
            return Personal(None, "constant", field.default.value)
        self._report(
            "may not be empty, and nothing says what takes its place when the person is erased.",
            "Let it be None, or write Personal(erased=…).",
        )
        return None
