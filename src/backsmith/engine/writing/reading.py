"""Read: a request that writes -> what it asks for, its body apart. Nothing is looked up but the collection."""

from __future__ import annotations

from typing import Literal, cast

from msgspec import Struct

from backsmith import errors
from backsmith.engine.catalogue import Catalogue, Resource
from backsmith.engine.grammar.accept import Representation, negotiate
from backsmith.engine.grammar.keys import key_of
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.grammar.prefer import NO_PREFERENCES, Preferences, read_preferences
from backsmith.engine.grammar.shape import shape_of
from backsmith.engine.methods import VERBS, Method, known_methods, not_allowed
from backsmith.engine.writing.work import Verb
from backsmith.errors import RequestError
from backsmith.http.request import Request


class AskedWrite(Struct, frozen=True):
    """What a request that writes asks for."""

    method: Method
    resource: Resource
    shape: str
    values: tuple[str, ...]
    """Of the query, then the parts of an item's key."""
    query_values: int
    key_parts: int
    form: Representation
    prefer: Preferences
    if_match: str | None
    if_none_match: str | None

    @property
    def query_texts(self) -> tuple[str, ...]:
        """The values of the query alone."""
        return self.values[: self.query_values]

    @property
    def shows(self) -> bool:
        """Whether the reply shows what was written."""
        return self.prefer.returns == "representation"

    @property
    def on_conflict(self) -> Literal["merge", "ignore"] | None:
        """What becomes of a row that is given and exists; None: that is an error."""
        if self.method == "PUT":
            return "merge"
        if self.method != "POST" or self.prefer.resolution is None or not self.resource.key:
            return None
        return "merge" if self.prefer.resolution == "merge-duplicates" else "ignore"

    @property
    def verbs(self) -> tuple[Verb, ...]:
        """What it may come to."""
        return VERBS["PUT"] if self.on_conflict == "merge" else VERBS[self.method]

    @property
    def conditional(self) -> bool:
        """Whether it is to be done only if the row is what the request says it is."""
        return self.key_parts > 0 and (self.if_match is not None or self.if_none_match is not None)

    @property
    def final(self) -> bool:
        """Whether what is written is kept, whatever it turns out to be."""
        return (
            self.most is None
            and self.prefer.tx != "rollback"
            and (self.form.form != "object" or self.key_parts > 0)
            and not self.conditional
        )

    @property
    def most(self) -> int | None:
        """How many rows may change. Counts with handling=strict only, as in PostgREST."""
        return self.prefer.max_affected if self.prefer.handling == "strict" else None


def read_write(request: Request, catalogue: Catalogue, limits: Limits) -> AskedWrite:
    """What the request asks for.

    Raises RequestError UNKNOWN_COLLECTION, METHOD_NOT_ALLOWED, NOTHING_HERE, BAD_QUERY, BAD_PREFERENCE, NOT_ACCEPTABLE,
    or PRECONDITION_FAILED for a precondition on a collection, which has no version of its own.
    """
    resource = catalogue.collection(request.path[0])
    _, *rest = request.path
    if rest and (not resource.key or len(rest) > 1):
        raise RequestError(errors.NOTHING_HERE, f"There is nothing at {request.target}")
    if request.method not in known_methods(resource, item=bool(rest)):
        raise not_allowed(request.method, resource, item=bool(rest))
    shape, values = shape_of(request.query, limits)
    form = negotiate(request.header("accept"))
    prefer = request.list_header("prefer")
    key = key_of(rest[0], resource.entity.key) if rest else ()
    asked = AskedWrite(
        cast(Method, request.method),
        resource,
        shape,
        (*values, *key),
        len(values),
        len(key),
        form,
        NO_PREFERENCES if prefer is None else read_preferences(prefer),
        request.list_header("if-match"),
        request.list_header("if-none-match"),
    )
    if asked.if_match is not None and not key:
        raise RequestError(
            errors.PRECONDITION_FAILED,
            "If-Match is about one row, and this address is of many",
            hint=f"Write to the row's own address, {request.target.rstrip('/')}/….",
        )
    return asked
