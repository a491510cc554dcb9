"""While an older version is answered too, the contract has its names, and says what to use instead."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from backsmith.contract import Contract, contract_of
from tests.evolution.versions import Versions

OLD = """
class Note(Entity):
    phone: str

    @allow("read", "create", "file")
    def everyone(self) -> bool:
        return True

@action
async def file(note: Note, data: Data) -> None:
    return None
"""
NEW = """
class Remark(Entity, renamed_from="Note"):
    telephone: Annotated[str, RenamedFrom("phone")]

    @allow("read", "create", "file")
    def everyone(self) -> bool:
        return True

@action
async def file(remark: Remark, data: Data) -> None:
    return None
"""


def both_versions(folder: Path) -> Contract:
    versions = Versions(folder)
    old, new = versions.next(OLD), versions.next(NEW)
    (entity,) = new.entities
    kept = replace(old.entities[0].fields[1], id=f"{old.entities[0].fields[1].id}~old", deprecated="Use telephone.")
    expanded = replace(entity, fields=(*entity.fields, kept), former_collections=("notes",))
    return contract_of(replace(new, entities=(expanded,)))


def test_the_older_collection_is_still_there(tmp_path: Path) -> None:
    both = both_versions(tmp_path)
    assert [(each.name, each.row, each.deprecated) for each in both.collections] == [
        ("remarks", "Remark", None),
        ("notes", "Remark", "Use remarks."),
    ]
    assert [(each.id, each.path, each.deprecated) for each in both.operations if each.kind in ("get", "action")] == [
        ("get_remark", "/api/remarks/{id}", None),
        ("get_note", "/api/notes/{id}", "Use remarks."),
        ("file_remark", "/api/remarks/{id}/file", None),
        ("file_note", "/api/notes/{id}/file", "Use remarks."),
    ]


def test_older_fields_are_there_and_need_not_be_given(tmp_path: Path) -> None:
    shapes = {shape.name: shape for shape in both_versions(tmp_path).shapes}
    assert [(each.name, each.deprecated, each.nullable) for each in shapes["Remark"].members] == [
        ("id", None, False),
        ("telephone", None, False),
        ("phone", "Use telephone.", True),
    ]
    assert [(each.name, each.required) for each in shapes["RemarkCreate"].members] == [
        ("telephone", True),
        ("phone", False),
    ]
