"""The fields of an entity in both versions: the new ones, and beside them the old ones that are answered still.

A field that has another name or column keeps its old column as long as both versions are served, and is reached under
both names: there is nothing to fill and nothing to keep alike. One whose values are others (of another type, split,
merged) has columns of both shapes, a `Pair` that triggers keep alike.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Entity, Field, Migration, Pair
from backsmith.evolution.expansion.looser import looser_bounds, looser_type
from backsmith.evolution.expansion.names import is_same
from backsmith.evolution.expansion.refusals import refused
from backsmith.evolution.matching import by_id

OLD = "~old"
"""After the id of a field: the same field under its old name."""
NEW = "~new"
"""After the id of a field: the one of another type, while the old one is there."""
FILLED_IN = frozenset({"constant", "empty_list", "sql", "now", "today"})
"""Defaults that the database fills in for servers of the old version."""


class Fields(Struct, frozen=True):
    """What became of the fields of an entity."""

    fields: tuple[Field, ...]
    pairs: tuple[Pair, ...]
    """Those whose values are others, and those with two names."""
    removed: frozenset[str]
    """Old names that lead to no field of the new version."""
    added: frozenset[str]
    """Names of new fields that the old version doesn't write, by no other name either."""


def fields_of(was: Entity, entity: Entity, migrations: Iterable[Migration]) -> Fields:
    """The fields of the expanded entity. Raises RefusedError."""
    made = _Fields(was, entity, [each for each in migrations if each.entity == entity.name])
    return made.all()


def use(*names: str) -> str:
    """What a deprecated thing says: what to use in its place."""
    return f"Use {' and '.join(names)}." if names else "It goes without a replacement."


