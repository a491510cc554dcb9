"""A schema -> the plan of the model that says the same: which entities, with which fields, relations and notes."""

from __future__ import annotations

from collections.abc import Iterable

from backsmith.adoption.fields import Fields
from backsmith.adoption.foreign_keys import ForeignKeys
from backsmith.adoption.names import class_name, field_name, free, free_class, snake
from backsmith.adoption.plan import EntityPlan, FieldPlan, ModelPlan, OnePlan
from backsmith.adoption.relation_names import one_names
from backsmith.adoption.relations import add_lists
from backsmith.adoption.table_notes import notes_by_table, table_notes
from backsmith.adoption.tables import Place, Tables, place_of, plain_columns, unique_columns
from backsmith.blueprint.blueprint import OnDelete
from backsmith.blueprint.naming import collection_name, foreign_key_field
from backsmith.blueprint.types import Integer, Type
from backsmith.databases.ddl import Ddl
from backsmith.databases.schema import Column, ForeignKey, Schema, Table
from backsmith.databases.table_order import in_order

ON_DELETE: dict[str, OnDelete] = {
    "no action": "no_action",
    "restrict": "restrict",
    "cascade": "cascade",
    "set null": "set_null",
    "set default": "no_action",  # which a model can't ask for; a note says so
}


def decide(schema: Schema, ddl: Ddl) -> ModelPlan:
    """The plan of the model; entities after those they point at, views last."""
    decisions = _Decisions(schema, ddl)
    for plan in decisions.entities.values():
        decisions.add_fields(plan)
    for plan in decisions.entities.values():
        decisions.add_relations(plan)
    for plan in decisions.entities.values():
        decisions.add_constraints(plan)
    entities = list(decisions.entities.values())
    notes = [*decisions.tables.notes, *decisions.other_notes]
    notes += add_lists(entities, decisions.tables.joins, decisions.by_place)
    return ModelPlan(entities, notes)


