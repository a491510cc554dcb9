"""A column and the checks about it -> the field that says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any, Literal

from msgspec.structs import replace

from backsmith.adoption.plan import FieldPlan
from backsmith.blueprint.blueprint import Bounds, Default, Field
from backsmith.blueprint.resolve_constants import MisfitError, constant
from backsmith.blueprint.types import (
    Boolean,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Text,
    Type,
    Uuid,
)
from backsmith.databases.ddl import Ddl
from backsmith.databases.schema import CheckConstraint, Column, EnumType, Table
from backsmith.databases.sql_forms import Call, Meaning, Name, Value, conjuncts
from backsmith.databases.sql_tokens import tokens

_BOUNDS = {">": "gt", ">=": "ge", "<": "lt", "<=": "le"}
_GENERATORS: tuple[tuple[Literal["now", "today", "uuid4", "empty_list"], type[Type]], ...] = (
    ("now", DateTime),
    ("today", Date),
    ("uuid4", Uuid),
    ("empty_list", List),
)
# Types that a database without a type of their own holds by a check.
_CHECKED: tuple[Type, ...] = (Boolean(), Integer(16), Integer(32), Json())


class Fields:
    """Makes the fields of one table."""

    def __init__(self, table: Table, enums: tuple[EnumType, ...], ddl: Ddl) -> None:
        self.table = table
        self.enums = enums
        self.ddl = ddl
        self.checks: dict[CheckConstraint, tuple[Meaning, ...]] = {
            check: conjuncts(ddl.meaning(check.sql)) for check in table.checks
        }
        self.parts = {part for parts in self.checks.values() for part in parts}
        self.said: set[Meaning] = set()
        """Parts of checks that the fields made so far say."""

    def field(self, name: str, column: Column) -> FieldPlan:
        """The field on a column that no foreign key has."""
        plan = FieldPlan(name, column, self.ddl.field_type(column, self.enums), column.nullable)
        plan.storage = self.storage(plan)
        if not self.table.view:
            for change in self.proposals(column):
                proposed = change(plan)
                proposed.storage = self.storage(proposed)
                if self.holds(proposed):
                    plan = proposed
            plan.default = self.default(plan)
            self.said.update(self.conditions(plan))
        return plan

    def key_field(self, name: str, column: Column, type: Type) -> FieldPlan:
        """The field on a column of a foreign key, whose values are of the type of the key that it points at."""
        plan = FieldPlan(name, column, type, column.nullable)
        plan.storage = self.storage(plan)
        plan.default = self.default(plan)
        return plan

    def storage(self, plan: FieldPlan) -> str | None:
        """The column's type where the field's own would be another."""
        field = replace(as_field(plan), storage=None)
        column = plan.column
        same = self.ddl.normal_type(self.ddl.column_type(field)) == self.ddl.normal_type(column.type)
        same = same and self.ddl.same_collation(column.collation, self.ddl.collation(field))
        return None if same else self.ddl.storage(column)

    def remaining_checks(self) -> list[CheckConstraint]:
        """The checks that no field says."""
        return [check for check, parts in self.checks.items() if not self.said.issuperset(parts)]

    def proposals(self, column: Column) -> Iterator[Callable[[FieldPlan], FieldPlan]]:
        """What the checks about the column may make of its field."""
        name = Name(self.ddl.fold(column.name))
        for type in _CHECKED:
            yield partial(_retyped, type=type)
        for check, parts in self.checks.items():
            for part in parts:
                match part:
                    case Call("in", (found, Call("list", values))) if found == name:
                        yield partial(_retyped, type=Enum(self.in_order(check, values)))
                    case Call("<=", (Call("length", (found,)), Value("number", limit))) if found == name:
                        yield partial(_lengthened, max_length=limit)
                    case Call(">=", (Call("length", (found,)), Value("number", limit))) if found == name:
                        yield partial(_lengthened, min_length=limit)
                    case Call(operator, (found, Value("number", limit))) if found == name and operator in _BOUNDS:
                        yield partial(_bounded, **{_BOUNDS[operator]: limit})
                    case Call("=", (Call("%", (found, Value("number", unit))), Value("number", "0"))) if found == name:
                        yield partial(_bounded, multiple_of=unit)
                    case _:
                        pass

    def in_order(self, check: CheckConstraint, values: Iterable[Meaning]) -> tuple[str, ...]:
        """The texts of an `IN` in the order in which they are written."""
        wanted = {value.value for value in values if isinstance(value, Value) and value.kind == "text"}
        written = [token.value for token in tokens(check.sql, brackets=self.ddl.sqlite_quoting) if token.kind == "text"]
        return tuple(dict.fromkeys(value for value in written if value in wanted))

    def holds(self, plan: FieldPlan) -> bool:
        """Whether the field says nothing that the table's checks, and its column's type, don't say."""
        if isinstance(plan.type, Boolean | Integer | Json) and plan.storage is not None:
            return False  # a type that the database has itself, and that this column isn't of
        length = self.ddl.declared_length(plan.column.type)
        column = self.ddl.quote(plan.column.name)
        declared = {self.ddl.meaning(f"length({column}) <= {length}")} if length is not None else set[Meaning]()
        return self.conditions(plan) <= self.parts | declared

    def conditions(self, plan: FieldPlan) -> set[Meaning]:
        """What the field says about its column's values."""
        return {part for sql in self.ddl.checks(as_field(plan)) for part in conjuncts(self.ddl.meaning(sql))}

    def default(self, plan: FieldPlan) -> Default | None:
        """The default that means what the column's does."""
        column = plan.column
        meaning = self.ddl.default_meaning(column.default, column.type)
        if meaning is None or column.generated is not None:
            return None
        for candidate in self.default_candidates(plan, meaning):
            sql = self.ddl.default(as_field(changed(plan, default=candidate)))
            if self.ddl.default_meaning(sql, column.type) == meaning:
                return candidate
        return Default("sql", column.default)

    def default_candidates(self, plan: FieldPlan, meaning: Meaning) -> Iterator[Default]:
        """Defaults that may mean the same; which one does is still to be seen."""
        for kind, type in _GENERATORS:
            if isinstance(plan.type, type):
                yield Default(kind)
        if isinstance(meaning, Value):
            try:
                value = constant(_python_value(meaning, plan.type), plan.type, plan.bounds)
            except (MisfitError, ArithmeticError, ValueError):
                return
            yield Default("constant", value)


