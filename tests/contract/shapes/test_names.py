"""Names that a model may give and that we make too: both are there, each under a name of its own."""

from __future__ import annotations

from pathlib import Path

from backsmith.contract import Contract, contract_of
from tests.evolution.versions import Versions

MODEL = """
from dataclasses import dataclass

class Note(Entity):
    text: str

    @allow("read", "create", "update")
    def everyone(self) -> bool:
        return True

class NoteCreate(Entity):
    text: str

    @allow("read", "create")
    def everyone(self) -> bool:
        return True

@dataclass
class Note2:
    text: str = ""

@action(allow="everyone")
async def get_note(data: Data, of: Note2) -> Note2:
    return of

@action(allow="everyone")
async def batch(data: Data) -> None:
    return None
"""


def made(folder: Path) -> Contract:
    return contract_of(Versions(folder).next(MODEL))


def test_shapes(tmp_path: Path) -> None:
    shapes = [shape.name for shape in made(tmp_path).shapes]
    assert shapes == [
        "Note", "NoteCreate2", "NoteUpdate", "NoteCreate", "NoteCreateCreate", "Note2Given", "GetNoteBody", "Note2",
        "Batch", "BatchOperation", "BatchResults", "BatchResult",
    ]  # fmt: skip


def test_operations(tmp_path: Path) -> None:
    addresses = {each.id: each.path for each in made(tmp_path).operations}
    assert {id: addresses[id] for id in ("get_note", "get_note2", "batch", "batch2")} == {
        "get_note": "/api/notes/{id}",
        "get_note2": "/api/rpc/get_note",
        "batch": "/api/rpc/batch",
        "batch2": "/api/batch",
    }
