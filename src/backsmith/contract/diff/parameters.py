"""What became of an operation's parameters. In: the operation before and after. Out: differences."""

from __future__ import annotations

from typing import Any

from backsmith.contract.diff.comparing import Comparison
from backsmith.contract.diff.documents import Node
from backsmith.contract.diff.flattening import Flattener
from backsmith.contract.diff.lifecycle import removal
from backsmith.contract.diff.nouns import Level
from backsmith.contract.diff.operations import Operation, Parameter
from backsmith.contract.diff.sites import Site

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
"""What OpenAPI says where a document doesn't."""
_NEEDED = "has to be given: requests without it are refused"


class Parameters:
    """Compares parameters."""

    def __init__(self, comparison: Comparison, old: Operation, new: Operation) -> None:
        self._comparison = comparison
        self._old, self._new = old, new
        self._caller = new.caller

    def compare(self) -> None:
        """Every difference."""
        old, new = self._old.parameters, self._new.parameters
        moved = {each.name: each for key, each in new.items() if key not in old and each.place != "path"}
        for key, was in old.items():
            now = new.get(key)
            if now is not None:
                self._both(was, now)
            elif was.name in moved:
                self._moved(was, moved.pop(was.name))
            elif was.place != "path":
                self._removed(was)
        for key, now in new.items():
            if key not in old and (now.place == "path" or now.name in moved):
                self._added(now)

    def _add(self, kind: str, level: Level, parameter: Parameter, words: str, request: str | None = None) -> None:
        caller = self._caller
        text = f"{_name(parameter, begins=True)} {words}."
        self._comparison.add(
            caller.difference(f"request-parameter-{kind}", level, text, pointer=parameter.node.pointer,
                              request=f"{caller.address}{request or _with(parameter)}")
        )  # fmt: skip

    def _added(self, now: Parameter) -> None:
        if now.place == "path":
            self._add("added-required", "breaking", now, "is new in the path", "")
        elif now.node.get("required") is True:
            without = f" without {now.name}"
            self._add("added-required", "breaking", now, f"is new and {_NEEDED}", without)
        else:
            self._add("added", "compatible", now, "is new and may be left out")

    def _removed(self, was: Parameter) -> None:
        gone = removal(was.node.value, self._comparison.today)
        words = f"isn't known any more: requests with it are refused, or it is passed over{gone.words}"
        self._add(f"removed{gone.kind}", gone.lower("breaking"), was, words)

    def _moved(self, was: Parameter, now: Parameter) -> None:
        self._add("moved", "breaking", was, f"is a {now.place} parameter from now on")

    def _both(self, was: Parameter, now: Parameter) -> None:
        old, new = was.node.object, now.node.object
        required = now.place != "path"
        if required and new.get("required") is True and old.get("required") is not True:
            self._add("became-required", "breaking", now, f"{_NEEDED} from now on", f" without {now.name}")
        elif required and old.get("required") is True and new.get("required") is not True:
            self._add("became-optional", "compatible", now, "may be left out from now on")
        self._spelling(was, now)
        self._lifecycle(was, now)
        before, after = _schema(was.node), _schema(now.node)
        if (before is None) != (after is None) or (before and after and before[0] != after[0]):
            self._add("encoding-changed", "breaking", now, "is written in another way from now on")
        elif before is not None and after is not None:
            items = self._items(was, now)
            if items is not None:
                self._add("repeatable", "compatible", now, "may be given several times from now on")
            site = Site("parameter", _name(now), now.name, now.place, textual=not before[0])
            self._comparison.schemas(self._caller, site, before[1], items or after[1], "sent")

    def _spelling(self, was: Parameter, now: Parameter) -> None:
        old, new = was.node.object, now.node.object
        style = _STYLES.get(now.place, "form")
        before, after = (each.get("style", style) for each in (old, new))
        if before != after:
            self._add("style-changed", "breaking", now, f"is written in the style {after} from now on, not {before}")
        elif self._is_compound(now) and _explodes(old, before) != _explodes(new, after):
            how = "each by itself" if _explodes(new, after) else "together"
            self._add("explode-changed", "breaking", now, f"has its parts written {how} from now on")
        if old.get("allowReserved", False) and not new.get("allowReserved", False):
            self._add("reserved-refused", "risky", now, "has to have its reserved characters encoded from now on")
        elif new.get("allowReserved", False) and not old.get("allowReserved", False):
            self._add("reserved-allowed", "compatible", now, "may have reserved characters as they are from now on")
        if old.get("allowEmptyValue", False) and not new.get("allowEmptyValue", False):
            self._add("empty-refused", "breaking", now, "can't be empty any more", f"?{now.name}=")

    def _is_compound(self, parameter: Parameter) -> bool:
        schema = _schema(parameter.node)
        if schema is None:
            return False
        types = Flattener(self._comparison.new).flat(schema[1]).types
        return types is None or bool(types & {"array", "object"})

    def _items(self, was: Parameter, now: Parameter) -> Node | None:
        """What was given once may be given several times: a single one is a list of one, as it is written. Then the
        schema of one of them."""
        before, after = _schema(was.node), _schema(now.node)
        exploded = now.place == "query" and _explodes(now.node.object, now.node.get("style") or "form")
        if before is None or after is None or before[0] or after[0] or not exploded:
            return None
        old = Flattener(self._comparison.old).flat(before[1])
        new = Flattener(self._comparison.new).flat(after[1])
        if new.types != frozenset({"array"}) or not old.types or old.types & {"array", "object"}:
            return None
        return None if (new.min_items or 0) > 1 else new.items or Node({}, after[1].pointer)

    def _lifecycle(self, was: Parameter, now: Parameter) -> None:
        before, after = (each.node.get("deprecated") is True for each in (was, now))
        old, new = was.node.get("x-sunset"), now.node.get("x-sunset")
        if after and not before:
            self._add("deprecated", "compatible", now, "is deprecated" + (f", and goes on {new}" if new else ""))
        elif before and not after:
            self._add("reactivated", "compatible", now, "isn't deprecated any more")
        elif after and isinstance(new, str) and (not isinstance(old, str) or new < old):
            self._add("sunset-earlier", "risky", now, f"goes on {new}")


def _explodes(value: dict[str, Any], style: Any) -> bool:
    return bool(value.get("explode", style == "form"))


def _schema(node: Node) -> tuple[str, Node] | None:
    """Its media type, where it has one, and its schema."""
    if node.get("schema") is not None:
        return "", node.member("schema")
    for name, media in node.member("content").members():
        return name, media.member("schema") if media.get("schema") is not None else Node({}, media.pointer)
    return "", Node({}, node.pointer)


def _name(parameter: Parameter, *, begins: bool = False) -> str:
    kind = "header" if parameter.place == "header" else f"{parameter.place} parameter"
    return f"{'The' if begins else 'the'} {kind} {parameter.name}"


def _with(parameter: Parameter) -> str:
    match parameter.place:
        case "query":
            return f"?{parameter.name}=…"
        case "path":
            return ""
        case _:
            return f" with {parameter.name}: …"