class _Decisions:
    def __init__(self, schema: Schema, ddl: Ddl) -> None:
        self.ddl = ddl
        self.tables = Tables(schema, ddl)
        self.keys = ForeignKeys(self.tables, schema.enums, ddl)
        self.notes, self.other_notes = notes_by_table(schema)
        views = [table for table in self.tables.entities if table.view]
        ordered = in_order([table for table in self.tables.entities if not table.view]) + views
        self.entities: dict[Place, EntityPlan] = {}
        self.fields: dict[Place, Fields] = {}
        self.types: dict[tuple[Place, str], Type] = {}
        self.ones: dict[tuple[Place, ForeignKey], OnePlan] = {}
        self.taken: dict[Place, set[str]] = {}
        collections: set[str] = {"rpc", "batch"}
        classes: set[str] = set()
        for table in ordered:
            name = free_class(class_name(table.name), table.schema, classes, collections)
            classes.add(name)
            collections.add(collection_name(name))
            self.entities[place_of(table)] = EntityPlan(name, table)
            self.fields[place_of(table)] = Fields(table, schema.enums, ddl)
            self.taken[place_of(table)] = set()

    def by_place(self, schema: str | None, name: str) -> EntityPlan:
        """The entity in that table."""
        return self.entities[schema, name]

    # Fields
    def add_fields(self, plan: EntityPlan) -> None:
        """The fields of columns that aren't a relation's alone; their names come before those of relations."""
        table, place = plan.table, place_of(plan.table)
        keys = self.keys.by_table[place]
        related = {column for key in keys for column in key.columns}
        hidden = {column for key in keys if not self.keys.needs_fields(table, key) for column in key.columns}
        names = self.field_names(table, [column for column in table.columns if column.name not in hidden])
        self.taken[place].update(names.values())
        for column in table.columns:
            self.types[place, column.name] = self.ddl.field_type(column, self.fields[place].enums)
            if column.name in related:
                if column.name in names:  # its type is that of another key, known when all fields are
                    plan.members.append(FieldPlan(names[column.name], column, Integer(), column.nullable))
                continue
            field = self.fields[place].field(names[column.name], column)
            field.nullable = field.nullable and column.name not in table.primary_key
            self.types[place, column.name] = field.type
            plan.members.append(field)

    def field_names(self, table: Table, columns: list[Column]) -> dict[str, str]:
        """A name for the field of each of the columns, by column."""
        names: dict[str, str] = {}
        key = self.id_column(table, columns)
        if key is not None:
            names[key] = "id"
        for column in columns:
            if column.name not in names:
                names[column.name] = free([field_name(column.name)], names.values())
        return {column.name: names[column.name] for column in columns}

    def id_column(self, table: Table, columns: list[Column]) -> str | None:
        """The column that is the key under the usual name of one: `id`, `album_id` of albums."""
        if len(table.primary_key) != 1:
            return None
        (key,) = table.primary_key
        usual = {"id", f"{snake(table.name)}_id", f"{snake(class_name(table.name))}_id"}
        others = {field_name(column.name) for column in columns if column.name != key}
        is_there = any(column.name == key for column in columns)
        return key if is_there and snake(key) in usual and "id" not in others else None

    # Relations
    def add_relations(self, plan: EntityPlan) -> None:
        """The relations to one, each where its first column, or its last field, stands."""
        table, place = plan.table, place_of(plan.table)
        for member in plan.fields():
            related = any(member.column.name in key.columns for key in self.keys.by_table[place])
            if related:
                type = self.keys.type_of(table, member.column.name, self.types)
                field = self.fields[place].key_field(member.name, member.column, type)
                field.nullable = field.nullable and member.column.name not in table.primary_key
                plan.members[plan.members.index(member)] = field
        order = {column.name: number for number, column in enumerate(table.columns)}
        for key in self.keys.by_table[place]:
            plan.members.append(self.one(plan, key))

        def position(member: object) -> tuple[int, int]:
            if isinstance(member, OnePlan):
                places = [order[column] for column in member.columns]
                return (max(places), 1) if member.own_fields else (min(places), 1)
            assert isinstance(member, FieldPlan)  # lists come later
            return (order[member.column.name], 0)

        plan.members.sort(key=position)

    def one(self, plan: EntityPlan, key: ForeignKey) -> OnePlan:
        """The relation that the key is; made once, when it is first asked for."""
        place = place_of(plan.table)
        if (place, key) in self.ones:
            return self.ones[place, key]
        target = self.entities[key.target_schema, key.target_table]
        columns, target_columns = self.keys.in_order(key)
        own = {column.name: column for column in plan.table.columns}
        own_fields = self.keys.needs_fields(plan.table, key)
        siblings = self.keys.by_table[place]
        alone = sum((each.target_schema, each.target_table) == place_of(target.table) for each in siblings) == 1
        target_names = [self.field_of(target, column) for column in target_columns]
        one = OnePlan(
            name=self.free_one(place, one_names(key, target, alone=alone), target, target_names, own_fields),
            key=key,
            target=target,
            columns=columns,
            target_columns=target_columns,
            # SET NULL on columns that can't be null is PostgreSQL's to refuse, when it comes to that.
            nullable=key.on_delete == "set null"
            or any(own[column].nullable and column not in plan.table.primary_key for column in columns),
            own_fields=own_fields,
            references=not self.keys.at_key(key),
            on_delete=ON_DELETE[key.on_delete],
            unique=any(set(unique) <= set(columns) for unique in self.unique_sets(plan.table)),
        )
        if len(columns) == 1 and not own_fields:
            column = own[columns[0]]
            type = self.keys.type_of(plan.table, columns[0], self.types)
            field = self.fields[place].key_field("", column, type)
            one.storage, one.default, one.doc = field.storage, column.default, column.comment
        one.derived = tuple(foreign_key_field(one.name, target.name, name) for name in target_names)
        self.ones[place, key] = one
        return one

    def free_one(
        self, place: Place, wanted: list[str], target: EntityPlan, target_names: list[str], own_fields: bool
    ) -> str:
        """The first of the names that is free, and whose fields' names are; takes them."""
        taken = self.taken[place]
        numbered = [f"{wanted[-1]}_{number}" for number in range(2, len(taken) + 3)]
        for name in [*wanted, *numbered]:
            derived = {foreign_key_field(name, target.name, each) for each in target_names}
            if name not in taken and (own_fields or not derived & (taken | {name})):
                taken.add(name)
                if not own_fields:
                    taken.update(derived)
                return name
        raise AssertionError("there are more names than members")

    def field_of(self, plan: EntityPlan, column: str) -> str:
        """The name of the field on a column: its own, or the one that a relation makes."""
        for member in plan.fields():
            if member.column.name == column:
                return member.name
        for key in self.keys.by_table[place_of(plan.table)]:
            if column in key.columns:
                one = self.one(plan, key)
                return one.derived[one.columns.index(column)]
        raise AssertionError("each column has a field or is a relation's")

    def unique_sets(self, table: Table) -> set[frozenset[str]]:
        """The sets of columns that are unique, the primary key among them."""
        return {*unique_columns(table), *([frozenset(table.primary_key)] if table.primary_key else [])}

    # Keys, uniques, indexes, checks, notes
    def add_constraints(self, plan: EntityPlan) -> None:
        """What the table says about its columns together, and what the entity can't say."""
        table, place = plan.table, place_of(plan.table)
        plan.checks = self.fields[place].remaining_checks()
        own_notes = self.notes.get(place, [])
        plan.notes = [*table_notes(table), *self.keys.notes[place], *own_notes]
        key = self.names_of(plan, table.primary_key)
        has_id = any(member.name == "id" for member in plan.members)
        plan.key = None if key == ("id",) or (table.view and not has_id) else key
        for member in plan.fields():
            integer = isinstance(member.type, Integer)
            is_id = plan.key is None and member.name == "id"
            handed_out = member.column.identity is not None and member.default is None
            member.identity = integer and handed_out and not is_id
            member.assigned = integer and is_id and not handed_out and member.default is None and not table.view
        if not table.view:
            self.add_uniques(plan)
            self.add_indexes(plan)

    def add_uniques(self, plan: EntityPlan) -> None:
        """Unique markers, and unique=[…] for several columns."""
        order = [column.name for column in plan.table.columns]
        key = frozenset(plan.table.primary_key)
        wanted = sorted(unique_columns(plan.table) - {key}, key=lambda columns: sorted(map(order.index, columns)))
        for columns in wanted:
            names = self.names_of(plan, sorted(columns, key=order.index))
            member = self.member(plan, names)
            if member is not None:
                member.unique = True
            else:
                plan.uniques.append(names)
        for one in plan.ones():
            # The marker says it of a relation without fields of its own; the key, or the fields, say it of others.
            one.marked_unique = frozenset(one.columns) in wanted and not one.own_fields

    def add_indexes(self, plan: EntityPlan) -> None:
        """Indexed markers, and indexes=[…] for several columns; not those that keys and foreign keys have anyway."""
        table = plan.table
        names = {column.name for column in table.columns}
        known = {tuple(table.primary_key), *(tuple(one.columns) for one in plan.ones())}
        known |= {tuple(one.key.columns) for one in plan.ones()}
        for index in table.indexes:
            terms = plain_columns(index.columns, names)
            if terms is None or index.unique or index.where or index.method or terms in known:
                continue
            known.add(terms)
            plain = [term if term in names else term[1:] for term in terms]
            signs = ["" if term in names else "-" for term in terms]
            fields = [self.field_of(plan, column) for column in plain]
            member = self.member(plan, self.names_of(plan, plain))
            if isinstance(member, FieldPlan) and signs == [""]:
                member.indexed = True
            else:
                plan.indexes.append(tuple(sign + field for sign, field in zip(signs, fields, strict=True)))

    def member(self, plan: EntityPlan, names: tuple[str, ...]) -> FieldPlan | OnePlan | None:
        """The one member that is meant by the names, if it is one."""
        if len(names) != 1:
            return None
        for member in plan.members:
            if member.name == names[0] and isinstance(member, FieldPlan | OnePlan):
                return member
        return None

    def names_of(self, plan: EntityPlan, columns: Iterable[str]) -> tuple[str, ...]:
        """The names that mean the columns: a relation's where it is all of its columns, else fields'."""
        columns = tuple(columns)
        names: list[str] = []
        for column in columns:
            one = next((one for one in plan.ones() if not one.own_fields and column in one.columns), None)
            whole = one is not None and set(one.columns) <= set(columns)
            names.append(one.name if one is not None and whole else self.field_of(plan, column))
        return tuple(dict.fromkeys(names))
