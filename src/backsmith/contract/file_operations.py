"""The operations of files that rows have: downloads, uploads, removals. In: addresses. Out: `Operation`s."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Field
from backsmith.blueprint.types import Json
from backsmith.contract.addresses import Addresses
from backsmith.contract.contract import Answer, Bytestream, Content, Operation
from backsmith.contract.inputs import IF_MATCH, IF_NONE_MATCH, JSON, RANGE
from backsmith.contract.names import with_article, words


def file_operations(at: Addresses, field: Field) -> Iterator[Operation]:
    """What can be asked of a field that holds a file, of a row that has an address."""
    assert isinstance(field.type, Json)
    entity, visible = at.entity, at.visible
    noun = f"the {words(field.name)} of {with_article(entity.name)}"
    stream = Bytestream(field.type.accept, field.type.max_size)
    if field.name in visible.readable(entity):
        given = Answer(status=200, doc="Its bytes.", contents=(Content(media_type="*/*", type=stream),))
        part = replace(given, status=206, doc="The part that `Range` asks for.")
        yield at.operation("file_get", "GET", f"Download {noun}", inputs=(RANGE, IF_NONE_MATCH),
                           answers=(given, part), below=field.name)  # fmt: skip
    if not visible.may(entity, "update") or field.name not in visible.writable(entity, "update"):
        return
    kept = Answer(status=200, doc="Kept.", contents=(Content(media_type=JSON, type=field.type),))
    made = replace(kept, status=201, doc="Kept where there was none.")
    yield at.operation("file_put", "PUT", f"Upload {noun}", inputs=(IF_MATCH,), answers=(kept, made),
                       body=(Content(media_type="*/*", type=stream),), below=field.name)  # fmt: skip
    if field.nullable:
        gone = Answer(status=204, doc="It is gone.")
        yield at.operation("file_delete", "DELETE", f"Remove {noun}", inputs=(IF_MATCH,), answers=(gone,),
                           below=field.name)  # fmt: skip
