"""Reading an annotation: `Annotated[list["Line"], Via("order")]` -> its base, its markers, whether it may be None.

Strings inside are evaluated in the names of the class's module; names that can't be found go to `missing`, so that
entities may refer to one another whatever their order and module.
"""

from __future__ import annotations

import builtins
import inspect
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, ClassVar, ForwardRef, Union, get_args, get_origin


@dataclass(frozen=True, slots=True)
class Shape:
    """An annotation taken apart."""

    base: Any
    """A class, or `Literal[…]`; of a list, that of its items."""
    many: bool = False
    nullable: bool = False
    markers: tuple[Any, ...] = ()
    item_markers: tuple[Any, ...] = ()
    """Markers of the items of a list."""
    item_nullable: bool = False


class NotOneTypeError(TypeError):
    """An annotation that is several types at once, such as `int | str`."""


class Names(Mapping[str, Any]):
    """The names an annotation can use: those of its module, Python's own, then what `missing` gives."""

    def __init__(self, module: Mapping[str, Any], missing: Callable[[str], Any]) -> None:
        self._module = module
        self._missing = missing

    def __getitem__(self, name: str) -> Any:
        if name in self._module:
            return self._module[name]
        if hasattr(builtins, name):
            return getattr(builtins, name)
        return self._missing(name)

    def __iter__(self) -> Any:
        return iter(self._module)

    def __len__(self) -> int:
        return len(self._module)


def annotations_of(holder: Any) -> dict[str, Any]:
    """The annotations written in a class or function itself, unevaluated where they can't be yet."""
    if sys.version_info >= (3, 14):
        import annotationlib  # noqa: PLC0415 - a module of Python 3.14

        return annotationlib.get_annotations(holder, format=annotationlib.Format.FORWARDREF)
    return inspect.get_annotations(holder)


def is_class_variable(annotation: Any) -> bool:
    """Whether the annotation is `ClassVar[…]`, which makes no field."""
    if isinstance(annotation, str):
        return annotation.startswith(("ClassVar", "typing.ClassVar"))
    return annotation is ClassVar or get_origin(annotation) is ClassVar


def read(annotation: Any, names: Names) -> Shape:
    """Take an annotation apart.

    Raises what evaluating its strings raises (NameError from `missing`, SyntaxError, TypeError), and `NotOneTypeError`.
    """
    if isinstance(annotation, ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        return read(eval(_code(annotation), {"__builtins__": builtins}, names), names)
    if annotation is None:
        return Shape(types.NoneType, nullable=True)
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *markers = get_args(annotation)
        shape = read(inner, names)
        return _with(shape, markers=shape.markers + _flat(markers))
    if origin is Union or origin is types.UnionType:
        members = get_args(annotation)
        others = [member for member in members if member is not types.NoneType]
        if len(others) != 1:
            raise NotOneTypeError("a field has one type, with or without None")
        shape = read(others[0], names)
        return _with(shape, nullable=shape.nullable or len(members) > 1)
    if origin is list:
        item = read(get_args(annotation)[0], names)
        if item.many:
            raise NotOneTypeError("a list holds single values")
        return Shape(item.base, many=True, item_markers=item.markers, item_nullable=item.nullable)
    return Shape(annotation)


@lru_cache(maxsize=256)
def _code(annotation: str) -> types.CodeType:
    return compile(annotation.strip(), "<annotation>", "eval")


def _with(shape: Shape, *, markers: tuple[Any, ...] | None = None, nullable: bool | None = None) -> Shape:
    return Shape(
        shape.base,
        shape.many,
        shape.nullable if nullable is None else nullable,
        shape.markers if markers is None else markers,
        shape.item_markers,
        shape.item_nullable,
    )


def _flat(markers: list[Any]) -> tuple[Any, ...]:
    """Markers with those that stand for several (Interval, Len) taken apart, and bare classes made instances."""
    flat: list[Any] = []
    for marker in markers:
        if getattr(marker, "__is_annotated_types_grouped_metadata__", False):
            flat.extend(marker)
        elif isinstance(marker, type) and marker.__module__ == "backsmith.model.markers":
            try:
                flat.append(marker())
            except TypeError:
                flat.append(marker)  # one that needs parameters: the compiler says so
        else:
            flat.append(marker)
    return tuple(flat)
