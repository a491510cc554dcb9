"""Who may call queries, actions without a row, and routes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from backsmith.blueprint.blueprint import Action, Blueprint, Query, Route
from backsmith.blueprint.english import english
from backsmith.blueprint.expressions import FALSE, TRUE, Node
from backsmith.evolution.access_changes.askers import kinds_of, roles_of
from backsmith.evolution.access_changes.comparing import Comparison
from backsmith.evolution.access_changes.entities import Both
from backsmith.evolution.access_changes.findings import Said, findings
from backsmith.evolution.access_changes.rights import Roles, decided
from backsmith.evolution.plan import AccessChange

Call = Query | Action | Route
"""Something that is called, and says itself who may."""


def call_changes(sides: Both) -> Iterator[AccessChange]:
    """What became of the rights to call."""
    before, after = _calls(sides.old), _calls(sides.new)
    for id in (*after, *(id for id in before if id not in after)):
        (_, old), (about, new) = before.get(id, ("", None)), after.get(id) or (before[id][0], None)
        yield from _of_call(sides, about, old, new)


def _calls(blueprint: Blueprint) -> Mapping[str, tuple[str, Call]]:
    """Those of a blueprint, by id, with what they are called."""
    found: dict[str, tuple[str, Call]] = {
        query.id: (f"GET /api/rpc/{query.name}", query) for query in blueprint.queries
    }
    found |= {
        action.id: (f"POST /api/rpc/{action.name}", action) for action in blueprint.actions if action.entity is None
    }
    return found | {route.id: (f"{route.method} {route.path}", route) for route in blueprint.routes}


def _of_call(sides: Both, about: str, old: Call | None, new: Call | None) -> Iterator[AccessChange]:
    account = sides.new.account or "Account"
    rules = [each.allow for each in (old, new) if each is not None and each.allow is not None]
    said: list[Said] = []
    kinds = kinds_of(roles_of(rules))
    for kind in kinds:
        was = _decided(old, kind, sides.names.before)
        now = _decided(new, kind, sides.names.after)
        found = sides.compare(was, now, account, kind)
        if found.kind != "same":
            said.append(Said(kind, found, _sentence(old, new, kind, found)))
    yield from findings(about, "call", said, kinds)


def _decided(call: Call | None, roles: Roles, shared: Callable[[Node], Node]) -> Node:
    if call is None or call.allow is None or (call.needs_user and roles is None):
        return FALSE
    return decided(shared(call.allow), roles)


def _sentence(old: Call | None, new: Call | None, kind: Roles, found: Comparison) -> str:
    was, now = (_decided(each, kind, lambda written: written) for each in (old, new))
    if was == FALSE:
        return f"may now call it{_if(now)}."
    if now == FALSE:
        gone = ": it is gone" if new is None else ""
        return f"may no longer call it{gone}."
    words = {"wider": "may call it in more cases", "narrower": "may call it in fewer cases"}
    text = words.get(found.kind, "may perhaps call it in other cases")
    return f"{text}. Before{_if(was) or ' always'}. Now{_if(now) or ' always'}."


def _if(condition: Node) -> str:
    return "" if condition == TRUE else f" if {english(condition)}"
