"""Files of scenarios -> `Scenario`s. Every mistake is said with its file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import yaml

from backsmith.blueprint.source import shown
from backsmith.checks.testing.scenarios.comparing import mistakes
from backsmith.checks.testing.scenarios.nouns import GivenRow, Scenario, ScenarioError, Step, Who

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ASKS = re.compile(rf"({'|'.join(METHODS)}) (/\S*)")
_WHO = re.compile(r"([^()]+?)(?: \(([^()]+)\))?")
_MEMBERS = ("send", "headers", "reply", "shows", "shows exactly", "reply headers", "named")
_HINT = 'A step is "ada: GET /orders" with reply: 200 below it; docs/testing.md has examples.'


class _Loader(yaml.SafeLoader):
    """Reads numbers exactly, and takes texts for what they are: a day is a text, and so are yes and no."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", list("tf")),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", list("-0123456789")),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), _first)  # pyright: ignore[reportUnknownMemberType]


def _exact(_: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(str(node.value))


_Loader.add_constructor("tag:yaml.org,2002:float", _exact)


def scenarios_of(path: Path) -> list[Scenario]:
    """The scenarios of a file. Raises ScenarioError."""
    return _Reader(path).scenarios()


class _Reader:
    """Reads one file."""

    def __init__(self, path: Path) -> None:
        self._file = shown(str(path))
        try:
            self._loader = _Loader(path.read_text(encoding="utf-8"))
            self._root = self._loader.get_single_node()
        except (OSError, UnicodeDecodeError) as error:
            raise ScenarioError(self._file, 1, f"It can't be read: {error}.") from error
        except yaml.MarkedYAMLError as error:
            line = 1 if error.problem_mark is None else error.problem_mark.line + 1
            raise ScenarioError(self._file, line, f"It isn't YAML: {error.problem}.") from error

    def scenarios(self) -> list[Scenario]:
        """All of them, in order."""
        if self._root is None:
            return []
        given: tuple[GivenRow, ...] = ()
        found: list[Scenario] = []
        for key, node in self._pairs(self._root, "A file of scenarios has `given` and scenarios by their names."):
            name = self._text(key)
            if name == "given":
                given = tuple(self._given(node))
            else:
                own, steps = self._scenario(node)
                found.append(Scenario(self._file, name, self._line(key), (*given, *own), steps))
        return found

    def _scenario(self, node: yaml.Node) -> tuple[tuple[GivenRow, ...], tuple[Step, ...]]:
        own: list[GivenRow] = []
        steps: list[Step] = []
        for each in self._items(node, _HINT):
            pairs = self._pairs(each, _HINT)
            if len(pairs) == 1 and self._text(pairs[0][0]) == "given":
                own += self._given(pairs[0][1])
            else:
                steps.append(self._step(pairs, each))
        if not steps:
            raise self._error(node, "A scenario without a step says nothing.", _HINT)
        return tuple(own), tuple(steps)

    def _given(self, node: yaml.Node) -> Iterator[GivenRow]:
        for key, rows in self._pairs(node, "`given` has collections."):
            collection = self._text(key)
            if isinstance(rows, yaml.MappingNode):
                for name, row in self._pairs(rows, ""):
                    yield GivenRow(collection, self._text(name), self._row(row), self._line(name))
            else:
                hint = "Rows are a list, or by names: tea: {name: Green tea}."
                for row in self._items(rows, hint):
                    yield GivenRow(collection, None, self._row(row), self._line(row))

    def _row(self, node: yaml.Node) -> dict[str, Any]:
        value = self._value(node)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._error(node, "A row is an object.", "Write {name: Green tea}.")
        return cast("dict[str, Any]", value)

    def _step(self, pairs: list[tuple[yaml.Node, yaml.Node]], node: yaml.Node) -> Step:
        if not pairs:
            raise self._error(node, "A step without a request.", _HINT)
        (key, asked), *rest = pairs
        who, request = _WHO.fullmatch(self._text(key)), _ASKS.fullmatch(self._text(asked))
        if who is None or request is None:
            raise self._error(key, f"'{self._text(key)}: {self._text(asked)}' isn't a request.", _HINT)
        members: dict[str, yaml.Node] = {}
        for name, value in rest:
            if self._text(name) not in _MEMBERS:
                there = ", ".join(_MEMBERS)
                raise self._error(name, f"A step has no '{self._text(name)}'.", f"It has: {there}.")
            members[self._text(name)] = value
        if "reply" not in members:
            raise self._error(key, "It isn't said what the reply is.", "Write reply: 200.")
        reply = self._value(members["reply"])
        if not isinstance(reply, int):
            raise self._error(members["reply"], "A reply is a status.", "Write reply: 200.")
        if "shows" in members and "shows exactly" in members:
            raise self._error(members["shows"], "Either `shows` or `shows exactly`.", "Leave one of them out.")
        shows = members.get("shows") or members.get("shows exactly")
        for member in (shows, members.get("reply headers")):
            for message, hint in () if member is None else mistakes(self._value(member)):
                raise self._error(member or key, message, hint)
        return Step(
            line=self._line(key),
            who=Who(who[1], frozenset(each.strip() for each in (who[2] or "").split(",") if each.strip())),
            method=cast("Any", request[1]),
            target=request[2],
            reply=reply,
            sends="send" in members,
            send=self._value(members["send"]) if "send" in members else None,
            headers=self._texts(members.get("headers")),
            shows=None if shows is None else self._value(shows),
            is_shown=shows is not None,
            exactly="shows exactly" in members,
            reply_headers=self._texts(members.get("reply headers")),
            named=self._text(members["named"]) if "named" in members else None,
        )

    def _texts(self, node: yaml.Node | None) -> dict[str, str]:
        return {} if node is None else {self._text(key): self._text(value) for key, value in self._pairs(node, "")}

    def _pairs(self, node: yaml.Node, hint: str) -> list[tuple[yaml.Node, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            raise self._error(node, "Names with values are needed here.", hint)
        return cast("list[tuple[yaml.Node, yaml.Node]]", node.value)

    def _items(self, node: yaml.Node, hint: str) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            raise self._error(node, "A list is needed here.", hint)
        return cast("list[yaml.Node]", node.value)

    def _text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(node, "A text is needed here.")
        return str(node.value)

    def _value(self, node: yaml.Node) -> Any:
        try:
            return self._loader.construct_object(node, deep=True)  # pyright: ignore[reportUnknownMemberType]
        except yaml.MarkedYAMLError as error:
            raise self._error(node, f"It can't be read: {error.problem}.") from error

    def _line(self, node: yaml.Node) -> int:
        return node.start_mark.line + 1

    def _error(self, node: yaml.Node, message: str, hint: str = "") -> ScenarioError:
        return ScenarioError(self._file, self._line(node), message, hint)
