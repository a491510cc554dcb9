"""What a database refuses for its constraints, in the API's words: in, a ViolationError; out, a RequestError.

None of the database's own text goes out. Whether a row is there that the asker may not see is told by a unique value
alone, since nothing else can be said of one that is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backsmith import errors
from backsmith.blueprint.blueprint import Check, Entity, Relation
from backsmith.databases.constraint_names import name_by_content, name_of
from backsmith.databases.dialect import Dialect
from backsmith.databases.row_checks import row_check
from backsmith.databases.transaction import ViolationError
from backsmith.engine.access import linking_fields
from backsmith.engine.bodies.checks import message_of
from backsmith.engine.bodies.problems import Problems, step
from backsmith.engine.catalogue import Catalogue
from backsmith.errors import RequestError

UNIQUE, REFERENCE, CHECK, NOT_NULL, GENERATED = "23505", "23503", "23514", "23502", "428C9"


class Violations:
    """Says violations of one application's tables."""

    def __init__(self, catalogue: Catalogue, dialect: Dialect) -> None:
        self._catalogue = catalogue
        self._dialect = dialect
        self._checks: dict[str, Mapping[str, Check]] = {}

    def of_row(
        self, error: ViolationError, entity: Entity, unsure: Sequence[Relation], pointer: str | None
    ) -> RequestError:
        """What to raise where a row can't be as it is given.

        Arguments:
            unsure: Relations that may lead nowhere.
            pointer: Where the row stands in the body; None where it isn't known which of several it is.
        """
        match error.broken:
            case "unique":
                return taken(entity, self.unique_fields(error, entity), pointer)
            case "foreign_key":
                return leads_nowhere(self._catalogue, entity, self.outgoing(error, entity, unsure), pointer)
            case "check":
                check = self._check(error, entity)
                if check is not None:
                    return check_failed((check,), pointer or "")
                field = self._checked(error, entity)
                message = f"{field} can't be that" if field else f"A check of {entity.collection} isn't met"
                return invalid(CHECK, message, pointer, field)
            case "not_null":
                field = next(iter(self._fields(error.columns, entity)), None)
                return invalid(NOT_NULL, f"{field or 'A field'} can't be null", pointer, field)
            case "generated":
                field = next(iter(self._fields(error.columns, entity)), None)
                return invalid(GENERATED, f"{field or 'A field'} is filled in by the database", pointer, field)

    def of_deleted(self, error: ViolationError, entity: Entity, pointing: Iterable[Relation]) -> RequestError:
        """What to raise where rows can't go (or change their keys) because others point at them; `pointing`: by which
        relations, as far as it is known."""
        if error.broken != "foreign_key":
            return self.of_row(error, entity, (), "")
        shown = self._catalogue.resources[entity.name].relations
        names = [
            ("links to " if relation.through else "") + self._catalogue.entities[relation.entity].collection
            for relation in pointing
            if relation.name in shown and not self._catalogue.entities[relation.entity].private
        ]
        what = " and ".join(dict.fromkeys(names)) or "other rows"
        return RequestError(
            errors.REFERENCE,
            f"{what} still point at this row of {entity.collection}",
            details=f"Key is still referenced from {what}.",
            hint="Delete those first, or let them point elsewhere.",
        )

    def unique_fields(self, error: ViolationError, entity: Entity) -> tuple[str, ...]:
        """The fields of which no two rows may have the same values; none where it isn't known."""
        if error.columns:
            return self._fields(error.columns, entity)
        for unique in entity.uniques:
            if error.constraint is not None and unique.name == error.constraint:
                return unique.fields
        return ()

    def _fields(self, columns: Iterable[str], entity: Entity) -> tuple[str, ...]:
        names = {field.column.lower(): field.name for field in entity.fields if field.computed is None}
        return tuple(names[column.lower()] for column in columns if column.lower() in names)

    def outgoing(self, error: ViolationError, entity: Entity, unsure: Sequence[Relation]) -> Sequence[Relation]:
        """The relations that lead nowhere, as far as the database says which."""
        if error.table is not None and error.table != entity.table:
            return ()
        columns = {field.name: field.column for field in entity.fields}
        named = [
            each
            for each in unsure
            if error.constraint == name_of(entity.table, (columns[name] for name in each.fields), "fkey")
        ]
        return named or unsure

    def incoming(self, error: ViolationError, entity: Entity) -> list[Relation]:
        """The relations by which other rows point at one, where the database says by which."""
        return [
            relation
            for relation in entity.relations
            if relation.kind != "to_one"
            and (relation.through or self._catalogue.entities[relation.entity]).table == error.table
        ]

    def _check(self, error: ViolationError, entity: Entity) -> Check | None:
        known = self._checks.get(entity.name)
        if known is None:
            found: dict[str, Check] = {}
            for check in entity.checks:
                sql = row_check(check, entity, self._catalogue.entities, self._dialect)
                if sql is not None:
                    found[name_by_content(entity.table, check.name, sql)] = check
            known = self._checks[entity.name] = found
        return known.get(error.constraint or "")

    @staticmethod
    def _checked(error: ViolationError, entity: Entity) -> str | None:
        """The field that a constraint is named after."""
        name = (error.constraint or "").rstrip("0123456789")
        for field in entity.fields:
            if name == name_of(entity.table, (field.column,), "check"):
                return field.name
        return None


def taken(entity: Entity, fields: Sequence[str], pointer: str | None) -> RequestError:
    """Another row has the same values of the fields."""
    what = " and ".join(fields)
    message = "Another row has the same"
    if fields:
        message = f"{what} of {entity.collection} {'is' if len(fields) == 1 else 'are'} taken"
    found = _found(UNIQUE, message, pointer, fields)
    return RequestError(errors.DUPLICATE, message, details=_place(found), errors=[found])


def leads_nowhere(
    catalogue: Catalogue, entity: Entity, relations: Sequence[Relation], pointer: str | None
) -> RequestError:
    """A row points at one that isn't there, by one of the relations."""
    fields = tuple(name for relation in relations for name in linking_fields(relation)[0])
    targets = dict.fromkeys(catalogue.entities[relation.entity] for relation in relations)
    shown = [target.collection for target in targets if not target.private]
    where = f" of {' or '.join(shown)}" if shown and len(shown) == len(targets) else ""
    message = f"{' or '.join(fields) or 'A field'} leads to no row{where}"
    found = _found(REFERENCE, message, pointer, fields)
    if any(relation.kind == "many_to_many" for relation in relations):
        found["pointer"] = pointer  # which is where the relation stands already
    return RequestError(errors.REFERENCE, message, details=_place(found), errors=[found])


def check_failed(checks: Sequence[Check], pointer: str) -> RequestError:
    """A row doesn't meet checks of the model."""
    problems = Problems()
    for check in checks:
        problems.add(pointer, CHECK, message_of(check))
    return refusal_of(problems)


def invalid(code: str, message: str, pointer: str | None, field: str | None) -> RequestError:
    """A value that can't be."""
    problems = Problems()
    problems.add((pointer or "") + (step(field) if field else ""), code, message)
    return refusal_of(problems)


def refusal_of(problems: Problems) -> RequestError:
    """The refusal of a body with those mistakes."""
    try:
        problems.refuse()
    except RequestError as refusal:
        return refusal


def _found(code: str, message: str, pointer: str | None, fields: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"code": code, "message": message, "fields": list(fields)}
    if pointer is None:
        return found
    return {"pointer": pointer + (step(fields[0]) if len(fields) == 1 else ""), **found}


def _place(found: Mapping[str, Any]) -> str | None:
    return f"At {found['pointer']}." if found.get("pointer") else None