class _Fields:
    def __init__(self, was: Entity, entity: Entity, migrations: list[Migration]) -> None:
        self.was = was
        self.entity = entity
        self.before = by_id(was.fields)
        self.old = {field.name: field for field in was.fields}
        self.new = {field.name: field for field in entity.fields}
        self.now = by_id(entity.fields)
        self.converted: dict[str, Pair] = {}
        """By new name."""
        for migration in migrations:
            pair = self._migrated(migration)
            self.converted.update(dict.fromkeys(pair.new, pair))

    def all(self) -> Fields:
        if self._key(self.was) != self._key(self.entity):
            raise refused(self.entity, None, "Its key is another, so rows of one version can't be found by the other.")
        fields: list[Field] = []
        older: list[Field] = []
        pairs: list[Pair] = []
        added: set[str] = set()
        for field in self.entity.fields:
            was = self.before.get(field.id)
            if field.name in self.converted:
                fields.append(self._paired(field, was))
            elif was is None:
                added.add(field.name)
                fields.append(_added(field))
            elif is_same(was, field):
                fields.append(_kept(was, field))
                if was.name != field.name:
                    older.append(_alias(was, fields[-1]))
                    pairs.append(Pair(entity=self.entity.name, old=(was.name,), new=(field.name,)))
            else:
                pair = self.converted[field.name] = self._retyped(was, field)
                fields.append(self._paired(field, was))
                pairs.append(pair)
        pairs += {pair.migration: pair for pair in self.converted.values() if pair.migration}.values()
        replaced = {name: pair.new for pair in pairs for name in pair.old}
        renamed = {field.name for field in older}
        removed = [
            field
            for field in self.was.fields
            if field.name not in renamed and (field.id not in self.now or field.name in replaced)
        ]
        older += [self._old(field, replaced.get(field.name, ())) for field in removed]
        self._refuse_twins(fields, older)
        gone = frozenset(field.name for field in removed if field.name not in replaced)
        return Fields((*fields, *older), tuple(pairs), gone, frozenset(added))

    def _key(self, entity: Entity) -> list[str]:
        return [field.id for name in entity.key for field in entity.fields if field.name == name]

    def _migrated(self, migration: Migration) -> Pair:
        """The fields that a migration takes to one another."""
        unknown = [name for name in migration.reads if name not in self.old]
        stays = [
            name
            for name in migration.reads
            if not unknown and (now := self.now.get(self.old[name].id)) is not None and now.name not in migration.writes
        ]
        known = [
            name
            for name in migration.writes
            if (was := self.before.get(self.new[name].id)) is not None and was.name not in migration.reads
        ]
        if unknown or stays or known:
            what = unknown[0] if unknown else stays[0] if stays else known[0]
            text = f"The migration {migration.name} is about {what}, which both versions have or the old one lacks"
            raise refused(self.entity, what, f"{text}: the two shapes can't be kept alike.")
        if not (migration.up_sql and migration.down_sql):
            raise refused(
                self.entity,
                None,
                f"The migration {migration.name} is Python, which the database can't run while both versions write.",
                "Give it SQL both ways (up and down).",
            )
        return Pair(entity=self.entity.name, old=migration.reads, new=migration.writes, migration=migration.id)

    def _retyped(self, was: Field, field: Field) -> Pair:
        """A field whose type is another."""
        about = self.entity
        if was.computed is not None or field.computed is not None:
            raise refused(about, field.name, f"{field.name} is computed in one version and stored in the other.")
        if was.name == field.name or was.column == field.column:
            raise refused(
                about,
                field.name,
                f"{field.name} has another type under the same name, so a request can't say which of both it means.",
                f'Give it a new name and RenamedFrom("{was.name}"): both names are answered until you contract.',
            )
        if field.relation is not None:
            raise refused(about, field.name, f"{field.name} points at a key of another type.")
        return Pair(entity=about.name, old=(was.name,), new=(field.name,))

    def _paired(self, field: Field, was: Field | None) -> Field:
        return replace(
            field,
            id=field.id if was is None else field.id + NEW,
            nullable=True,
            relaxed="optional" if field.nullable else "required",
        )

    def _old(self, field: Field, instead: tuple[str, ...]) -> Field:
        """A field of the old version alone."""
        if field.computed is not None:
            return replace(field, deprecated=use(*instead))
        filled = field.default is not None and field.default.kind in FILLED_IN and not instead
        return replace(
            field,
            nullable=field.nullable or not filled,
            deprecated=use(*instead),
            relaxed=None if not instead else "optional" if field.nullable else "required",
            identity=False,
        )

    def _refuse_twins(self, fields: list[Field], older: list[Field]) -> None:
        names = {field.name for field in fields}
        own = {field.column for field in fields if field.computed is None}
        for field in older:
            if field.name in names:
                text = f"The name {field.name} stood for something else before, so both can't be answered."
                raise refused(self.entity, field.name, text, "Give the new field another name.")
            if field.computed is None and field.column in own and not field.id.endswith(OLD):
                text = f"The column {field.column} held something else before."
                raise refused(self.entity, field.name, text, "Give the new field another name or Column.")


def _added(field: Field) -> Field:
    """A field that the old version doesn't write."""
    filled = field.default is not None and field.default.kind in FILLED_IN
    if field.computed is not None or field.nullable or field.identity or filled:
        return field
    return replace(field, nullable=True, relaxed="added")


def _kept(was: Field, field: Field) -> Field:
    """A field that both versions write, as far as both allow."""
    if field.computed is not None:
        return field
    type = looser_type(was.type, field.type)
    assert type is not None  # as `is_same` found
    return replace(
        field,
        column=was.column,
        type=type,
        nullable=was.nullable or field.nullable,
        bounds=looser_bounds(was.bounds, field.bounds),
        unique=was.unique and field.unique,
    )


def _alias(was: Field, field: Field) -> Field:
    """A field under its old name."""
    return replace(
        field,
        id=was.id + OLD,
        name=was.name,
        hidden=was.hidden or field.hidden,
        indexed=False,
        identity=False,
        relation=None,
        deprecated=use(field.name),
    )
