"""Migrations: the `migration`s of an application -> `Migration`s, each with its mistakes at its place."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import ModuleType
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

from backsmith.blueprint.blueprint import Entity, Field, Migration, Parameter
from backsmith.blueprint.drafts import Compilation, Draft, name_of
from backsmith.blueprint.naming import did_you_mean
from backsmith.blueprint.resolve_types import TypeMistake, resolve_type
from backsmith.blueprint.source import Positioned, Source, SourceMissing, source_of
from backsmith.blueprint.types import Type, plain_of
from backsmith.model.annotations import Names, Shape, read
from backsmith.model.migrations import MIGRATION, Sql, SqlMigration
from backsmith.model.types import Json

ANY = "*"
"""SQL that every database takes."""
CODE = "migration"


class Written(NamedTuple):
    """A migration as it stands in the model: its name there, what it is, and where."""

    name: str
    what: type | SqlMigration
    module: ModuleType


def migrations_in(module: ModuleType) -> Iterator[Written]:
    """Those that the module itself has."""
    for name, value in vars(module).items():
        own = isinstance(value, type) and value.__module__ == module.__name__
        if isinstance(value, SqlMigration) or (own and MIGRATION in vars(value)):
            yield Written(name, value, module)


def resolve_migrations(
    compilation: Compilation, written: Iterable[Written], entities: Mapping[str, Entity]
) -> tuple[Migration, ...]:
    """The migrations; all their mistakes are reported."""
    found: list[Migration] = []
    for each in written:
        try:
            source = source_of(each.module.__file__ or each.module.__name__)
        except SourceMissing as missing:
            compilation.report(missing.problem)
            continue
        place = next(_places(source.tree, each.name), source.tree.body[0])
        of: Any = each.what.entity if isinstance(each.what, SqlMigration) else vars(each.what)[MIGRATION]
        draft = compilation.by_class.get(of)
        if draft is None:
            message = f"The migration {each.name} is of {getattr(of, '__name__', of)!s}, which is no entity here."
            compilation.report(source.problem(place, CODE, message))
            continue
        resolver = _Resolver(compilation, each, source, place, draft, entities[draft.name])
        made = resolver.sql(each.what) if isinstance(each.what, SqlMigration) else resolver.functions(each.what)
        if made is not None:
            found.append(made)
    return tuple(found)


def _places(tree: ast.Module, name: str) -> Iterator[Positioned]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            yield name_of(node)
        elif isinstance(node, ast.Assign):
            yield from (each for each in node.targets if isinstance(each, ast.Name) and each.id == name)


class _Resolver:
    """One migration."""

    def __init__(
        self,
        compilation: Compilation,
        written: Written,
        source: Source,
        place: Positioned,
        draft: Draft,
        entity: Entity,
    ) -> None:
        self.compilation = compilation
        self.written = written
        self.source = source
        self.place = place
        self.draft = draft
        self.stored = {field.name: field for field in entity.fields if field.computed is None}

    def problem(self, message: str, hint: str | None = None) -> None:
        """Report a mistake of the migration."""
        text = f"The migration {self.written.name} {message}"
        self.compilation.report(self.source.problem(self.place, CODE, text, hint))

    def made(self, **what: Any) -> Migration:
        """The migration."""
        name = self.written.name
        earlier = [f"{before}@migration" for before in self.draft.earlier(name)]
        return Migration(
            id=self.compilation.ids.take(f"{self.draft.name}.{name}@migration", earlier),
            name=name,
            entity=self.draft.name,
            location=self.source.location(self.place),
            **what,
        )

    def is_written(self, names: Iterable[str]) -> bool:
        """Whether all of these are fields that a row has; what isn't is reported."""
        good = True
        for name in names:
            if name not in self.stored:
                self.problem(f"writes '{name}', which {self.draft.name} hasn't.{did_you_mean(name, self.stored)}")
                good = False
        return good

    # By SQL
    def sql(self, written: SqlMigration) -> Migration | None:
        """Of a `migration(…, up=…)`."""
        up, down = _texts(written.up), _texts(written.down)
        if not self.is_written(written.up):
            return None
        for name in written.up:
            if self.stored[name].secret:
                self.problem(
                    f"writes '{name}' by SQL, which is secret.", "Write a class with an up: it is encrypted then."
                )
                return None
        return self.made(
            reads=tuple(name for name, _ in down),
            writes=tuple(name for name, _ in up),
            up_sql=up,
            down_sql=down,
        )

    # By functions
    def functions(self, cls: type) -> Migration | None:
        """Of a class with `up` and `down`."""
        up, down = self.function(cls, "up"), self.function(cls, "down")
        if up is None:
            if "up" not in vars(cls):
                self.problem(
                    "has no up.",
                    "Write @staticmethod def up(name: str) -> Names: with the fields of the version before.",
                )
            return None
        reads, writes = tuple(inspect.signature(up).parameters), self.results(up, "up")
        if not reads:
            self.problem("has an up without parameters.", "They are the fields of the version before, by their names.")
            return None
        if not writes or not self.is_written(writes) or not self.fit(writes):
            return None
        if down is not None and not self.results(down, "down"):
            return None
        takes = self.takes(up)
        if takes is None:
            return None
        path = f"{cls.__module__}:{cls.__qualname__}"
        return self.made(
            reads=reads,
            writes=tuple(writes),
            takes=takes,
            up=f"{path}.up",
            down=None if down is None else f"{path}.down",
            doc=inspect.getdoc(cls),
        )

    def function(self, cls: type, name: str) -> Callable[..., Any] | None:
        """The static method of that name."""
        found = vars(cls).get(name)
        if found is None:
            return None
        if not isinstance(found, staticmethod):
            self.problem(f"has an {name} that isn't static.", f"Write @staticmethod above def {name}.")
            return None
        function: Any = found.__func__
        if inspect.iscoroutinefunction(function):
            self.problem(f"has an {name} that is async.", "It is called once for each row: write a plain def.")
            return None
        return function

    def takes(self, up: Callable[..., Any]) -> tuple[Parameter, ...] | None:
        """What is said of the parameters; None where that is reported."""
        hints = get_type_hints(up, include_extras=True)
        found: list[Parameter] = []
        for name in inspect.signature(up).parameters:
            if hints.get(name, Any) is Any:
                continue
            try:
                shape, kind = self.read(name, hints[name])
            except (TypeMistake, TypeError, NameError) as error:
                self.problem(f"takes '{name}' of a type that no field can have: {str(error).rstrip('.')}.")
                return None
            found.append(Parameter(name=name, type=kind, nullable=shape.nullable))
        return tuple(found)

    def read(self, name: str, annotation: Any) -> tuple[Shape, Type]:
        """An annotation taken apart, and its type. Raises TypeMistake, TypeError, NameError."""
        shape = read(annotation, Names(vars(self.written.module), lambda each: None))
        return shape, resolve_type(f"{self.written.name}.{name}", shape).type

    def results(self, function: Callable[..., Any], name: str) -> dict[str, Any]:
        """The fields that a function gives, with their annotations; none where it doesn't say."""
        try:
            returned: Any = get_type_hints(function, include_extras=True).get("return")
            if hasattr(returned, "_fields"):  # a NamedTuple
                return get_type_hints(returned, include_extras=True)
        except NameError as error:
            self.problem(f"has an {name} whose types can't be read: '{error.name}' isn't known.")
            return {}
        if get_origin(returned) is Annotated:
            of, *markers = get_args(returned)
            names = [marker for marker in markers if isinstance(marker, str)]
            if len(names) == 1:
                rest = tuple(marker for marker in markers if not isinstance(marker, str))
                return {names[0]: Annotated[of, *rest] if rest else of}
        self.problem(
            f"doesn't say which fields {name} gives.",
            f'Return a NamedTuple with their names, or of one field write def {name}(…) -> Annotated[str, "name"].',
        )
        return {}

    def fit(self, results: Mapping[str, Any]) -> bool:
        """Whether the values are of the fields' types; what isn't is reported."""
        good = True
        for name, annotation in results.items():
            field: Field = self.stored[name]
            try:
                _, kind = self.read(name, annotation)
            except (TypeMistake, TypeError, NameError) as error:
                self.problem(f"gives '{name}' of a type that can't be read: {str(error).rstrip('.')}.")
                return False
            if type(kind) is not type(plain_of(field.type)) and annotation is not Json:
                self.problem(f"gives '{name}' of another type than {self.draft.name}.{name} has.")
                good = False
        return good


def _texts(by_field: Mapping[str, str | Sql]) -> tuple[tuple[str, dict[str, str]], ...]:
    """By field, the SQL by the name of the dialect."""
    found: list[tuple[str, dict[str, str]]] = []
    for name, sql in by_field.items():
        if isinstance(sql, str):
            found.append((name, {ANY: sql}))
        else:
            both = {"sqlite": sql.sqlite, "postgres": sql.postgres}
            found.append((name, {dialect: text for dialect, text in both.items() if text is not None}))
    return tuple(found)
