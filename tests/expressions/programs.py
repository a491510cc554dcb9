"""Random functions of the subset, as Python source, well typed and with every None ruled out where it must be.

A `Writer` draws expressions by kind. It knows the rows in scope and which nullable paths have been found to be present,
as the reader of the source will.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from tests.expressions.rows import WORDS

Draw = Callable[[st.SearchStrategy[Any]], Any]

FIELDS: dict[str, dict[str, list[str]]] = {
    "Thing": {
        "text": ["name", "note?", "status", "mood?", "title"],
        "int": ["id", "count", "small"], "big": ["spare?", "tiny?", "count", "maker.id"],
        "float": ["size", "heat?"], "decimal": ["price", "cost", "fee?", "total"], "bool": ["open", "sold?", "busy"],
        "date": ["day", "last_day?", "latest?"], "datetime": ["at", "seen?"], "time": ["clock", "alarm?"],
        "duration": ["span", "delay?"], "uuid": ["code", "twin?"], "words": ["words"], "numbers": ["numbers"],
        "prices": ["prices"],
    },
    "Part": {
        "text": ["name", "remark?"], "int": ["id", "amount"], "big": ["left?", "amount"], "decimal": ["price"],
        "bool": ["good"], "date": ["due?"], "datetime": ["sent"],
    },
    "Person": {"text": ["nick", "name?", "email?"], "int": ["id", "age?"], "big": ["id"]},
    "Team": {"text": ["name"], "int": ["rank"], "big": ["id"], "decimal": ["rate"]},
    "Badge": {"text": ["code"], "int": ["id"]},
    "Shelf": {"text": ["room"], "int": ["number"], "float": ["width"]},
    "Label": {"text": ["name"], "int": ["weight"]},
}  # fmt: skip
ONE: dict[str, dict[str, str]] = {
    "Thing": {"owner?": "Person", "maker": "Person", "shelf?": "Shelf", "parent?": "Thing"},
    "Part": {"thing": "Thing", "label?": "Label"},
    "Person": {"team?": "Team", "badge?": "Badge"},
    "Badge": {"person": "Person"},
}
MANY: dict[str, dict[str, str]] = {
    "Thing": {"children": "Thing", "labels": "Label", "parts": "Part"},
    "Person": {"things": "Thing", "made": "Thing"},
    "Team": {"people": "Person"},
    "Shelf": {"things": "Thing"},
    "Label": {"things": "Thing"},
}
CONSTANTS: dict[str, list[str]] = {
    "text": [repr(word) for word in WORDS] + ["'draft'", "GREETING", "Color.RED"],
    "int": ["0", "1", "2", "-1", "3", "7", "100", "-100", "LIMIT"],
    "big": ["0", "2147483648", "-2147483649", "9007199254740991", "1"],
    "float": ["0.0", "1.0", "0.5", "-2.5", "3.0"],
    "decimal": ['Decimal("0")', 'Decimal("1.5")', 'Decimal("-0.01")', 'Decimal("10.00")', 'Decimal("100")'],
    "bool": ["True", "False"],
    "date": ["date(2026, 1, 23)", "DAY"],
    "datetime": ["datetime(2026, 1, 23, tzinfo=UTC)", "now()", "now() - timedelta(days=7)"],
    "time": ["time(12, 30)", "time(23, 59, 59, 999999)"],
    "duration": ["timedelta(days=1)", "timedelta(hours=-12)", "timedelta(microseconds=1)", "timedelta(0)"],
    "uuid": ['UUID("018f4e7c-1a2b-7c3d-8e4f-5a6b7c8d9e0f")'],
}
COMPARABLE = {"int": ["int", "float", "decimal", "big"], "float": ["float", "int"], "decimal": ["decimal", "int"]}
ENUMS = {"status": ["draft", "placed", "Ω"], "mood": ["good", "bad"]}
KINDS = tuple(CONSTANTS)
ORDERED = ("text", "int", "big", "float", "decimal", "date", "datetime", "time", "duration")
PRELUDE = """
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID
from backsmith import now
from tests.expressions.model import Person, Thing

GREETING = "A\\u03a3"
LIMIT = 10
DAY = date(2026, 1, 22)

class Color(str, Enum):
    RED = "good"
