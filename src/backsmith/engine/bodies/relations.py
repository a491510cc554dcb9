"""Members that are relations: links to rows that are there, and rows that are made with the one around them.

| relation     | member                                           | meaning                                       |
|--------------|--------------------------------------------------|-----------------------------------------------|
| to one       | a key, an object with nothing but the key, null  | the foreign key                               |
| to one       | another object                                   | a row that is made first                      |
| to many      | an array of objects (one object where one fits)  | rows that are made after, pointing here       |
| many to many | an array of keys, or of objects that are keys    | links                                         |
| many to many | other objects in it                              | rows that are made and linked                 |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backsmith.blueprint.blueprint import Relation
from backsmith.engine.bodies.problems import Misfit, Misfits, cut, step
from backsmith.engine.grammar.limits import too_complex
from backsmith.engine.writing.work import Given
from backsmith.errors import RequestError

if TYPE_CHECKING:
    from backsmith.engine.bodies.rows import Reading, RowReader

NOT_NULL, BAD_PARAMETER, REPEATED = "23502", "22023", "22030"
"""PostgreSQL's codes: not_null_violation, invalid_parameter_value, duplicate_json_object_key_value."""


def read_relation(
    row: RowReader,
    reading: Reading,
    relation: Relation,
    members: Mapping[str, Any],
    pointer: str,
    values: dict[str, Any],
    related: dict[str, Sequence[Given]],
    *,
    parent: frozenset[str],
    depth: int,
) -> None:
    """Read the member named as the relation into `values` or `related`, or note what is wrong with it."""
    reader = _RelationReader(row, reading, relation, pointer + step(relation.name), depth)
    if relation.kind == "to_one":
        given = next((name for name in relation.fields if name in members), None)
        if not parent.isdisjoint(relation.fields):
            reader.wrong(f"{relation.name} is the row around this one", "Leave it out.")
        elif given is not None:
            reader.wrong(f"{relation.name} is given twice: as {given} too", "Leave one of them out.")
        else:
            reader.to_one(members[relation.name], values, related)
    elif relation.kind == "to_many":
        reader.to_many(members[relation.name], related)
    else:
        reader.many_to_many(members[relation.name], related)


