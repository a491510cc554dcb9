"""What a field can't be, or be asked for, when it is secret: each says why, before anything is done."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from backsmith.app import asgi
from backsmith.errors import ModelError
from tests.engine.sealed.conftest import Clinic

UNREADABLE = "the database doesn't know what is in it."


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("number=eq.1", "number is secret, so it can't be filtered by"),
        ("number=is.null", "number is secret, so it can't be filtered by"),
        ("number=like.*1*", "number is secret, so it can't be filtered by"),
        ("number=in.(1,2)", "number is secret, so it can't be filtered by"),
        ("or=(name.eq.x,number.eq.1)", "number is secret, so it can't be filtered by"),
        ("number=fts.word", "number is secret, so it can't be filtered by"),
        ("select=id,ward(name)&ward.code=eq.1", "code is secret, so it can't be filtered by"),
        ("notes->>a=eq.1", "notes is secret, so it can't be looked into"),
        ("select=notes->a", "notes is secret, so it can't be looked into"),
        ("select=number::text", "number is secret, so it can't be cast"),
        ("order=number", "number is secret, so it can't be ordered by"),
        ("order=notes->a", "notes is secret, so it can't be looked into"),
        ("select=id,ward(name)&order=ward(code)", "code is secret, so it can't be ordered by"),
        ("select=number.max()", "number is secret, so it can't be aggregated"),
        ("select=number.count()", "number is secret, so it can't be aggregated"),
        ("select=owed.sum()", "owed is secret, so it can't be aggregated"),
        ("select=number,count()", "number is secret, so it can't be grouped by"),
    ],
)
async def test_a_request_cant_look_into_one(clinic: Clinic, query: str, what: str) -> None:
    answer = await clinic.ask("GET", f"/patients?{query}")
    assert (answer.status, answer.json["message"].partition(".")[2]) == (400, what)
    assert answer.json["hint"] == "The database holds it encrypted. Select it, and look at it when it has arrived."


async def test_members_of_one_name_beside_one_are_refused(clinic: Clinic) -> None:
    answer = await clinic.ask("GET", "/patients?select=number,name,...ward(name)")
    assert (answer.status, answer.json["message"]) == (
        400,
        "Two members of patients would be named 'name', beside a field that is encrypted",
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("word: Annotated[str, Secret, Unique]", f"Post.word can't be both secret and unique: {UNREADABLE}"),
        ("word: Annotated[str, Secret, Indexed]", f"Post.word can't be both secret and indexed: {UNREADABLE}"),
        ("id: Annotated[int, Secret]", f"Post.id is the key, and can't be secret: {UNREADABLE}"),
        ("other: Annotated[Other, Secret]", "Post.other is a relation, and Secret is for fields."),
        ("word: Annotated[File, Secret]", "Post.word is a file, which is kept beside the database as it is."),
        ("word: list[Annotated[str, Secret]]", "Post.word: a list is secret as a whole."),
        ("word: Annotated[str, Secret, Backfill('x')]", "Post.word is secret, so the database can't fill it in."),
        (
            "word: Annotated[str, Secret, Column(type='text')]",
            "Post.word is secret, so its column holds bytes and has no default.",
        ),
        (
            "word: Annotated[str, Secret, RenamedFrom('other.word')]\n    other: Other",
            "Post.word is secret, and an encrypted value stays with the field that it is of.",
        ),
        (
            "word: Annotated[Literal['a'], Secret, RenamedFrom(values={'b': 'a'})]",
            f"Post.word is secret, so its values can't get other names: {UNREADABLE}",
        ),
    ],
)
def test_a_model_cant_say_more_of_one(tmp_path: Path, fields: str, message: str) -> None:
    assert message in _mistakes(tmp_path, fields, "")


@pytest.mark.parametrize(
    "method",
    [
        '@allow("update")\n    def some(self) -> bool:\n        return self.word == "x"',
        "@check\n    def fits(self) -> bool:\n        return self.word is not None",
        "@computed\n    def shout(self) -> str:\n        return self.word.upper()",
        '@allow("update")\n    def some(self) -> bool:\n        return any(each.word == "x" for each in self.other.posts)',
    ],
)
def test_rules_checks_and_computed_fields_cant_look_into_one(tmp_path: Path, method: str) -> None:
    found = _mistakes(tmp_path, "word: Annotated[str, Secret]\n    other: Other", method)
    assert "Post.word is secret, and encrypted in the database, which works out what stands here. [secret]" in found


def test_a_computed_field_cant_be_one(tmp_path: Path) -> None:
    method = "@computed\n    def shout(self) -> Annotated[str, Secret]:\n        return 'x'"
    assert "Post.shout is computed by the database, which nothing secret can be. [secret]" in _mistakes(
        tmp_path, "word: str", method
    )


def _mistakes(folder: Path, fields: str, method: str) -> str:
    head = """
        from typing import Annotated, Literal
        from backsmith import (
            Backfill, Column, Entity, File, Indexed, RenamedFrom, Secret, Unique, allow, check, computed,
        )

        class Other(Entity):
            name: str
            posts: list["Post"]

            @allow("read")
            def everyone(self) -> bool:
                return True

        class Post(Entity):
    """
    text = textwrap.dedent(head).rstrip(" ") + textwrap.indent(
        f'{fields}\n\n    {method}\n\n    @allow("read")\n    def everyone(self) -> bool:\n        return True\n', ""
    ).replace(fields, f"    {fields}", 1)
    file = folder / f"model_{abs(hash((fields, method)))}.py"
    file.write_text(text)
    with pytest.raises(ModelError) as no:
        asgi(file)
    return str(no.value)
