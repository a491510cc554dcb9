"""The operations beside collections, functions and accounts: batches, files by their id, and what operators ask.

In: what is visible. Out: operations, and the shapes that they need beside those there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from backsmith import errors
from backsmith.blueprint.blueprint import Default
from backsmith.blueprint.types import Enum, Integer, Json, Text, is_file
from backsmith.contract.contract import (
    Answer,
    Bytestream,
    Content,
    Input,
    Many,
    Mapped,
    Member,
    Operation,
    Ref,
    Shape,
)
from backsmith.contract.inputs import IDEMPOTENCY, IF_NONE_MATCH, JSON, PREFER, RANGE
from backsmith.contract.names import distinct
from backsmith.contract.refusals import refusals_of
from backsmith.contract.visible import Visible
from backsmith.engine.batch.operations import METHODS

TAG = "system"
HTML, PLAIN = "text/html", "text/plain"
_ANYONE = "Anyone."


def system_operations(
    visible: Visible, prefix: str, shapes: Sequence[Shape], *, accounts: bool, metrics: bool
) -> tuple[list[Operation], list[Shape]]:
    """The operations, and their shapes."""
    taken = {shape.name for shape in shapes}
    batch = _BatchShapes(
        *(distinct(name, taken) for name in ("Batch", "BatchOperation", "BatchResults", "BatchResult"))
    )
    operations = [_batch(prefix, batch), *_files(visible, prefix), *_pages(accounts=accounts, metrics=metrics)]
    return operations, list(batch.shapes())


class _BatchShapes:
    """The shapes of a batch, by names that are free."""

    def __init__(self, batch: str, operation: str, results: str, result: str) -> None:
        self.batch, self.operation, self.results, self.result = batch, operation, results, result

    def shapes(self) -> Iterator[Shape]:
        """`docs/api.md`, "Batch", as data."""
        headers = Default("constant", {})
        operation = (
            Member(name="method", type=Enum(METHODS)),
            Member(name="path", type=Text(pattern="^/[^/?]"), doc="The address below the prefix, with its query."),
            Member(name="id", type=Text(pattern="^[A-Za-z][A-Za-z0-9_-]{0,63}$"), nullable=True, required=False,
                   default=Default("constant"), doc="By what operations after it refer to its reply."),
            Member(name="headers", type=Mapped(Text()), required=False, default=headers),
            Member(name="body", type=Json(), nullable=True, required=False),
        )  # fmt: skip
        result = (
            Member(name="id", type=Text(), required=False, doc="Where the operation has one."),
            Member(name="status", type=Integer()),
            Member(name="headers", type=Mapped(Text())),
            Member(name="body", type=Json(), nullable=True, required=False, doc="Where the reply has one."),
        )
        operations = (Member(name="operations", type=Many(Ref(self.operation))),)
        results = (Member(name="results", type=Many(Ref(self.result))),)
        yield Shape(name=self.batch, purpose="record", members=operations, closed=True,
                    doc="Operations that are one transaction.")  # fmt: skip
        yield Shape(name=self.operation, purpose="record", members=operation, closed=True,
                    doc="An operation, as it would be alone.")  # fmt: skip
        yield Shape(name=self.results, purpose="record", members=results, doc="The replies, in their order.")
        yield Shape(name=self.result, purpose="record", members=result, doc="The reply to an operation.")


def _batch(prefix: str, shapes: _BatchShapes) -> Operation:
    contents = (Content(media_type=JSON, type=Ref(shapes.results)),)
    return Operation(
        id="batch",
        kind="batch",
        tag="batch",
        method="POST",
        path=f"{prefix}/batch",
        summary="Do several operations in one transaction, all or none",
        doc='An earlier reply is referred to by {"$result": "id.member"} in a body, and by ${id.member} in a path.',
        inputs=(replace(PREFER, doc="`tx=rollback`: show what it would do, and keep nothing."), IDEMPOTENCY),
        body=(Content(media_type=JSON, type=Ref(shapes.batch)),),
        answers=(Answer(status=200, doc="All was done.", contents=contents),),
        refusals=refusals_of("batch"),
        access="Anyone; each operation is allowed or refused as it would be alone.",
        anonymous=True,
        idempotent=True,
    )


def _files(visible: Visible, prefix: str) -> Iterator[Operation]:
    readable = (
        field.name in visible.readable(entity) and not entity.private
        for entity in visible.entities.values()
        for field in entity.fields
        if is_file(field.type)
    )
    if any(readable):
        given = Answer(status=200, doc="Its bytes.", contents=(Content(media_type="*/*", type=Bytestream()),))
        key = Input(name="id", place="path", type=Text(), required=True, doc="The end of a file's `url`.")
        yield Operation(
            id="get_file",
            kind="system",
            tag="file",
            method="GET",
            path=f"{prefix}/file/{{id}}",
            summary="Download a file by its id",
            inputs=(key, RANGE, IF_NONE_MATCH),
            answers=(given, replace(given, status=206, doc="The part that `Range` asks for.")),
            refusals=refusals_of("file_get"),
            access="Whoever may read the field that holds it.",
            anonymous=True,
        )


def _pages(*, accounts: bool, metrics: bool) -> Iterator[Operation]:
    said = Content(media_type=JSON, type=Mapped(Text()))
    yield _page("get_health", "/health", "Whether the server lives", said)
    ready = _page("get_ready", "/ready", "Whether the server can answer requests", said)
    yield replace(ready, answers=(*ready.answers, Answer(status=503, doc="Not now.", contents=(said,))))
    if metrics:
        yield _page(
            "get_metrics", "/metrics", "What was counted, for Prometheus", Content(media_type=PLAIN, type=Text())
        )
    texts = (Content(media_type=PLAIN, type=Text()), Content(media_type=HTML, type=Text()))
    yield _page("list_errors", "/errors", "What the kinds of errors mean", *texts)
    slug = Input(name="slug", place="path", type=Enum(tuple(kind.slug for kind in errors.KINDS)), required=True)
    one = _page("get_error", "/errors/{slug}", "What a kind of error means", *texts)
    yield replace(one, inputs=(slug,), refusals=(*one.refusals, errors.NOTHING_HERE.slug))
    if accounts:
        keys = Content(media_type=JSON, type=Mapped(Json()))
        yield _page("get_jwks", "/.well-known/jwks.json", "The public keys that check access tokens", keys)


def _page(id: str, path: str, summary: str, *contents: Content) -> Operation:
    return Operation(
        id=id,
        kind="system",
        tag=TAG,
        method="GET",
        path=path,
        summary=summary,
        answers=(Answer(status=200, doc="It is said.", contents=contents),),
        refusals=refusals_of("system"),
        access=_ANYONE,
        anonymous=True,
    )
