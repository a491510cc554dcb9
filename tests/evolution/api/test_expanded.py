"""Versions that are served together: what is still answered breaks nothing, and breaks when it goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint
from backsmith.evolution.access_changes import access_changes
from backsmith.evolution.api_changes import api_changes
from tests.evolution.versions import Versions

OLD = """
class Note(Entity):
    phone: str

    @allow("read", "create")
    def everyone(self) -> bool:
        return True
"""
NEW = """
class Remark(Entity, renamed_from="Note"):
    telephone: Annotated[str, RenamedFrom("phone")]

    @allow("read", "create")
    def everyone(self) -> bool:
        return True
"""


@pytest.fixture
def versions(tmp_path: Path) -> tuple[Blueprint, Blueprint, Blueprint]:
    """The old one, both at once, the new one."""
    all_versions = Versions(tmp_path)
    old, new = all_versions.next(OLD), all_versions.next(NEW)
    (entity,) = new.entities
    kept = replace(old.entities[0].fields[1], id=f"{old.entities[0].fields[1].id}~old", deprecated="Use telephone.")
    both = replace(entity, fields=(*entity.fields, kept), former_collections=("notes",))
    return old, replace(new, entities=(both,)), new


def said(old: Blueprint, new: Blueprint) -> list[str]:
    return [f"{'!' if change.breaking else '+'} {change.about}: {change.text}" for change in api_changes(old, new)]


def test_expanding_breaks_nothing(versions: tuple[Blueprint, Blueprint, Blueprint]) -> None:
    old, both, _ = versions
    assert said(old, both) == [
        "+ /api/notes: It is called /api/remarks from now on; the old name is still answered.",
        "+ remarks.telephone: The new name of phone, which is still answered.",
        "+ remarks.phone: It is deprecated, and still answered. Use telephone.",
    ]


def test_contracting_breaks_who_still_uses_the_old_names(versions: tuple[Blueprint, Blueprint, Blueprint]) -> None:
    _, both, new = versions
    assert said(both, new) == [
        "! /api/notes: The old name of /api/remarks isn't answered any more (404).",
        "! remarks.phone: The deprecated field is gone: replies lack it and requests with it are refused.",
    ]


def test_the_new_version_at_once_breaks_all_of_it(versions: tuple[Blueprint, Blueprint, Blueprint]) -> None:
    old, _, new = versions
    assert [line[0] for line in said(old, new)] == ["!", "!", "+"]


def test_rights_are_the_same_whichever_name_is_used(versions: tuple[Blueprint, Blueprint, Blueprint]) -> None:
    old, both, new = versions
    assert [change.about for change in access_changes(old, both)] == ["Remark.telephone"]
    assert access_changes(both, new) == []
    assert access_changes(old, new) == []


def test_examples_are_requests(tmp_path: Path) -> None:
    both = Versions(tmp_path)
    old = both.next(OLD.replace("phone: str", "phone: str = ''"))
    (change,) = api_changes(old, both.next(OLD))
    assert change.requests == ("POST /api/notes without phone",)