"""


@dataclass(frozen=True)
class Scope:
    """Rows by their source with their entities, and the sources that are known not to be None."""

    rows: tuple[tuple[str, str], ...]
    present: frozenset[str] = frozenset()
    deep: int = 3
    loops: int = 0

    def knowing(self, source: str) -> Scope:
        return replace(self, present=self.present | {source})

    def down(self) -> Scope:
        return replace(self, deep=self.deep - 1)


@dataclass
class Writer:
    draw: Draw
    names: int = 0
    used: set[str] = field(default_factory=set[str])

    def pick(self, options: Any) -> Any:
        return self.draw(st.sampled_from(list(options)))

    def chance(self, percent: int) -> bool:
        return self.draw(st.integers(0, 99)) < percent

    # Paths ------------------------------------------------------------------------------------------------------

    def paths(self, scope: Scope, hops: int = 2) -> list[tuple[str, str]]:
        """Rows that can be followed from here, with their entities."""
        found = [row for row in scope.rows if not row[1].endswith("?")]
        for source, entity in found:
            if source.count(".") < hops:
                for name, target in ONE.get(entity, {}).items():
                    path = f"{source}.{name.rstrip('?')}"
                    if not name.endswith("?") or path in scope.present:
                        found.append((path, target))
        return found

    def fields(self, scope: Scope, kind: str, *, nullable: bool) -> list[str]:
        """Fields of the kind, those that may be None or those that can't."""
        found: list[str] = []
        for source, entity in self.paths(scope):
            for name in FIELDS[entity].get(kind, ()):
                path = f"{source}.{name.rstrip('?')}"
                if (name.endswith("?") and path not in scope.present) is nullable:
                    found.append(path)
        return found

    def optional_rows(self, scope: Scope) -> list[tuple[str, str]]:
        """Relations to a row that may be None."""
        return [
            (f"{source}.{name[:-1]}", target)
            for source, entity in self.paths(scope, 1)
            for name, target in ONE.get(entity, {}).items()
            if name.endswith("?") and f"{source}.{name[:-1]}" not in scope.present
        ]

    def many(self, scope: Scope) -> list[tuple[str, str]]:
        return [
            (f"{source}.{name}", target)
            for source, entity in self.paths(scope, 1)
            for name, target in MANY.get(entity, {}).items()
        ]

    # Values -----------------------------------------------------------------------------------------------------

    def value(self, kind: str, scope: Scope) -> str:
        """An expression of the kind that isn't None."""
        if kind == "bool":
            return self.condition(scope)
        fields = self.fields(scope, kind, nullable=False)
        if scope.deep <= 0 or self.chance(35):
            return self.pick(fields) if fields and self.chance(70) else self.pick(CONSTANTS[kind])
        if self.chance(25) and (optional := self.fields(scope, kind, nullable=True)):
            path = self.pick(optional)
            inner = scope.down()
            return f"({self.value(kind, inner.knowing(path))} if {path} is not None else {self.value(kind, inner)})"
        if self.chance(12):
            inner = scope.down()
            return f"({self.value(kind, inner)} if {self.condition(inner)} else {self.value(kind, inner)})"
        if kind in ORDERED and self.chance(10):
            a, b = self.value(kind, scope.down()), self.value(kind, scope.down())
            return f"{self.pick(['min', 'max'])}({a}, {b})"
        if kind in ORDERED and scope.loops < 2 and self.chance(12):
            return self.extreme(kind, scope.down())
        return getattr(self, kind)(scope.down())

    def extreme(self, kind: str, scope: Scope) -> str:
        options = self.many(scope)
        if not options:
            return self.value(kind, scope)
        rows, inner, clause = self.loop(self.pick(options), scope)
        default = self.value(kind, scope)
        return f"{self.pick(['min', 'max'])}(({self.value(kind, inner)} for {rows}{clause}), default={default})"

    def text(self, scope: Scope) -> str:
        a = self.value("text", scope)
        match self.draw(st.integers(0, 4)):
            case 0:
                return f"({a} + {self.value('text', scope)})"
            case 1:
                return f'f"{{{self.pick(self.fields(scope, "text", nullable=False) or ["GREETING"])}}}-x"'
            case number:
                return f"{a}.{('lower', 'upper', 'strip')[number - 2]}()"

    def int(self, scope: Scope) -> str:
        a = self.value("int", scope)
        match self.draw(st.integers(0, 9)):
            case 0:
                return f"({a} + {self.value('int', scope)})"
            case 1:
                return f"({a} - {self.value('int', scope)})"
            case 2:
                return f"({a} * {self.pick(['2', '-1', '3'])})"
            case 3:
                return f"({a} {self.pick(['//', '%'])} {self.pick(['2', '-3', '7', '(-1)'])})"
            case 4:
                return f"len({self.value('text', scope)})"
            case 5:
                return self.guarded_quotient(scope, self.pick(["//", "%"]))
            case 6:
                return f"{self.pick(['abs(', '(-'])}{a})"
            case 7 if options := self.many(scope):
                return f"len({self.pick(options)[0]})"
            case 8 if (options := self.many(scope)) and scope.loops < 2:
                return self.total(self.pick(options), "int", scope)
            case _:
                return f"len({self.pick(self.lists(scope, 'words') or [repr('abc')])})"

    def big(self, scope: Scope) -> str:
        a = self.value("big", scope)
        match self.draw(st.integers(0, 3)):
            case 0:
                return f"({a} {self.pick(['+', '-'])} {self.value('int', scope)})"
            case 1:
                return f"({a} {self.pick(['//', '%'])} {self.pick(['2', '-3', '1000003', '-9007199254740991'])})"
            case 2:
                return self.value("int", scope)
            case _:
                return f"{self.pick(['abs(', '(-'])}{a})"

    def guarded_quotient(self, scope: Scope, sign: str) -> str:
        a, b = self.value("int", scope), self.value("int", scope)
        test = self.pick([f"{b} != 0", f"0 < {b}", f"{b} > 1"])
        return f"({a} {sign} {b} if {test} else {self.value('int', scope)})"

    def float(self, scope: Scope) -> str:
        a = self.value("float", scope)
        match self.draw(st.integers(0, 5)):
            case 0:
                return f"({a} {self.pick(['+', '-'])} {self.value(self.pick(['float', 'int']), scope)})"
            case 1:
                return f"({a} * {self.value('int', scope)})"
            case 2:
                return f"({a} / {self.pick(['2', '3', '-0.5', '7.0'])})"
            case 3:
                return f"({self.value('int', scope)} / {self.pick(['3', '-7', '100'])})"
            case 4 if (options := self.many(scope)) and scope.loops < 2:
                return self.total(self.pick(options), "float", scope)
            case _:
                return f"{self.pick(['abs(', '(-'])}{a})"

    def decimal(self, scope: Scope) -> str:
        a = self.value("decimal", scope)
        match self.draw(st.integers(0, 4)):
            case 0:
                return f"({a} {self.pick(['+', '-'])} {self.value(self.pick(['decimal', 'int']), scope)})"
            case 1:
                return f"({a} * {self.value('int', scope)})"
            case 2:
                fields = [*self.fields(scope, "decimal", nullable=False), 'Decimal("0.19")']
                return f"({self.pick(fields)} * {self.pick(fields)})"
            case 3 if (options := self.many(scope)) and scope.loops < 2:
                return self.total(self.pick(options), "decimal", scope)
            case _:
                return f"{self.pick(['abs(', '(-'])}{a})"

    def date(self, scope: Scope) -> str:
        return f"({self.value('date', scope)} {self.pick(['+', '-'])} {self.pick(CONSTANTS['duration'])})"

    def datetime(self, scope: Scope) -> str:
        moved = self.pick([*CONSTANTS["duration"], *self.fields(scope, "duration", nullable=False)])
        if self.chance(30):
            return f"({moved} + {self.value('datetime', scope)})"
        return f"({self.value('datetime', scope)} {self.pick(['+', '-'])} {moved})"

    def duration(self, scope: Scope) -> str:
        match self.draw(st.integers(0, 4)):
            case 0:
                kind = self.pick(["datetime", "date"])
                return f"({self.value(kind, scope)} - {self.value(kind, scope)})"
            case 1:
                return f"({self.value('duration', scope)} {self.pick(['+', '-'])} {self.value('duration', scope)})"
            case 2:
                return f"({self.value('duration', scope)} * {self.pick(['2', '-1', '0'])})"
            case 3 if (options := self.many(scope)) and scope.loops < 2:
                return self.total(self.pick(options), "duration", scope)
            case _:
                return f"{self.pick(['abs(', '(-'])}{self.value('duration', scope)})"

    def time(self, scope: Scope) -> str:
        return self.value("time", scope)

    def uuid(self, scope: Scope) -> str:
        return self.value("uuid", scope)

    def lists(self, scope: Scope, kind: str) -> list[str]:
        return self.fields(scope, kind, nullable=False)

    # Rows -------------------------------------------------------------------------------------------------------

    def loop(self, many: tuple[str, str], scope: Scope) -> tuple[str, Scope, str]:
        """`x in rows`, the scope with x, and an `if` or nothing."""
        self.names += 1
        name = f"x{self.names}"
        source, entity = many
        inner = replace(scope, rows=((name, entity), *scope.rows), loops=scope.loops + 1)
        clause = ""
        if self.chance(40):
            optional = [path for kind in KINDS for path in self.fields(inner, kind, nullable=True)]
            optional = [path for path in optional if path.startswith(f"{name}.")]
            if optional and self.chance(70):
                path = self.pick(optional)
                clause = f" if {path} is not None"
                inner = inner.knowing(path)
            else:
                clause = f" if {self.condition(replace(inner, deep=min(inner.deep, 1)))}"
        return f"{name} in {source}", inner, clause

    def total(self, many: tuple[str, str], kind: str, scope: Scope) -> str:
        rows, inner, clause = self.loop(many, scope)
        shallow = replace(inner, deep=1)
        match kind:
            case "int" if self.chance(40):
                return f"sum(1 for {rows}{clause})"
            case "float":
                fields = self.fields(inner, "float", nullable=False) or ["0.5"]
                return f"sum({self.pick(fields)} for {rows}{clause})"
            case "decimal":
                start = self.pick(["", ", Decimal(0)", ', Decimal("1.25")'])
                fields = [*self.fields(inner, "decimal", nullable=False), 'Decimal("0.5")']
                product = f"{self.pick(fields)} * {self.value('int', replace(inner, deep=0))}"
                value = self.pick([product, self.pick(fields)])
                return f"sum(({value} for {rows}{clause}){start})"
            case "duration":
                return f"sum(({self.value('duration', shallow)} for {rows}{clause}), timedelta(0))"
            case _:
                nested = [many for many in self.many(inner) if many[0].startswith("x")]
                if clause or not nested or self.chance(70):
                    return f"sum({self.value('int', shallow)} for {rows}{clause})"
                further, innermost, where = self.loop(self.pick(nested), shallow)
                return f"sum({self.value('int', replace(innermost, deep=0))} for {rows} for {further}{where})"

    # Conditions -------------------------------------------------------------------------------------------------

    def condition(self, scope: Scope) -> str:
        if scope.deep <= 0:
            return self.leaf(scope)
        inner = scope.down()
        match self.draw(st.integers(0, 13)):
            case 0 | 1:
                return f"({self.condition(inner)} {self.pick(['and', 'or'])} {self.condition(inner)})"
            case 2:
                return f"(not {self.condition(inner)})"
            case 3 | 4 | 5:
                return self.guarded(inner)
            case 6:
                return f"({self.condition(inner)} if {self.condition(inner)} else {self.condition(inner)})"
            case 7 | 8 if scope.loops < 2 and (options := self.many(scope)):
                return self.quantified(options, inner)
            case _:
                return self.leaf(scope)

    def guarded(self, scope: Scope) -> str:
        """Something about a value that may be None, behind a test for it."""
        paths = [path for kind in KINDS for path in self.fields(scope, kind, nullable=True)]
        paths += [path for path, _ in self.optional_rows(scope)] * 3
        if ("user", "Person?") in scope.rows:
            paths.append("user")
        if not paths:
            return self.leaf(scope)
        path = self.pick(paths)
        known = scope.knowing(path)
        if path == "user":
            known = replace(known, rows=(("user", "Person"), *[row for row in known.rows if row[0] != "user"]))
        match self.draw(st.integers(0, 2)):
            case 0:
                return f"({path} is not None and {self.condition(known)})"
            case 1:
                return f"({path} is None or {self.condition(known)})"
            case _:
                return f"({self.condition(scope)} if {path} is None else {self.condition(known)})"

    def quantified(self, options: list[tuple[str, str]], scope: Scope) -> str:
        rows, inner, clause = self.loop(self.pick(options), scope)
        function = self.pick(["any", "all"])
        if not clause and scope.loops < 1 and self.chance(25):
            nested = [many for many in self.many(inner) if many[0].startswith("x")]
            if nested:
                further, innermost, where = self.loop(self.pick(nested), inner)
                return f"{function}({self.condition(replace(innermost, deep=1))} for {rows} for {further}{where})"
        return f"{function}({self.condition(inner)} for {rows}{clause})"

    def leaf(self, scope: Scope) -> str:
        match self.draw(st.integers(0, 12)):
            case 0 | 1 | 2:
                return self.ordered(scope)
            case 3:
                return self.equal(scope)
            case 4:
                return self.null(scope)
            case 5:
                return self.rows(scope)
            case 6:
                return self.contained(scope)
            case 7:
                return self.texts(scope)
            case 8:
                fields = self.fields(scope, "bool", nullable=False)
                return self.pick(fields) if fields else self.ordered(scope)
            case 9 if any(row == "user" for row, _ in scope.rows) and ("user", "Person?") not in scope.rows:
                role = self.pick(["'staff'", "'admin'", *self.fields(scope, "text", nullable=False)])
                return f"({role} {self.pick(['in', 'not in'])} user.roles)"
            case 10 if scope.deep > 0:
                return f"({self.condition(scope.down())} {self.pick(['==', '!='])} {self.condition(scope.down())})"
            case 11 if options := self.many(scope):
                size = f"len({self.pick(options)[0]})"
                return f"({size} {self.pick(['>', '==', '<=', '!=', '<', '>='])} {self.pick(['0', '1', '2'])})"
            case _:
                return self.listed(scope)

    def ordered(self, scope: Scope) -> str:
        kind = self.pick(ORDERED)
        other = self.pick(COMPARABLE.get(kind, [kind]))
        inner = scope.down()
        signs = ["<", "<=", ">", ">=", "==", "!="]
        a, b = self.value(kind, inner), self.value(other, inner)
        if self.chance(15):
            c = self.value(other if kind == "float" else kind, inner)
            if "big" not in (kind, other):
                return f"({a} {self.pick(signs)} {b} {self.pick(signs)} {c})"
        return f"({a} {self.pick(signs)} {b})"

    def equal(self, scope: Scope) -> str:
        """== of values that may both be None."""
        kind = self.pick([*CONSTANTS])
        options = [*self.fields(scope, kind, nullable=True), *self.fields(scope, kind, nullable=False)]
        if not options:
            return self.ordered(scope)
        a, b = self.pick(options), self.pick([*options, "None"])
        names = {a.rpartition(".")[2], b.rpartition(".")[2]}
        if names == {"status", "mood"}:
            b = a
        return f"({a} {self.pick(['==', '!='])} {b})"

    def null(self, scope: Scope) -> str:
        paths = [path for kind in KINDS for path in self.fields(scope, kind, nullable=True)]
        paths += [path for path, _ in self.optional_rows(scope)] * 2
        if ("user", "Person?") in scope.rows:
            paths.append("user")
        if not paths:
            return self.ordered(scope)
        return f"({self.pick(paths)} {self.pick(['is None', 'is not None', '== None'])})"

    def rows(self, scope: Scope) -> str:
        """Comparisons of rows."""
        options = [*self.paths(scope), *self.optional_rows(scope)]
        options = [(source, entity.rstrip("?")) for source, entity in options]
        if ("user", "Person?") in scope.rows:
            options.append(("user", "Person"))
        a, entity = self.pick(options)
        same = [source for source, other in options if other == entity]
        present = {source for source, _ in self.paths(scope)}
        many = [source for source, target in self.many(scope) if target == entity]
        if many and a in present and self.chance(40):
            return f"({a} {self.pick(['in', 'not in'])} {self.pick(many)})"
        if self.chance(15):
            return f"({a} in ({self.pick(same)}, {self.pick(same)}))"
        return f"({a} {self.pick(['==', '!='])} {self.pick(same)})"

    def contained(self, scope: Scope) -> str:
        """`x in (…)`."""
        sign = self.pick(["in", "not in"])
        if self.chance(30):
            enums = [
                (path, name)
                for path in [*self.fields(scope, "text", nullable=True), *self.fields(scope, "text", nullable=False)]
                if (name := path.rpartition(".")[2]) in ENUMS
            ]
            if enums:
                path, name = self.pick(enums)
                values = [repr(value) for value in ENUMS[name]]
                return f"({path} {sign} ({self.pick(values)}, {self.pick([*values, 'None'])}))"
        kind = self.pick([kind for kind in KINDS if kind != "bool"])
        fields = [path for path in self.fields(scope, kind, nullable=True) if path.rpartition(".")[2] not in ENUMS]
        item = self.pick(fields) if fields and self.chance(60) else self.value(kind, scope.down())
        options = [self.pick([*CONSTANTS[kind], "None"]) for _ in range(self.draw(st.integers(1, 3)))]
        if self.chance(30):
            options.append(self.value(kind, scope.down()))
            options += self.draw(st.lists(st.sampled_from(fields or ["None"]), max_size=1))
        if item.rpartition(".")[2] in ENUMS or any(option.rpartition(".")[2] in ENUMS for option in options):
            return f"({item} {sign} ({item},))"
        if self.chance(50) and all(option in CONSTANTS[kind] and "now" not in option for option in options):
            opening, closing = self.pick(["[]", "{}", "()"])
            return f"({item} {sign} {opening}{', '.join(options)},{closing})"
        return f"({item} {sign} ({', '.join(options)},))"

    def texts(self, scope: Scope) -> str:
        a, b = self.value("text", scope.down()), self.value("text", scope.down())
        match self.draw(st.integers(0, 3)):
            case 0:
                return f"({b} {self.pick(['in', 'not in'])} {a})"
            case 1:
                return f"{a}.startswith({b})"
            case 2:
                return f"{a}.endswith({b})"
            case _:
                return f"{a}.{self.pick(['startswith', 'endswith'])}(('a', '', 'SS'))"

    def listed(self, scope: Scope) -> str:
        kind, item = self.pick([("words", "text"), ("numbers", "int"), ("prices", "int")])
        lists = self.lists(scope, kind)
        if not lists:
            return self.ordered(scope)
        value = self.value(item, scope.down())
        return f"({value} {self.pick(['in', 'not in'])} {self.pick(lists)})"


