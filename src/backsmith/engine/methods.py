"""Which methods an address has: by what it is, and by the verbs that its rules open to somebody."""

from __future__ import annotations

from typing import Literal, cast

from backsmith import errors
from backsmith.engine.catalogue import Resource
from backsmith.errors import RequestError

Method = Literal["POST", "PATCH", "PUT", "DELETE"]
"""Methods that write."""

READING = frozenset({"GET", "HEAD"})
VERBS: dict[Method, tuple[Literal["create", "update", "delete"], ...]] = {
    "POST": ("create",),
    "PUT": ("create", "update"),
    "PATCH": ("update",),
    "DELETE": ("delete",),
}
"""What a request of that method may come to: a rule for one of them has to be there."""


def known_methods(resource: Resource, *, item: bool) -> tuple[str, ...]:
    """The methods that a collection, or one of its rows, can have, whatever the rules say."""
    if resource.entity.view:
        return ("GET", "HEAD")
    if item:
        return ("GET", "HEAD", "PUT", "PATCH", "DELETE")
    return ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") if resource.key else ("GET", "HEAD", "POST")


def allowed_methods(resource: Resource, *, item: bool) -> str:
    """The value of Allow: the methods that a rule opens to somebody, and those that need none."""
    verbs = {verb for rule in resource.entity.rules for verb in rule.verbs}
    opened = (
        method
        for method in known_methods(resource, item=item)
        if method in READING or verbs & set(VERBS[cast(Method, method)])
    )
    return ", ".join((*opened, "OPTIONS"))


def not_allowed(method: str, resource: Resource, *, item: bool) -> RequestError:
    """The refusal of a method that the address doesn't have."""
    entity = resource.entity
    hint = None
    if method in VERBS:
        if entity.view:
            hint = f"{entity.collection} is a view: it is read only."
        elif item:
            hint = f"{method} to the collection, {entity.collection}."
        else:
            hint = f"{entity.collection} has no key, so its rows can be created only."
    return RequestError(
        errors.METHOD_NOT_ALLOWED,
        f"{method} isn't allowed here",
        hint=hint,
        headers=(("allow", allowed_methods(resource, item=item)),),
    )
