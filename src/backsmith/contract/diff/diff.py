"""`differences(old, new)`: two OpenAPI documents go in, what a client notices of the change comes out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from backsmith.contract.diff.bodies import Bodies
from backsmith.contract.diff.comparing import Comparison
from backsmith.contract.diff.documents import Document, Node, list_of
from backsmith.contract.diff.lifecycle import removal
from backsmith.contract.diff.nouns import Difference
from backsmith.contract.diff.operations import METHODS, Operation, operation_of, operations_of
from backsmith.contract.diff.parameters import Parameters
from backsmith.contract.diff.securities import (
    own_server_differences,
    scheme_differences,
    security_differences,
    server_differences,
)


def differences(old: Mapping[str, Any], new: Mapping[str, Any], *, today: date | None = None) -> tuple[Difference, ...]:
    """Every difference that a client may notice, operation by operation in the order of the new document.

    Words for people make no difference, nor names of components, nor the order of anything.

    Arguments:
        old: An OpenAPI document, 3.0, 3.1 or 3.2, as JSON.
        new: Another one.
        today: The day by which what was to end on some day may be gone; now in UTC.

    Raises:
        UsageError: One of them is no such document, or refers to what it doesn't hold.
    """
    comparison = Comparison(Document(old, "The old document"), Document(new, "The new document"),
                            today or datetime.now(UTC).date())  # fmt: skip
    server_differences(comparison)
    scheme_differences(comparison)
    before, after = operations_of(comparison.old), operations_of(comparison.new)
    for key, now in after.items():
        was = before.get(key)
        if was is None:
            text = f"{now.caller.address} is new."
            comparison.add(now.caller.difference("operation-added", "compatible", text))
        else:
            _operation(comparison, was, now)
    for key, was in before.items():
        if key not in after:
            paths = {path for path, _ in after}
            _removed(comparison, was, "operation" if key[0] in paths else "path")
    _webhooks(comparison)
    return tuple(comparison.differences())


def _removed(comparison: Comparison, was: Operation, what: str) -> None:
    gone = removal(was.node.value, comparison.today)
    error = "405" if what == "operation" else "404"
    text = f"{was.caller.address} is gone ({error}){gone.words}."
    comparison.add(was.caller.difference(f"{what}-removed{gone.kind}", gone.lower("breaking"), text))


def _operation(comparison: Comparison, was: Operation, now: Operation) -> None:
    caller = now.caller
    if was.caller.id != now.caller.id:
        if was.caller.id is None:
            comparison.add(caller.difference("operation-id-added", "compatible", f"Its id is {caller.id}."))
        else:
            named = f"is {caller.id}" if caller.id else "is gone"
            text = f"Its id {named}, where it was {was.caller.id}: clients that are generated call it by another name."
            kind = "operation-id-changed" if caller.id else "operation-id-removed"
            comparison.add(caller.difference(kind, "risky", text, request=f"client.{was.caller.id}()"))
    _tags(comparison, was, now)
    _lifecycle(comparison, was, now)
    own_server_differences(comparison, was, now)
    security_differences(comparison, was, now)
    Parameters(comparison, was, now).compare()
    Bodies(comparison, was, now).compare()
    _callbacks(comparison, was, now)


def _tags(comparison: Comparison, was: Operation, now: Operation) -> None:
    old, new = (list_of(each.node.get("tags")) for each in (was, now))
    for tag in new:
        if tag not in old:
            comparison.add(now.caller.difference("tag-added", "compatible", f"It is listed under {tag} too."))
    for tag in old:
        if tag not in new:
            comparison.add(now.caller.difference("tag-removed", "compatible", f"It isn't listed under {tag} any more."))


def _lifecycle(comparison: Comparison, was: Operation, now: Operation) -> None:
    caller = now.caller
    before, after = (each.node.get("deprecated") is True for each in (was, now))
    old, new = (each.node.get("x-sunset") for each in (was, now))
    if after and not before:
        text = "It is deprecated" + (f", and goes on {new}." if new else ".")
        comparison.add(caller.difference("operation-deprecated", "compatible", text))
    elif before and not after:
        comparison.add(caller.difference("operation-reactivated", "compatible", "It isn't deprecated any more."))
    elif after and old != new:
        if not isinstance(new, str):
            comparison.add(caller.difference("sunset-removed", "compatible", "It has no day of its end any more."))
        elif not isinstance(old, str) or new < old:
            before_that = f", not on {old}" if isinstance(old, str) else ""
            comparison.add(caller.difference("sunset-earlier", "risky", f"It goes on {new}{before_that}."))
        else:
            comparison.add(caller.difference("sunset-later", "compatible", f"It goes on {new}, not on {old}."))


def _webhooks(comparison: Comparison) -> None:
    """What the server calls: there the client receives the body."""
    before, after = operations_of(comparison.old, "webhooks"), operations_of(comparison.new, "webhooks")
    for key, now in after.items():
        was = before.get(key)
        if was is None:
            text = f"There is a new webhook, {now.caller.path}."
            comparison.add(now.caller.difference("webhook-added", "compatible", text))
        else:
            Bodies(comparison, was, now, "received", f"Webhook {now.caller.path}: ").compare()
    for key, was in before.items():
        if key not in after:
            text = f"The webhook {was.caller.path} isn't called any more."
            comparison.add(was.caller.difference("webhook-removed", "breaking", text))


def _callbacks(comparison: Comparison, was: Operation, now: Operation) -> None:
    """What the server calls back."""
    after = dict(now.node.member("callbacks").members())
    for name, node in was.node.member("callbacks").members():
        if name not in after:
            text = f"The callback {name} isn't called any more."
            comparison.add(now.caller.difference("callback-removed", "breaking", text, pointer=node.pointer))
            continue
        old, new = comparison.old.resolve(node), comparison.new.resolve(after[name])
        for expression, item in new.members():
            before = old.member(expression)
            for method in METHODS:
                if _has(before, method) and _has(item, method):
                    sides = (
                        operation_of(comparison.old, expression, method, before),
                        operation_of(comparison.new, expression, method, item),
                    )
                    Bodies(comparison, *sides, "received", f"Callback {name}: ").compare()
    for name in after:
        if name not in dict(was.node.member("callbacks").members()):
            text = f"There is a new callback, {name}."
            comparison.add(now.caller.difference("callback-added", "compatible", text))


def _has(item: Node, method: str) -> bool:
    return isinstance(item.get(method), dict)
