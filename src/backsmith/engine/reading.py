"""Read: an HTTP request -> what it asks for, with the values apart. Nothing is looked up but the collection."""

from __future__ import annotations

from msgspec import Struct

from backsmith import errors
from backsmith.engine.catalogue import Catalogue, Resource
from backsmith.engine.grammar.accept import Representation, negotiate
from backsmith.engine.grammar.keys import key_of
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.grammar.prefer import NO_PREFERENCES, Preferences, read_preferences
from backsmith.engine.grammar.shape import shape_of
from backsmith.engine.methods import READING, not_allowed
from backsmith.errors import RequestError
from backsmith.http.request import Request


class Asked(Struct, frozen=True):
    """What a reading request asks for."""

    resource: Resource
    shape: str
    values: tuple[str, ...]
    """Of the query, then the parts of an item's key."""
    query_values: int
    key_parts: int
    range: str | None
    """The Range header of a list."""
    form: Representation
    prefer: Preferences

    @property
    def query_texts(self) -> tuple[str, ...]:
        """The values of the query alone."""
        return self.values[: self.query_values] if self.key_parts else self.values


def read(request: Request, catalogue: Catalogue, limits: Limits) -> Asked:
    """What the request asks for.

    Raises RequestError UNKNOWN_COLLECTION, METHOD_NOT_ALLOWED, BAD_QUERY, BAD_PREFERENCE, NOT_ACCEPTABLE, NOT_FOUND.
    """
    resource = catalogue.collection(request.path[0])
    if request.method not in READING:
        raise not_allowed(request.method, resource, item=len(request.path) > 1)
    shape, values = shape_of(request.query, limits)
    form = negotiate(request.header("accept"))
    prefer = request.list_header("prefer")
    preferences = NO_PREFERENCES if prefer is None else read_preferences(prefer)
    _, *rest = request.path
    if not rest:
        span = request.header("range") if request.method == "GET" else None
        return Asked(resource, shape, values, len(values), 0, span, form, preferences)
    if not resource.key or len(rest) > 1:
        raise RequestError(errors.NOTHING_HERE, f"There is nothing at {request.target}")
    key = key_of(rest[0], resource.entity.key)
    return Asked(resource, shape, (*values, *key), len(values), len(key), None, form, preferences)