@dataclass(frozen=True)
class Program:
    """A function's source, the kind of its value, whether that may be None, and who its user may be."""

    source: str
    kind: str
    nullable: bool
    user: str
    after: bool = False
    """It compares the Thing with another: as an update leaves it."""

    def __str__(self) -> str:
        return self.source


@st.composite
def programs(draw: Draw, *, after: bool = False) -> Program:
    """Random functions of a Thing and perhaps a user, `after` of the Thing after an update too."""
    writer = Writer(draw)
    user = draw(st.sampled_from(["", "", "Person", "Person | None"]))
    rows: tuple[tuple[str, str], ...] = (("self", "Thing"),)
    if after:
        rows += (("after", "Thing"),)
    if user == "Person":
        rows += (("user", "Person"),)
    if user == "Person | None":
        rows += (("user", "Person?"),)
    scope = Scope(rows)
    kind = "bool" if after else draw(st.sampled_from(["bool"] * 12 + [each for each in KINDS if each != "bool"]))
    lines: list[str] = []
    nullable = False
    if kind == "bool" and draw(st.booleans()) and draw(st.booleans()):
        lines.append(f"    if {writer.condition(replace(scope, deep=1))}:")
        lines.append(f"        return {writer.condition(replace(scope, deep=1))}")
        lines.append(f"    return {writer.condition(replace(scope, deep=2))}")
    elif kind != "bool" and draw(st.booleans()) and (options := writer.fields(scope, kind, nullable=True)):
        nullable = True
        path = writer.pick(options)
        value = writer.value(kind, scope.knowing(path))
        lines.append(f"    found = {path}")
        lines.append(f"    return {writer.pick([f'found if {path} is None else {value}', 'found'])}")
    else:
        lines.append(f"    return {writer.value(kind, scope)}")
    parameters = "self: Thing" + (", after: Thing" if after else "") + (f", user: {user}" if user else "")
    return Program("\n".join([f"def function({parameters}):", *lines, ""]), kind, nullable, user, after)
