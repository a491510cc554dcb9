"""Signatures: the parameters of the application's functions -> those that a request gives, and those handed in."""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, Literal

from backsmith.blueprint.blueprint import Injected, Parameter
from backsmith.blueprint.drafts import Compilation, Draft, name_of
from backsmith.blueprint.expressions import TRUE, Node
from backsmith.blueprint.functions import Context
from backsmith.blueprint.resolve_constants import MisfitError
from backsmith.blueprint.resolve_drafts import unknown_type
from backsmith.blueprint.resolve_functions import compiled
from backsmith.blueprint.resolve_records import ValueKind, default_of, resolve_value_type
from backsmith.blueprint.resolve_types import TypeMistake
from backsmith.blueprint.source import FunctionNode, Positioned, Source, SourceMissing, source_of_function
from backsmith.errors import Problem
from backsmith.model.account import Account
from backsmith.model.annotations import Names, NotOneTypeError, Shape, annotations_of, read
from backsmith.model.data import Data
from backsmith.model.entity import is_entity
from backsmith.model.queries import Allow
from backsmith.model.request import Request

Word = Literal["query", "action", "hook", "route"]
_HANDED = {"Data": Data, "Account": Account, "Request": Request}
"""Names that a model may know only for type checkers."""


@dataclass(slots=True)
class Function:
    """A function of the application with its place in the source."""

    function: FunctionType
    word: Word
    source: Source
    node: FunctionNode
    owner: Draft | None = None
    """The entity whose method it is."""

    @property
    def name(self) -> str:
        """Its own name."""
        return self.function.__name__

    @property
    def module(self) -> str:
        """The module it is written in."""
        return self.function.__module__

    @property
    def path(self) -> str:
        """`module:qualified.name`."""
        return f"{self.function.__module__}:{self.function.__qualname__}"

    @property
    def doc(self) -> str | None:
        """Its docstring."""
        return inspect.getdoc(self.function)

    def problem(self, code: str, message: str, hint: str | None = None, *, at: Positioned | None = None) -> Problem:
        """A mistake at `at`, or else at the function's name."""
        return self.source.problem(at or name_of(self.node), code, message, hint)

    def place(self, parameter: str) -> Positioned:
        """Where the parameter stands."""
        arguments = self.node.args
        for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if each.arg == parameter:
                return each
        return name_of(self.node)

    @property
    def first(self) -> str | None:
        """The name of its first parameter."""
        return next(iter(inspect.signature(self.function).parameters), None)


@dataclass(slots=True)
class Signature:
    """What a function takes."""

    given: list[Parameter] = field(default_factory=list[Parameter])
    """Those that a request gives."""
    injected: list[Injected] = field(default_factory=list[Injected])
    shapes: dict[str, Shape] = field(default_factory=dict[str, Shape])
    """The annotations of all of them, taken apart."""
    needs_user: bool = False


def located(
    compilation: Compilation, function: FunctionType, word: Word, owner: Draft | None = None
) -> Function | None:
    """The function with its source; None where there is none, which is reported."""
    try:
        return Function(function, word, *source_of_function(function), owner)
    except SourceMissing as missing:
        compilation.report(missing.problem)
        return None


def row_of(compilation: Compilation, function: FunctionType) -> Draft | None:
    """The entity that a function's first parameter is a row of; an account there is who asks."""
    first = next(iter(inspect.signature(function).parameters), None)
    annotation = annotations_of(function).get(first or "")
    try:
        base = None if annotation is None else read(annotation, _names(function.__module__)).base
    except Exception:
        return None  # `shape_of` reports it
    if is_entity(base) and not issubclass(base, Account):
        return compilation.by_class.get(base)
    return None