def as_field(plan: FieldPlan) -> Field:
    """The plan as the blueprint will have it."""
    return Field(
        id="",
        name=plan.name,
        column=plan.column.name,
        type=plan.type,
        nullable=plan.nullable,
        default=plan.default,
        bounds=plan.bounds,
        storage=plan.storage,
    )


def _retyped(plan: FieldPlan, type: Type) -> FieldPlan:
    """With a type that the database holds by a check, if that is one of the kind it has."""
    match plan.type, type:
        case (Integer(), Boolean() | Integer()) | (Text(), Json() | Enum(values=(_, *_))):
            return changed(plan, type=type)
        case _:
            return plan


def _lengthened(plan: FieldPlan, **lengths: str) -> FieldPlan:
    if not isinstance(plan.type, Text) or not all(limit.isdigit() for limit in lengths.values()):
        return plan
    type = replace(plan.type, **{name: int(limit) for name, limit in lengths.items()})
    fits = type.max_length is None or (type.min_length or 0) <= type.max_length
    return changed(plan, type=type) if fits else plan


def _bounded(plan: FieldPlan, **bounds: str) -> FieldPlan:
    match plan.type:
        case Integer() if all(limit.lstrip("-").isdigit() for limit in bounds.values()):
            pass
        case Numeric():
            pass
        case Float() if "multiple_of" not in bounds:
            pass
        case _:
            return plan
    return changed(plan, bounds=replace(plan.bounds or Bounds(), **bounds))


def changed(plan: FieldPlan, **changes: Any) -> FieldPlan:
    """A copy of the plan with these changes."""
    values = {name: getattr(plan, name) for name in FieldPlan.__slots__}
    return FieldPlan(**(values | changes))


def _python_value(meaning: Value, type: Type) -> Any:
    match type:
        case Text() | Enum() if meaning.kind == "text":
            return meaning.value
        case Integer() if meaning.kind == "number":
            return int(meaning.value)
        case Float() if meaning.kind == "number":
            return float(meaning.value)
        case Numeric() if meaning.kind == "number":
            return Decimal(meaning.value)
        case Boolean() if meaning.value in {"true", "1"}:
            return True
        case Boolean() if meaning.value in {"false", "0"}:
            return False
        case _:
            raise MisfitError("has no constant")
