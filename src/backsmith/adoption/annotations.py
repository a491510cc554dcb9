"""The types, markers and defaults of fields as Python source, and the imports that they need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backsmith.adoption.plan import FieldPlan
from backsmith.adoption.python_text import Brackets, Piece, call, subscript, text, wrapped
from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Enum,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Sealed,
    Text,
    Time,
    Type,
    Uuid,
)

_TIMES = ("date", "datetime", "time", "timedelta")
_STANDARD = {"Annotated": "typing", "Literal": "typing", "Decimal": "decimal", "UUID": "uuid"}
_CONSTRAINTS = ("Ge", "Gt", "Le", "Lt", "MaxLen", "MinLen", "MultipleOf")
_BOUNDS = (("ge", "Ge"), ("gt", "Gt"), ("le", "Le"), ("lt", "Lt"), ("multiple_of", "MultipleOf"))
_PLAIN_NUMERIC = Numeric()


class Imports:
    """The names that a file uses from elsewhere, and how it calls them.

    A field may be called `date`; in its class `date` is then the field. So a file with such a field writes `dt.date`,
    and a class with a field called `bytes` writes `builtins.bytes`.
    """

    def __init__(self, members: Iterable[str]) -> None:
        taken = set(members)
        self.times_alias = next(
            (alias for alias in ("dt", "datetimes", "datetime_module") if alias not in taken)
            if taken & set(_TIMES)
            else iter(("",)),
        )
        self.builtins_alias = next(name for name in ("builtins", "builtins_module") if name not in taken)
        self.used: dict[str, set[str]] = {}
        self.in_class: set[str] = set()
        """Names of the class that is being written."""

    def name(self, name: str) -> str:
        """How the file calls what has this name; it is imported."""
        if name in _TIMES:
            self.used.setdefault("datetime", set()).add(name)
            return f"{self.times_alias}.{name}" if self.times_alias else name
        module = _STANDARD.get(name, "annotated_types" if name in _CONSTRAINTS else "backsmith")
        self.used.setdefault(module, set()).add(name)
        return name

    def builtin(self, name: str) -> str:
        """How the class calls one of Python's own types."""
        if name not in self.in_class:
            return name
        self.used.setdefault("builtins", set())
        return f"{self.builtins_alias}.{name}"

    def lines(self) -> Iterator[str]:
        """The import statements: the standard library, then the rest."""
        standard: list[str] = []
        if "builtins" in self.used:
            standard.append(_import("builtins", self.builtins_alias))
        if "datetime" in self.used and self.times_alias:
            standard.append(_import("datetime", self.times_alias))
        modules = [module for module in sorted(self.used) if module not in {"builtins", "annotated_types", "backsmith"}]
        for module in modules:
            if module != "datetime" or not self.times_alias:
                standard += wrapped(_sorted(self.used[module]), f"from {module} import")
        others = [
            line
            for module in ("annotated_types", "backsmith")
            if module in self.used
            for line in wrapped(_sorted(self.used[module]), f"from {module} import")
        ]
        yield from standard
        if standard and others:
            yield ""
        yield from others

    # Types
    def type(self, type: Type, *, nullable: bool) -> Piece:
        """The type's annotation without its markers."""
        match type:
            case Enum(values):
                literal = subscript(self.name("Literal"), *map(text, values))
                return literal._replace(after="] | None") if nullable else literal
            case List(item):
                markers = [*self.constraints(item)]
                inner = self.type(item, nullable=False)
                written = subscript(self.name("Annotated"), inner, *markers) if markers else inner
                return Brackets(f"{self.builtin('list')}[", (written,), "] | None" if nullable else "]")
            case _:
                return self.plain(type) + (" | None" if nullable else "")

    def plain(self, type: Type) -> str:
        """The name of a type that has one."""
        match type:
            case Text() | Enum():
                return self.builtin("str")
            case Integer(bits):
                return self.builtin("int") if bits == 64 else self.name(f"Int{bits}")
            case Float():
                return self.builtin("float")
            case Boolean():
                return self.builtin("bool")
            case Bytes():
                return self.builtin("bytes")
            case Numeric():
                return self.name("Decimal")
            case Date():
                return self.name("date")
            case DateTime():
                return self.name("datetime")
            case Time():
                return self.name("time")
            case Duration():
                return self.name("timedelta")
            case Uuid():
                return self.name("UUID")
            case Json():
                return self.name("Json")
            case List():
                return self.builtin("list")
            case Sealed(of):
                return self.plain(of)

    def constraints(self, type: Type) -> Iterator[Piece]:
        """The markers that are part of a type."""
        match type:
            case Text(max_length=longest, min_length=shortest):
                if shortest is not None:
                    yield call(self.name("MinLen"), str(shortest))
                if longest is not None:
                    yield call(self.name("MaxLen"), str(longest))
            case Numeric(None, 0):
                yield call(self.name("Digits"), "None")
            case Numeric(digits, places) if type != _PLAIN_NUMERIC:
                yield call(self.name("Digits"), str(digits), str(places))
            case _:
                pass

    def bounds(self, plan: FieldPlan) -> Iterator[Piece]:
        """The markers of a field's bounds."""
        for attribute, marker in _BOUNDS:
            bound: str | None = getattr(plan.bounds, attribute, None)
            if bound is not None:
                yield call(self.name(marker), self.number(bound, plan.type))

    def number(self, value: str, type: Type) -> str:
        """A number as a constant of the type."""
        match type:
            case Float():
                return repr(float(value))
            case Numeric() if not value.lstrip("-").isdigit():
                return f"{self.name('Decimal')}({text(value)})"
            case _:
                return value

    def default(self, plan: FieldPlan) -> str | None:
        """What stands behind the `=`; None where the default is SQL, or there is none."""
        if plan.default is None or plan.default.kind == "sql":
            return None
        match plan.default.kind, plan.type:
            case "constant", Text() | Enum():
                return text(plan.default.value)
            case "constant", Numeric():
                return f"{self.name('Decimal')}({text(plan.default.value)})"
            case "constant", _:
                return repr(plan.default.value)
            case "empty_list", _:
                return "[]"
            case generator, _:
                # In a class with a field of the generator's name only the database's own default can be written.
                return None if generator in self.in_class else f"{self.name(generator)}()"


def _import(module: str, alias: str) -> str:
    return f"import {module}" if alias == module else f"import {module} as {alias}"


def _sorted(names: Iterable[str]) -> list[str]:
    """Constants, classes, functions: the order of import sorters."""
    return sorted(names, key=lambda name: (0 if name.isupper() else 1 if name[0].isupper() else 2, name))