def signature_of(compilation: Compilation, function: Function, row: Draft | None) -> Signature:
    """What the function takes; its mistakes are reported. `row` is the entity that its first parameter is a row of."""
    signature = Signature()
    annotations = annotations_of(function.function)
    parameters = list(inspect.signature(function.function).parameters.values())
    if row is not None and parameters:
        signature.injected.append(Injected(parameters.pop(0).name, "row"))
    for parameter in parameters:
        place = function.place(parameter.name)
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            message = f"The {function.word} {function.name} takes its parameters by name: '{parameter.name}' can't be."
            compilation.report(function.problem(f"{function.word}-parameters", message, at=place))
            continue
        shape = shape_of(compilation, function, parameter.name, annotations, place)
        if shape is None:
            continue
        signature.shapes[parameter.name] = shape
        if shape.base is Data:
            signature.injected.append(Injected(parameter.name, "data"))
        elif shape.base is Request:
            signature.injected.append(Injected(parameter.name, "request"))
        elif function.word == "hook" and row is not None and _is_old(parameter.name, shape, row):
            signature.injected.append(Injected(parameter.name, "old"))
        elif is_entity(shape.base) and issubclass(shape.base, Account):
            signature.injected.append(Injected(parameter.name, "user"))
            signature.needs_user = signature.needs_user or not shape.nullable
        else:
            made = _parameter(compilation, function, parameter, shape, place)
            if made is not None:
                signature.given.append(made)
    return signature


def _is_old(name: str, shape: Shape, row: Draft) -> bool:
    """Whether a parameter of a hook is the row as it was: of accounts, whose type is that of the user too, by name."""
    return shape.base is row.cls and (name == "old" or not issubclass(row.cls, Account))


def allowed(
    compilation: Compilation, function: Function, allow: Allow | None, context: Context
) -> tuple[Node | None, bool]:
    """Who may call the function, and whether they have to be signed in."""
    if allow in ("everyone", "signed_in"):
        return TRUE, allow == "signed_in"
    if isinstance(allow, FunctionType):
        return compiled(compilation, allow, None, context)
    message = f"The {function.word} {function.name} doesn't say who may call it."
    hint = f'@{function.word}(allow=…) takes "everyone", "signed_in", or a function: def staff(user: Account) -> bool.'
    if function.word == "route":
        hint = 'Add allow="everyone", "signed_in", or a function: def staff(user: Account) -> bool.'
    compilation.report(function.problem(f"{function.word}-without-allow", message, hint))
    return None, False


def shape_of(
    compilation: Compilation, function: Function, name: str, annotations: dict[str, Any], place: Positioned
) -> Shape | None:
    """The annotation of a parameter, taken apart; None where it has a mistake, which is reported."""
    path = f"{function.name}({name})"
    if name not in annotations:
        message = f"The parameter {path} has no type."
        compilation.report(function.problem("untyped-field", message, f"Write {name}: int, or what it is.", at=place))
        return None
    try:
        return read(annotations[name], _names(function.module))
    except NameError as error:
        compilation.report(function.problem("unknown-type", unknown_type(path, error.name or ""), at=place))
    except NotOneTypeError:
        message = f"{path}: a parameter has one type, with or without None."
        compilation.report(function.problem("unknown-type", message, "For any JSON value write Json.", at=place))
    except Exception as error:
        compilation.report(function.problem("unknown-type", f"The type of {path} can't be read: {error}.", at=place))
    return None


def _names(module: str) -> Names:
    def missing(unknown: str) -> Any:
        if unknown in _HANDED:
            return _HANDED[unknown]
        raise NameError(unknown, name=unknown)

    return Names(vars(sys.modules[module]), missing)


def _parameter(
    compilation: Compilation, function: Function, parameter: inspect.Parameter, shape: Shape, place: Positioned
) -> Parameter | None:
    path = f"{function.name}({parameter.name})"
    try:
        kind = resolve_value_type(compilation, path, shape)
    except TypeMistake as mistake:
        compilation.report(function.problem(mistake.code, mistake.message, mistake.hint, at=place))
        return None
    required = parameter.default is parameter.empty
    return Parameter(
        name=parameter.name,
        type=kind.type,
        nullable=shape.nullable,
        required=required,
        default=None if required else _default(compilation, function, path, parameter.default, shape, kind, place),
        bounds=kind.bounds,
    )


def _default(
    compilation: Compilation,
    function: Function,
    path: str,
    default: Any,
    shape: Shape,
    kind: ValueKind,
    place: Positioned,
) -> Any:
    if default is None and shape.nullable:
        return None
    try:
        return default_of(default, kind)
    except MisfitError as error:
        message = f"The default of {path} doesn't fit: {default!r} {error}."
        compilation.report(function.problem("bad-default", message, at=place))
        return None
