"""Calls: now(), len(), abs(), min() and max() of values, and the methods of texts. Relations are in `relations`."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING, Literal, cast

from backsmith.blueprint.expressions import Call, CurrentUser, Node, Now, Or, Row
from backsmith.blueprint.subset import comparisons, kinds, names, paths, refusals, relations, teams
from backsmith.blueprint.subset.places import Failed, Many, Place
from backsmith.blueprint.trees import type_of
from backsmith.blueprint.types import Boolean, Integer, List, Text, Type
from backsmith.model.defaults import now

if TYPE_CHECKING:
    from backsmith.blueprint.subset.reader import Reader

Method = Literal["lower", "upper", "strip", "startswith", "endswith"]
METHODS: tuple[Method, ...] = ("lower", "upper", "strip", "startswith", "endswith")
COMPREHENSION = (ast.GeneratorExp, ast.ListComp)


def call(reader: Reader, node: ast.Call, place: Place) -> Node:
    """A call of a function or of a method of a text."""
    function = names.outside(reader, node.func, place)
    if function is now:
        _arguments(reader, node, 0)
        return Now()
    if function is builtins.len:
        return _length(reader, node, place)
    if function is builtins.any or function is builtins.all:
        return relations.quantified(reader, node, "any" if function is builtins.any else "all", place)
    if function is builtins.sum:
        return relations.summed(reader, node, place)
    if function is builtins.min or function is builtins.max:
        name: Literal["min", "max"] = "min" if function is builtins.min else "max"
        if len(node.args) == 1:
            return relations.extreme(reader, node, name, place)
        return _extreme_of(reader, node, name, place)
    if function is builtins.abs:
        return _absolute(reader, node, place)
    if isinstance(node.func, ast.Attribute) and function is names.NOT_CONSTANT:
        return _method(reader, node, node.func, place)
    raise _refused(reader, node)


def _refused(reader: Reader, node: ast.Call) -> Failed:
    text = reader.text(node.func)
    last = text.rpartition(".")[2]
    if text in ("datetime.now", "datetime.utcnow", "datetime.datetime.now", "date.today", "datetime.today"):
        hint = "Write now(), the instant of the request: `from backsmith import now`."
    elif isinstance(node.func, ast.Name) and node.func.id not in {*reader.global_names(), *vars(builtins)}:
        return reader.fail(
            node.func,
            "unknown-name",
            f"There is no '{text}' here.",
            reader.similar(text, {*reader.global_names(), "len", "any", "all", "sum", "min", "max", "abs"}),
        )
    else:
        hint = refusals.FUNCTIONS.get(last, refusals.KNOWN_FUNCTIONS)
    return reader.refuse(node.func, f"{text}()", hint)


def _arguments(reader: Reader, node: ast.Call, count: int) -> list[ast.expr]:
    if len(node.args) != count or node.keywords:
        wanted = ("no argument", "one argument", "two arguments")[count]
        raise reader.fail(node, "wrong-type", f"{reader.text(node.func)}() takes {wanted} here.")
    return node.args


def _length(reader: Reader, node: ast.Call, place: Place) -> Node:
    (argument,) = _arguments(reader, node, 1)
    if isinstance(argument, COMPREHENSION):
        return relations.counted(reader, node, argument, place)
    value = paths.as_many(reader, reader.anything(argument, place))
    if isinstance(value, Many):
        return relations.count(reader, value)
    value = reader.checked(argument, value, place)
    type = type_of(value)
    if type is None or not (isinstance(type, List) or kinds.kind(type) == "text"):
        what = "a row" if type is None else kinds.name(type)
        message = f"'{reader.text(argument)}' is {what}: it has no length."
        raise reader.fail(argument, "wrong-type", message, "len() takes a text, a list or a relation to many rows.")
    return Call("length", (value,), Integer())


def _extreme_of(reader: Reader, node: ast.Call, name: Literal["min", "max"], place: Place) -> Node:
    """min(a, b, …) or max(a, b, …)."""
    if not node.args or node.keywords:
        raise reader.fail(node, "wrong-type", f"{name}() takes values, or a generator and default=.")
    values = reader.each(*(lambda argument=argument: reader.typed(argument, place) for argument in node.args))
    type = values[0][1]
    for argument, (_, other) in zip(node.args, values, strict=True):
        comparisons.check_common(reader, argument, type, other)
        type = cast(Type, kinds.common(type, other))
    if kinds.kind(type) not in kinds.ORDERED:
        raise reader.fail(node, "wrong-type", f"{kinds.sentence(type)} comes neither before nor after another.")
    return Call("minimum" if name == "min" else "maximum", tuple(value for value, _ in values), type)


def _absolute(reader: Reader, node: ast.Call, place: Place) -> Node:
    (argument,) = _arguments(reader, node, 1)
    value, type = reader.typed(argument, place)
    if kinds.kind(type) not in kinds.NUMBERS | {"duration"}:
        raise reader.fail(
            argument, "wrong-type", f"'{reader.text(argument)}' is {kinds.name(type)}; abs() takes a number."
        )
    return Call("absolute", (value,), kinds.whole(type))


def _method(reader: Reader, node: ast.Call, function: ast.Attribute, place: Place) -> Node:
    owner = reader.anything(function.value, place)
    if isinstance(owner, Many):
        hint = refusals.METHODS.get(function.attr, "Write len(), any(), all(), sum(), min() or max() over it.")
        raise reader.refuse(function, f"`.{function.attr}()` of rows", hint)
    owner = reader.checked(function.value, owner, place)
    type = type_of(owner)
    if function.attr == teams.METHOD and teams.is_team(reader, owner):
        return teams.has(reader, node, cast(Row, owner), place)
    if type is None:
        text = reader.text(function)
        hint = "Write out here what it returns."
        if isinstance(owner, CurrentUser) and function.attr in ("has_role", "in_role"):
            hint = f'Write `"staff" in {reader.text(function.value)}.roles`.'
        raise reader.refuse(function, f"A call of '{text}'", hint)
    if kinds.kind(type) != "text" or function.attr not in METHODS:
        hint = refusals.METHODS.get(function.attr)
        if hint is None and kinds.kind(type) == "text":
            hint = (
                reader.similar(function.attr, METHODS) or f"Texts have {', '.join(f'.{name}()' for name in METHODS)}."
            )
        raise reader.refuse(function, f"`.{function.attr}()` of {kinds.name(type)}", hint)
    if function.attr in ("startswith", "endswith"):
        return _ends(reader, node, function.attr, owner, place)
    if node.args or node.keywords:
        raise reader.fail(node, "wrong-type", f".{function.attr}() takes no argument here.")
    return Call(cast(Method, function.attr), (owner,), Text())


def _ends(reader: Reader, node: ast.Call, name: Literal["startswith", "endswith"], owner: Node, place: Place) -> Node:
    """startswith() and endswith(), of one text or a tuple of constant texts."""
    (argument,) = _arguments(reader, node, 1)
    options = names.collection(reader, argument, place) if isinstance(argument, ast.Tuple | ast.Name) else None
    if options is not None:
        texts: list[Node] = [reader.literal(argument, option) for option in options]
        types = [type_of(text) for text in texts]
    else:
        value, type = reader.typed(argument, place)
        texts, types = [value], [type]
    if any(type is None or kinds.kind(type) != "text" for type in types):
        raise reader.fail(argument, "wrong-type", f".{name}() takes a text.")
    tests = tuple(Call(name, (owner, text), Boolean()) for text in texts)
    return tests[0] if len(tests) == 1 else Or(tests)