class _RelationReader:
    def __init__(self, row: RowReader, reading: Reading, relation: Relation, pointer: str, depth: int) -> None:
        self.row = row
        self.reading = reading
        self.source = reading.source
        self.relation = relation
        self.pointer = pointer
        self.depth = depth
        self.target = row.others(relation.entity)

    def wrong(self, message: str, hint: str | None = None, *, code: str = BAD_PARAMETER, at: str = "") -> None:
        """Note a mistake."""
        self.reading.problems.add(self.pointer + at, code, message, hint)

    # To one -----------------------------------------------------------------------------------------------------

    def to_one(self, member: Any, values: dict[str, Any], related: dict[str, Sequence[Given]]) -> None:
        name, keys = self.relation.name, self.relation.target_fields
        match self.source.shape(member):
            case "null":
                self._null(values)
            case "object" | "row" as shape:
                members = self._members(member, self.pointer)
                if shape == "row":
                    members = self._key_of(members, "")
                if members is None:
                    return
                if set(members) == set(keys):
                    for field, key in zip(self.relation.fields, keys, strict=True):
                        self._foreign(field, members[key], values, step(key))
                elif self.reading.verb != "create":
                    hint = f"Send {_object(keys)}, and change that row at its own address."
                    self.wrong(f"{name} takes only the key of a row here", hint)
                elif (made := self._made(members, self.pointer, frozenset())) is not None:
                    related[name] = [made]
            case "scalar" if len(keys) == 1:
                self._foreign(self.relation.fields[0], member, values, "")
            case _:
                self.wrong(f"{name} takes the key of a row, or an object", f"Write {_object(keys)}.")

    def _key_of(self, attributes: Mapping[str, Any], at: str) -> Mapping[str, Any] | None:
        """The key of a row that application code gives as an object."""
        key = {name: attributes.get(name) for name in self.relation.target_fields}
        if None in key.values():
            self.wrong(f"{self.relation.name} is given a row that has no key yet", "Make that row first.", at=at)
            return None
        return key

    def _null(self, values: dict[str, Any]) -> None:
        emptied = [name for name in self.relation.fields if self.row.fields[name].nullable]
        if not emptied:
            self.wrong(f"{self.relation.name} can't be null", code=NOT_NULL)
        values.update(dict.fromkeys(emptied))

    def _foreign(self, field: str, member: Any, values: dict[str, Any], at: str) -> None:
        try:
            values[field] = self.row.readers(self.source)[field](member)
        except (Misfit, Misfits, RequestError) as error:
            self.reading.problems.add_error(self.pointer + at, error)

    # To many ----------------------------------------------------------------------------------------------------

    def to_many(self, member: Any, related: dict[str, Sequence[Given]]) -> None:
        relation, shape = self.relation, self.source.shape(member)
        if self.reading.verb != "create":
            of = self.target.entity.collection
            self.wrong(f"{relation.name} can only be given when the row is made", f"Write to /{of} instead.")
        elif relation.unique and shape == "null":
            return
        elif relation.unique and shape == "object":
            related[relation.name] = self._all_made([(self.pointer, member)])
        elif shape == "array":
            related[relation.name] = self._all_made(
                [(f"{self.pointer}/{number}", item) for number, item in enumerate(self.source.items(member))]
            )
        else:
            self.wrong(f"{relation.name} takes a list of objects", "Write [{…}, {…}].")

    def _all_made(self, items: list[tuple[str, Any]]) -> list[Given]:
        made: list[Given] = []
        for pointer, item in items:
            if self.source.shape(item) != "object":
                hint = f"To move a row that is there, change its {' and '.join(self.relation.target_fields)}."
                self.reading.problems.add(
                    pointer, BAD_PARAMETER, f"{self.relation.name} takes objects: rows to be made", hint
                )
                continue
            row = self._made(self._members(item, pointer), pointer, frozenset(self.relation.target_fields))
            if row is not None:
                made.append(row)
        return made

    # Many to many -----------------------------------------------------------------------------------------------

    def many_to_many(self, member: Any, related: dict[str, Sequence[Given]]) -> None:
        name = self.relation.name
        if self.reading.verb == "upsert":
            self.wrong(f"{name} can't be given in an upsert", "Send it in a PATCH of each row.")
        elif self.source.shape(member) != "array":
            self.wrong(f"{name} takes a list of keys or objects", "Write [1, 2].")
        else:
            items = [self._linked(f"/{number}", item) for number, item in enumerate(self.source.items(member))]
            related[name] = [item for item in items if item is not None]

    def _linked(self, at: str, item: Any) -> Given | None:
        keys, pointer = self.relation.target_fields, self.pointer + at
        match self.source.shape(item):
            case "object" | "row" as shape:
                members = self._members(item, pointer)
                if shape == "row":
                    members = self._key_of(members, at)
                if members is None:
                    return None
            case "scalar" if len(keys) == 1:
                self.reading.count()
                return self._key({keys[0]: item}, pointer, bare=True)
            case _:
                self.wrong(f"{self.relation.name} takes keys or objects", f"Write {_object(keys)}.", at=at)
                return None
        if set(members) == set(keys):
            self.reading.count()
            return self._key(members, pointer, bare=False)
        if self.reading.verb != "create":
            hint = f"Send {_object(keys)}, and make that row first."
            self.wrong(f"{self.relation.name} takes only keys of rows here", hint, at=at)
            return None
        return self._made(members, pointer, frozenset())

    def _key(self, members: Mapping[str, Any], pointer: str, *, bare: bool) -> Given:
        readers, values = self.target.readers(self.source), dict[str, Any]()
        for name, member in members.items():
            try:
                values[name] = readers[name](member)
            except (Misfit, Misfits, RequestError) as error:
                self.reading.problems.add_error(pointer if bare else pointer + step(name), error)
        return Given(values, {}, pointer)

    # Rows -------------------------------------------------------------------------------------------------------

    def _members(self, member: Any, pointer: str) -> Mapping[str, Any]:
        return object_members(self.reading, member, pointer)

    def _made(self, members: Mapping[str, Any], pointer: str, parent: frozenset[str]) -> Given | None:
        depth, limit = self.depth + 1, self.reading.limits.embed_depth
        if depth > limit:
            too_complex("Rows within rows are nested too deep", "embed_depth", limit)
        if self.target.entity.view:
            self.reading.problems.add(pointer, BAD_PARAMETER, f"{self.target.entity.collection} can only be read")
            return None
        return self.target.read(self.reading, members, pointer, parent=parent, depth=depth)


def object_members(reading: Reading, member: Any, pointer: str) -> Mapping[str, Any]:
    """The members of an object; names that it has more than once are noted."""
    members, repeated = reading.source.members(member)
    for name in repeated:
        reading.problems.add(pointer + step(name), REPEATED, f"{cut(name)} is there more than once")
    return members


def _object(keys: Sequence[str]) -> str:
    return "{" + ", ".join(f'"{key}": …' for key in keys) + "}"
