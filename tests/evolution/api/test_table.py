"""Every kind of change, one at a time, and all that is said of it: breaking (!) or compatible (+)."""
# ruff: noqa: E501 - a case reads best with its findings as they are

from __future__ import annotations

from pathlib import Path

import pytest

from backsmith.evolution.api_changes import api_changes
from tests.evolution.versions import Versions

CASES: list[tuple[str, str, str, list[str]]] = []
Models = tuple[str, str]


def case(name: str, models: Models, said: list[str]) -> None:
    CASES.append((name, *models, said))


def shop(body: str, extra: str = "", keywords: str = "", rule: str = '"read", "create", "update", "delete"') -> str:
    lines = "\n".join("    " + line for line in body.strip().split("\n")) if body.strip() else ""
    return f"""
class Note(Entity{keywords}):
    name: str
{lines}

    @allow({rule})
    def everyone(self) -> bool:
        return True

{extra}
"""


def f(old: str, new: str) -> Models:
    return shop(old), shop(new)


case("nothing", f("size: int", "size: int"), [])
case(
    "required field added",
    f("", "phone: str"),
    ["! notes.phone: A new field that has to be given: POST /api/notes without phone is refused from now on (422)."],
)
case("nullable field added", f("", "phone: str | None"), ["+ notes.phone: A new field, texts, or null."])
case("field with default added", f("", "phone: str = 'x'"), ["+ notes.phone: A new field, texts."])
case(
    "hidden required field added",
    f("", "phone: Annotated[str, Hidden]"),
    ["! notes.phone: A new field that has to be given: POST /api/notes without phone is refused from now on (422)."],
)
case("hidden optional field added", f("", "phone: Annotated[str | None, Hidden]"), [])
case(
    "required field added nobody creates",
    (shop("", rule='"read"'), shop("phone: str", rule='"read"')),
    ["+ notes.phone: A new field, texts."],
)
case(
    "computed added",
    f("", "@computed\ndef size(self) -> int:\n    return 1"),
    ["+ notes.size: A new field, whole numbers."],
)
case(
    "field removed",
    f("phone: str", ""),
    ["! notes.phone: The field is gone: replies lack it and requests with it are refused."],
)
case(
    "hidden field removed",
    f("phone: Annotated[str|None, Hidden]", ""),
    ["! notes.phone: The field is gone: requests with it are refused."],
)
case(
    "hidden field removed read only",
    (shop("phone: Annotated[str, Hidden]", rule='"read"'), shop("", rule='"read"')),
    [],
)
case(
    "computed removed",
    f("@computed\ndef size(self) -> int:\n    return 1", ""),
    ["! notes.size: The field is gone: replies lack it and requests with it are refused."],
)
case(
    "field renamed",
    f("phone: str", "telephone: Annotated[str, RenamedFrom('phone')]"),
    [
        "! notes.phone: The field is called telephone from now on: replies don't have it under its old name, and requests with that are refused.",
        "+ notes.telephone: The new name of phone.",
    ],
)
case(
    "field renamed read only",
    (shop("phone: str", rule='"read"'), shop("telephone: Annotated[str, RenamedFrom('phone')]", rule='"read"')),
    [
        "! notes.phone: The field is called telephone from now on: replies don't have it under its old name, and requests with that are refused.",
        "+ notes.telephone: The new name of phone.",
    ],
)
case(
    "hidden now",
    f("phone: str", "phone: Annotated[str, Hidden]"),
    [
        "! notes.phone: It is hidden from now on: replies lack it, and requests that select, filter or order by it are refused."
    ],
)
case(
    "shown now",
    f("phone: Annotated[str, Hidden]", "phone: str"),
    ["+ notes.phone: It is shown from now on: replies have it, and it can be filtered by."],
)
case(
    "nullable now",
    f("phone: str", "phone: str | None"),
    [
        "! notes.phone: It may be null from now on: replies may hold null.",
        "+ notes.phone: It may be left out of new rows: it is null then.",
    ],
)
case(
    "not null now",
    f("phone: str | None", "phone: str"),
    [
        "! notes.phone: It can't be null from now on: requests that give phone as null are refused (422).",
        "! notes.phone: It has to be given: POST /api/notes without phone is refused from now on (422).",
    ],
)
case(
    "not null now with default",
    f("phone: str | None", "phone: str = ''"),
    [
        "! notes.phone: It can't be null from now on: requests that give phone as null are refused (422).",
        "+ notes.phone: Left out of a new row, it becomes '' from now on.",
    ],
)
case(
    "nullable instead of default",
    f("phone: str = ''", "phone: str | None"),
    [
        "! notes.phone: It may be null from now on: replies may hold null.",
        "+ notes.phone: Left out of a new row, it is null from now on.",
    ],
)
case(
    "default appears",
    f("phone: str", "phone: str = 'x'"),
    ["+ notes.phone: It may be left out of new rows: it becomes 'x' then."],
)
case(
    "default vanishes",
    f("phone: str = 'x'", "phone: str"),
    [
        "! notes.phone: It has to be given: POST /api/notes without phone is refused from now on (422) (it was given its default)."
    ],
)
case(
    "default changes",
    f("phone: str = 'x'", "phone: str = 'y'"),
    ["+ notes.phone: Left out of a new row, it becomes 'y' from now on."],
)
case(
    "default now",
    f("at: datetime", "at: datetime = now()"),
    ["+ notes.at: It may be left out of new rows: it becomes now() then."],
)
case(
    "default of nullable vanishes",
    f("phone: str | None = 'x'", "phone: str | None"),
    ["+ notes.phone: Left out of a new row, it is null from now on."],
)
case(
    "computed becomes stored",
    f("@computed\ndef size(self) -> int:\n    return 1", "size: int = 1"),
    ["+ notes.size: It is kept from now on, no longer calculated, and can be written."],
)
case(
    "stored becomes computed",
    f("size: int = 1", "@computed\ndef size(self) -> int:\n    return 1"),
    ["! notes.size: It is calculated from now on: requests that give it are refused (422)."],
)
case(
    "stored becomes computed read only",
    (shop("size: int = 1", rule='"read"'), shop("@computed\ndef size(self) -> int:\n    return 1", rule='"read"')),
    ["+ notes.size: It is calculated from now on; its values may be others."],
)
case(
    "computed otherwise",
    f("@computed\ndef size(self) -> int:\n    return 1", "@computed\ndef size(self) -> int:\n    return 2"),
    ["+ notes.size: It is calculated in another way: its values may be others."],
)
case(
    "unique now",
    f("phone: str", "phone: Annotated[str, Unique]"),
    ["! notes.phone: It is unique from now on: a value that another row has is refused (409)."],
)
case(
    "unique no more",
    f("phone: Annotated[str, Unique]", "phone: str"),
    ["! notes.phone: It isn't unique any more: upserts by it are refused (400)."],
)
case(
    "unique no more, no updates",
    (shop("phone: Annotated[str, Unique]", rule='"read", "create"'), shop("phone: str", rule='"read", "create"')),
    ["+ notes.phone: It isn't unique any more."],
)
case("indexed", f("phone: str", "phone: Annotated[str, Indexed]"), [])
case(
    "longer",
    f("phone: Annotated[str, MaxLen(10)]", "phone: Annotated[str, MaxLen(20)]"),
    ["+ notes.phone: Texts may have 20 characters."],
)
case(
    "shorter",
    f("phone: Annotated[str, MaxLen(20)]", "phone: Annotated[str, MaxLen(10)]"),
    ["! notes.phone: Bodies take only texts of at most 10 characters (422)."],
)
case(
    "limited",
    f("phone: str", "phone: Annotated[str, MaxLen(10)]"),
    ["! notes.phone: Bodies take only texts of at most 10 characters (422)."],
)
case("unlimited", f("phone: Annotated[str, MaxLen(10)]", "phone: str"), ["+ notes.phone: Texts may be of any length."])
case(
    "at least",
    f("phone: str", "phone: Annotated[str, MinLen(3)]"),
    ["! notes.phone: Bodies take only texts of at least 3 characters (422)."],
)
case(
    "at least less",
    f("phone: Annotated[str, MinLen(3)]", "phone: Annotated[str, MinLen(1)]"),
    ["+ notes.phone: Texts may have 1 character."],
)
case(
    "pattern",
    f("phone: str", "phone: Annotated[str, Pattern('^[0-9]+$')]"),
    ["! notes.phone: Bodies take only texts that match ^[0-9]+$ (422)."],
)
case(
    "another pattern",
    f("phone: Annotated[str, Pattern('^[a-z]+$')]", "phone: Annotated[str, Pattern('^[0-9]+$')]"),
    ["! notes.phone: Bodies take only texts that match ^[0-9]+$ (422)."],
)
case(
    "no pattern",
    f("phone: Annotated[str, Pattern('^[0-9]+$')]", "phone: str"),
    ["+ notes.phone: Texts no longer have to match ^[0-9]+$."],
)
case(
    "text becomes email",
    f("phone: str", "phone: Email"),
    ["! notes.phone: Bodies take only texts that are e-mail addresses (422)."],
)
case(
    "email becomes text",
    f("phone: Email", "phone: str"),
    ["+ notes.phone: Texts no longer have to be e-mail addresses."],
)
case(
    "email becomes url", f("phone: Email", "phone: Url"), ["! notes.phone: Bodies take only texts that are URLs (422)."]
)
case(
    "at least 1",
    f("size: int", "size: Annotated[int, Ge(1)]"),
    ["! notes.size: Bodies take only values that are at least 1 (422)."],
)
case(
    "at least 0 after 1",
    f("size: Annotated[int, Ge(1)]", "size: Annotated[int, Ge(0)]"),
    ["+ notes.size: Values no longer have to be at least 1, only at least 0."],
)
case(
    "at least 2 after 1",
    f("size: Annotated[int, Ge(1)]", "size: Annotated[int, Ge(2)]"),
    ["! notes.size: Bodies take only values that are at least 2 (422)."],
)
case(
    "at most 9",
    f("size: int", "size: Annotated[int, Le(9)]"),
    ["! notes.size: Bodies take only values that are at most 9 (422)."],
)
case(
    "at most 9 gone",
    f("size: Annotated[int, Le(9)]", "size: int"),
    ["+ notes.size: Values no longer have to be at most 9."],
)
case(
    "more than and less than",
    f("size: int", "size: Annotated[int, Gt(1), Lt(9)]"),
    ["! notes.size: Bodies take only values that are more than 1 and less than 9 (422)."],
)
case(
    "at least becomes more than",
    f("size: Annotated[int, Ge(1)]", "size: Annotated[int, Gt(1)]"),
    ["! notes.size: Bodies take only values that are more than 1 (422)."],
)
case(
    "more than becomes at least",
    f("size: Annotated[int, Gt(1)]", "size: Annotated[int, Ge(1)]"),
    ["+ notes.size: Values no longer have to be more than 1, only at least 1."],
)
case(
    "multiples",
    f("size: int", "size: Annotated[int, MultipleOf(5)]"),
    ["! notes.size: Bodies take only values that are multiples of 5 (422)."],
)
case(
    "no multiples",
    f("size: Annotated[int, MultipleOf(5)]", "size: int"),
    ["+ notes.size: Values no longer have to be multiples of 5."],
)
case(
    "multiples of a divisor",
    f("size: Annotated[int, MultipleOf(10)]", "size: Annotated[int, MultipleOf(5)]"),
    ["+ notes.size: Values no longer have to be multiples of 10, only of 5."],
)
case(
    "after a day",
    f("day: date", "day: Annotated[date, Ge(date(2026, 1, 1))]"),
    ["! notes.day: Bodies take only values that are at least 2026-01-01 (422)."],
)
case(
    "enum value added",
    f("state: Literal['a','b']", "state: Literal['a','b','c']"),
    ["~ notes.state: Replies may hold 'c', which clients don't know."],
)
case(
    "enum value removed",
    f("state: Literal['a','b','c']", "state: Literal['a','b']"),
    ["! notes.state: Bodies don't take 'c' any more (422).", "! notes.state: Filters don't know 'c' any more (400)."],
)
case(
    "enum values replaced",
    f("state: Literal['a','b']", "state: Literal['a','c']"),
    [
        "~ notes.state: Replies may hold 'c', which clients don't know.",
        "! notes.state: Bodies don't take 'b' any more (422).",
        "! notes.state: Filters don't know 'b' any more (400).",
    ],
)
case("enum values in another order", f("state: Literal['a','b']", "state: Literal['b','a']"), [])
case(
    "enum becomes text",
    f("state: Literal['a','b']", "state: str"),
    ["~ notes.state: Replies hold any text, where they held one of a few."],
)
case(
    "text becomes enum",
    f("state: str", "state: Literal['a','b']"),
    ["! notes.state: Bodies take only 'a' and 'b' (422).", "! notes.state: Filters take only 'a' and 'b' (400)."],
)
case(
    "int32 becomes int",
    f("size: Int32", "size: int"),
    ["! notes.size: Replies may hold numbers of 64 bits, where they held 32."],
)
case(
    "int becomes int16",
    f("size: int", "size: Int16"),
    [
        "! notes.size: Bodies take only numbers of 16 bits, where they took 64 (422).",
        "! notes.size: Filters take only numbers of 16 bits, where they took 64 (400).",
    ],
)
case(
    "int becomes decimal",
    f("size: int", "size: Decimal"),
    ["! notes.size: Replies hold numbers with a fraction, where they held whole ones."],
)
case(
    "int becomes float",
    f("size: int", "size: float"),
    ["! notes.size: Replies hold numbers with a fraction, where they held whole ones."],
)
case(
    "float becomes int",
    f("size: float", "size: int"),
    ["! notes.size: Bodies take only whole numbers (422).", "! notes.size: Filters take only whole numbers (400)."],
)
case(
    "decimal becomes float",
    f("size: Decimal", "size: float"),
    ["! notes.size: Replies hold floating-point numbers, whose last digits may differ."],
)
case(
    "more places",
    f("size: Annotated[Decimal, Digits(10,2)]", "size: Annotated[Decimal, Digits(12,4)]"),
    ["~ notes.size: Replies may hold more digits after the point."],
)
case(
    "fewer places",
    f("size: Annotated[Decimal, Digits(12,4)]", "size: Annotated[Decimal, Digits(10,2)]"),
    ["! notes.size: Bodies take fewer digits after the point (422)."],
)
case(
    "more digits",
    f("size: Annotated[Decimal, Digits(10,2)]", "size: Annotated[Decimal, Digits(12,2)]"),
    ["~ notes.size: Replies may hold more digits before the point."],
)
case(
    "padded",
    f("size: Decimal", "size: Annotated[Decimal, Digits(18,4)]"),
    ["+ notes.size: Zeros at the end are written."],
)
case(
    "text becomes int",
    f("size: str", "size: int"),
    [
        "! notes.size: Replies hold whole numbers, where they held texts.",
        "! notes.size: Bodies take whole numbers, where they took texts (422).",
        "! notes.size: Filters take only whole numbers (400).",
    ],
)
case(
    "int becomes text",
    f("size: int", "size: str"),
    [
        "! notes.size: Replies hold texts, where they held whole numbers.",
        "! notes.size: Bodies take texts, where they took whole numbers (422).",
        "! notes.size: Filters compare texts, where they compared whole numbers.",
    ],
)
case(
    "date becomes datetime",
    f("day: date", "day: datetime"),
    [
        "! notes.day: Replies hold instants, where they held days.",
        "! notes.day: Bodies take instants, where they took days (422).",
        "! notes.day: Filters take only instants (400).",
    ],
)
case("uuid becomes text", f("code: UUID", "code: str"), ["! notes.code: Replies hold any text, where they held UUIDs."])
case(
    "bool becomes int",
    f("flag: bool", "flag: int"),
    [
        "! notes.flag: Replies hold whole numbers, where they held true or false.",
        "! notes.flag: Bodies take whole numbers, where they took true or false (422).",
        "! notes.flag: Filters take only whole numbers (400).",
    ],
)
case(
    "json becomes text",
    f("data: Json", "data: str"),
    [
        "! notes.data: Replies hold texts, where they held any JSON.",
        "! notes.data: Bodies take texts, where they took any JSON (422).",
        "! notes.data: Filters compare texts, where they compared any JSON.",
    ],
)
case(
    "list of text becomes list of int",
    f("tags: list[str]", "tags: list[int]"),
    [
        "! notes.tags: Replies hold lists of whole numbers, where they held lists of texts.",
        "! notes.tags: Bodies take lists of whole numbers, where they took lists of texts (422).",
        "! notes.tags: Filters take only lists of whole numbers (400).",
    ],
)
case(
    "text becomes list",
    f("tags: str", "tags: list[str]"),
    [
        "! notes.tags: Replies hold lists of texts, where they held texts.",
        "! notes.tags: Bodies take lists of texts, where they took texts (422).",
        "! notes.tags: Filters take only lists of texts (400).",
    ],
)
case(
    "read only type change",
    (shop("size: str", rule='"read"'), shop("size: int", rule='"read"')),
    [
        "! notes.size: Replies hold whole numbers, where they held texts.",
        "! notes.size: Filters take only whole numbers (400).",
    ],
)
case(
    "read only enum value removed",
    (shop("state: Literal['a','b']", rule='"read"'), shop("state: Literal['a']", rule='"read"')),
    ["! notes.state: Filters don't know 'b' any more (400)."],
)
case(
    "file smaller",
    f("image: Annotated[File, MaxSize('5 MB')] | None", "image: Annotated[File, MaxSize('1 MB')] | None"),
    ["! notes.image: Bodies take only files of at most 1000000 bytes (422)."],
)
case(
    "file of fewer types",
    f("image: File | None", "image: Annotated[File, Accept('image/*')] | None"),
    ["! notes.image: Bodies take only files of the types image/* (422)."],
)
case(
    "collection added",
    (
        shop(""),
        shop(
            "",
            "class Tag(Entity):\n    label: str\n\n    @allow('read')\n    def everyone(self) -> bool:\n        return True\n",
        ),
    ),
    ["+ /api/tags: A new collection."],
)
case("private entity added", (shop(""), shop("", "class Tag(Entity, private=True):\n    label: str\n")), [])
case(
    "collection removed",
    (
        shop(
            "",
            "class Tag(Entity):\n    label: str\n\n    @allow('read')\n    def everyone(self) -> bool:\n        return True\n",
        ),
        shop(""),
    ),
    ["! /api/tags: The collection is gone (404), and can't be embedded."],
)
case("private entity removed", (shop("", "class Tag(Entity, private=True):\n    label: str\n"), shop("")), [])
case(
    "made private",
    (shop(""), shop("", keywords=", private=True")),
    ["! /api/notes: The collection is gone (404), and can't be embedded."],
)
case("opened", (shop("", keywords=", private=True"), shop("")), ["+ /api/notes: A new collection."])
case(
    "collection renamed",
    (shop(""), shop("", keywords=", collection='remarks'")),
    ["! /api/notes: It is called /api/remarks from now on; the old name isn't answered (404), nor embeds by it."],
)
case(
    "entity renamed",
    (shop(""), shop("").replace("class Note(Entity)", "class Remark(Entity, renamed_from='Note')")),
    ["! /api/notes: It is called /api/remarks from now on; the old name isn't answered (404), nor embeds by it."],
)
case(
    "entity renamed, collection kept",
    (shop(""), shop("").replace("class Note(Entity)", "class Remark(Entity, renamed_from='Note', collection='notes')")),
    [],
)
case("table renamed", (shop(""), shop("", keywords=", table='old_notes'")), [])
case("column renamed", f("phone: str", "phone: Annotated[str, Column('tel')]"), [])
case(
    "key becomes uuid",
    f("id: int", "id: UUID"),
    [
        "+ notes.id: Left out of a new row, it becomes uuid7() from now on.",
        "! notes.id: Replies hold UUIDs, where they held whole numbers.",
        "! notes.id: Filters take only UUIDs (400).",
        "! /api/notes: Addresses of rows are made of id: those that clients have lead nowhere.",
    ],
)
case(
    "another key",
    (shop("code: Annotated[str, Unique]"), shop("code: Annotated[str, Unique]", keywords=", key='code'")),
    [
        "! /api/notes: Rows have other addresses, /api/notes/{code}: those that clients have lead nowhere, or to another row.",
        "! notes.id: The field is gone: replies lack it and requests with it are refused.",
    ],
)
case(
    "key renamed",
    (
        shop("code: str", keywords=", key='code'"),
        shop("sign: Annotated[str, RenamedFrom('code')]", keywords=", key='sign'"),
    ),
    [
        "! notes.code: The field is called sign from now on: replies don't have it under its old name, and requests with that are refused.",
        "+ notes.sign: The new name of code.",
    ],
)
case(
    "unique together",
    (shop("a: str\nb: str"), shop("a: str\nb: str", keywords=", unique=[('a','b')]")),
    ["! /api/notes: a and b are unique together from now on: values that another row has are refused (409)."],
)
case(
    "unique together no more",
    (shop("a: str\nb: str", keywords=", unique=[('a','b')]"), shop("a: str\nb: str")),
    ["! /api/notes: a and b aren't unique together any more: upserts by them are refused (400)."],
)
case(
    "check added",
    f(
        "size: int",
        'size: int\n@check\ndef positive(self) -> bool:\n    """A size is more than nothing."""\n    return self.size > 0',
    ),
    ["! /api/notes: A new condition: what doesn't meet it is refused (422). A size is more than nothing."],
)
case(
    "check removed",
    f(
        'size: int\n@check\ndef positive(self) -> bool:\n    """A size is more than nothing."""\n    return self.size > 0',
        "size: int",
    ),
    ["+ /api/notes: A condition is gone. A size is more than nothing."],
)
case(
    "check wider",
    f(
        "size: int\n@check\ndef positive(self) -> bool:\n    return self.size > 5",
        "size: int\n@check\ndef positive(self) -> bool:\n    return self.size > 0",
    ),
    ["+ /api/notes: A condition takes more than before. positive"],
)
case(
    "check narrower",
    f(
        "size: int\n@check\ndef positive(self) -> bool:\n    return self.size > 0",
        "size: int\n@check\ndef positive(self) -> bool:\n    return self.size > 5",
    ),
    ["! /api/notes: A condition refuses what it took before (422). positive"],
)
case(
    "check of another message",
    f(
        "size: int\n@check\ndef positive(self) -> bool:\n    return self.size > 0",
        'size: int\n@check\ndef positive(self) -> bool:\n    """So."""\n    return self.size > 0',
    ),
    [],
)
case(
    "check said otherwise",
    f(
        "size: int\n@check\ndef positive(self) -> bool:\n    return self.size > 0",
        "size: int\n@check\ndef positive(self) -> bool:\n    return 0 < self.size",
    ),
    [],
)
case(
    "check added read only",
    (
        shop("size: int", rule='"read"'),
        shop("size: int\n@check\ndef positive(self) -> bool:\n    return self.size > 0", rule='"read"'),
    ),
    [],
)
TAG = (
    "class Tag(Entity):\n    label: str\n{}\n    @allow('read')\n    def everyone(self) -> bool:\n        return True\n"
)


def rel(a: str, b: str, ta: str = "", tb: str = "") -> Models:
    return (shop(a, TAG.format(ta)), shop(b, TAG.format(tb)))


case(
    "relation added",
    rel("", "tag: 'Tag | None'"),
    [
        "+ notes.tag_id: A new field, whole numbers, or null.",
        "+ notes.tag: A new relation, by which tags can be embedded.",
    ],
)
case(
    "required relation added",
    rel("", "tag: 'Tag'"),
    [
        "! notes.tag_id: A new field that has to be given: POST /api/notes without tag_id is refused from now on (422).",
        "+ notes.tag: A new relation, by which tags can be embedded.",
    ],
)
case(
    "relation removed",
    rel("tag: 'Tag | None'", ""),
    [
        "! notes.tag_id: The field is gone: replies lack it and requests with it are refused.",
        "! notes.tag: 'tag' can't be embedded any more.",
        "! tags.notes: 'notes' can't be embedded any more.",
    ],
)
case(
    "relation renamed",
    rel("tag: 'Tag | None'", "label: Annotated['Tag | None', RenamedFrom('tag')]"),
    [
        "! notes.tag_id: The field is called label_id from now on: replies don't have it under its old name, and requests with that are refused.",
        "+ notes.label_id: The new name of tag_id.",
        "! notes.tag: 'tag' can't be embedded any more.",
        "+ notes.label: A new relation, by which tags can be embedded.",
    ],
)
case(
    "relation nullable now",
    rel("tag: 'Tag'", "tag: 'Tag | None'"),
    [
        "! notes.tag_id: It may be null from now on: replies may hold null, and with it what tag leads to.",
        "+ notes.tag_id: It may be left out of new rows: it is null then.",
    ],
)
case(
    "relation never null now",
    rel("tag: 'Tag | None'", "tag: 'Tag'"),
    [
        "! notes.tag_id: It can't be null from now on: requests that give tag_id as null are refused (422).",
        "! notes.tag_id: It has to be given: POST /api/notes without tag_id is refused from now on (422).",
    ],
)
case(
    "second relation to the same",
    rel("tag: 'Tag | None'", "tag: 'Tag | None'\nother: 'Tag | None'"),
    [
        "+ notes.other_id: A new field, whole numbers, or null.",
        "! notes.tags: 'tags' can mean several relations from now on: embeds have to say which, tags!relation (300).",
        "+ notes.other: A new relation, by which tags can be embedded.",
        "! tags.notes: 'notes' can mean several relations from now on: embeds have to say which, notes!relation (300).",
    ],
)
case(
    "unique relation",
    rel("tag: 'Tag | None'", "tag: Annotated['Tag | None', Unique]"),
    [
        "! notes.tag_id: It is unique from now on: a value that another row has is refused (409).",
        "! tags.notes: 'notes' is embedded as an object or null from now on, not as a list.",
    ],
)
case(
    "inverse named",
    rel("tag: 'Tag | None'", "tag: 'Tag | None'", "", "    remarks: list['Note']\n"),
    ["+ tags.remarks: A new relation, by which notes can be embedded."],
)
case(
    "to one becomes many to many",
    rel("tag: 'Tag | None'", "tags: list['Tag']", "", "    notes: list['Note']\n"),
    [
        "! notes.tag_id: The field is gone: replies lack it and requests with it are refused.",
        "! notes.tag: 'tag' can't be embedded any more.",
    ],
)
case(
    "many to many removed",
    rel("tags: list['Tag']", "", "    notes: list['Note']\n", ""),
    ["! notes.tags: 'tags' can't be embedded any more.", "! tags.notes: 'notes' can't be embedded any more."],
)
case(
    "cascade",
    rel("tag: 'Tag | None'", "tag: Annotated['Tag | None', OnDelete('cascade')]"),
    ["+ DELETE /api/tags: Deleting a row that notes point at by 'tag' deletes them too from now on."],
)
case(
    "restrict",
    rel("tag: Annotated['Tag | None', OnDelete('cascade')]", "tag: Annotated['Tag | None', OnDelete('restrict')]"),
    ["! DELETE /api/tags: A row that notes point at by 'tag' can't be deleted from now on (409)."],
)
case(
    "set null",
    rel("tag: 'Tag | None'", "tag: Annotated['Tag | None', OnDelete('set_null')]"),
    ["+ DELETE /api/tags: Deleting a row that notes point at by 'tag' sets that to null from now on."],
)
case(
    "relation hidden",
    rel("tag: 'Tag | None'", "tag: Annotated['Tag | None', Hidden]"),
    [
        "! notes.tag_id: It is hidden from now on: replies lack it, and requests that select, filter or order by it are refused.",
        "! notes.tag: 'tag' can't be embedded any more.",
        "! tags.notes: 'notes' can't be embedded any more.",
    ],
)
case(
    "default whoever asks",
    (
        shop("by: 'User | None'", "class User(Account):\n    pass\n"),
        shop("by: 'User | None' = current_user()", "class User(Account):\n    pass\n"),
    ),
    [
        "! notes.by_id: Left out, it is whoever asks: POST /api/notes without by_id is refused from now on (401) where nobody is signed in."
    ],
)
Q = "@query(allow='everyone')\nasync def top(data: Data{}) -> list[int]:\n    return []\n"


def q(a: str, b: str) -> Models:
    return (shop("", Q.format(a)), shop("", Q.format(b)))


case("query added", (shop(""), shop("", Q.format(""))), ["+ GET /api/rpc/top: A new query."])
case("query removed", (shop("", Q.format("")), shop("")), ["! GET /api/rpc/top: The query is gone (404)."])
case(
    "query parameter added",
    q("", ", limit: int"),
    ["! GET /api/rpc/top: A new parameter, limit, has to be given: calls without it are refused."],
)
case(
    "query optional parameter added",
    q("", ", limit: int = 3"),
    ["+ GET /api/rpc/top: A new parameter that may be left out, limit."],
)
case(
    "query parameter removed",
    q(", limit: int = 3", ""),
    ["! GET /api/rpc/top: There is no parameter limit any more: calls with it are refused."],
)
case(
    "query parameter required now",
    q(", limit: int = 3", ", limit: int"),
    ["! GET /api/rpc/top: limit has to be given from now on."],
)
case(
    "query parameter optional now",
    q(", limit: int", ", limit: int = 3"),
    ["+ GET /api/rpc/top: limit may be left out."],
)
case(
    "query default changed",
    q(", limit: int = 3", ", limit: int = 4"),
    ["+ GET /api/rpc/top: Left out, limit is 4 from now on."],
)
case(
    "query parameter not null",
    q(", limit: int | None", ", limit: int"),
    ["! GET /api/rpc/top: limit can't be null any more."],
)
case("query parameter nullable", q(", limit: int", ", limit: int | None"), ["+ GET /api/rpc/top: limit may be null."])
case(
    "query parameter bounded",
    q(", limit: int", ", limit: Annotated[int, Le(9)]"),
    ["! GET /api/rpc/top: limit: calls take only values that are at most 9."],
)
case(
    "query parameter of another type",
    q(", limit: int", ", limit: date"),
    ["! GET /api/rpc/top: limit: calls take days, where they took whole numbers."],
)
A = "@action\nasync def close(note: Note, data: Data{}) -> None:\n    return None\n"
case(
    "action added",
    (shop("", rule='"read","create"'), shop("", A.format(""), rule='"read","create","close"')),
    ["+ POST /api/notes/{id}/close: A new action."],
)
case(
    "action removed",
    (shop("", A.format(""), rule='"read","create","close"'), shop("", rule='"read","create"')),
    ["! POST /api/notes/{id}/close: The action is gone (404)."],
)
case(
    "action parameter added",
    (shop("", A.format(""), rule='"read","close"'), shop("", A.format(", why: str"), rule='"read","close"')),
    ["! POST /api/notes/{id}/close: A new parameter, why, has to be given: calls without it are refused."],
)
case(
    "action without a transaction",
    (
        shop("", A.format(""), rule='"read","close"'),
        shop("", A.format("").replace("@action", "@action(transaction=False)"), rule='"read","close"'),
    ),
    ["! POST /api/notes/{id}/close: It can't be part of a batch any more: it isn't one transaction."],
)
RT = (
    "@route('GET', '/{}/{{slug}}', allow='everyone'{})\nasync def page(slug: str) -> dict[str, int]:\n    return {{}}\n"
)
case("route added", (shop(""), shop("", RT.format("a", ""))), ["+ GET /a/{slug}: A new route."])
case(
    "route moved",
    (shop("", RT.format("a", "")), shop("", RT.format("b", ""))),
    ["+ GET /b/{slug}: A new route.", "! GET /a/{slug}: The route is gone (404)."],
)
case(
    "route status",
    (shop("", RT.format("a", "")), shop("", RT.format("a", ", status=202"))),
    ["! GET /a/{slug}: It replies with 202 from now on, not with 200."],
)
REC = "from dataclasses import dataclass\n@dataclass\nclass Wish:\n    title: str\n{}\n@route('POST', '/wishes', allow='everyone')\nasync def wish(wish: Wish) -> None:\n    return None\n"
case(
    "member of a record added",
    (shop("", REC.format("")), shop("", REC.format("    pages: int\n"))),
    ["! POST /wishes wish: A new parameter, pages, has to be given: calls without it are refused."],
)
case(
    "optional member of a record added",
    (shop("", REC.format("")), shop("", REC.format("    pages: int = 0\n"))),
    ["+ POST /wishes wish: A new parameter that may be left out, pages."],
)
case(
    "member of a record removed",
    (shop("", REC.format("    pages: int = 0\n")), shop("", REC.format(""))),
    ["+ POST /wishes wish: There is no parameter pages any more: it is passed over."],
)
case(
    "error format",
    (
        shop(""),
        shop(
            "",
            "from typing import Any\n@error_format\ndef shaped(error: RequestError) -> Response:\n    return Response.json({})\n",
        ),
    ),
    ["! errors: Refusals have another form: another function makes their bodies."],
)
case("doc", (shop("size: int"), shop('size: int\n"""How large."""')), [])
case("logged", (shop(""), shop("", keywords=", log=True")), [])

case(
    "float becomes decimal",
    f("size: float", "size: Decimal"),
    ["! notes.size: Bodies take only decimals of 18 digits, 4 of them after the point (422)."],
)
case(
    "text longer in a list",
    f("tags: list[Int16]", "tags: list[int]"),
    ["! notes.tags: Replies may hold numbers of 64 bits, where they held 16."],
)


R = "@query(allow='everyone')\nasync def top(data: Data) -> {}:\n    return []\n"


def r(old: str, new: str) -> Models:
    return shop("", R.format(old)), shop("", R.format(new))


def record(members: str) -> str:
    return (
        "from dataclasses import dataclass\nfrom typing import Any\n@dataclass\nclass Best:\n"
        + "".join(f"    {each}\n" for each in members.split("; "))
        + R.format("Best")
    )


case("return type added", (shop("", R.replace(" -> {}", "")), shop("", R.format("int"))), [])
case("return type taken away", (shop("", R.format("int")), shop("", R.replace(" -> {}", ""))), [])
case("returns anything, then a number", r("Any", "int"), [])
case(
    "returns a number, then anything",
    r("int", "Any"),
    ["~ GET /api/rpc/top: Its reply may be anything from now on, for all that is said."],
)
case(
    "returns rows, then anything",
    r("list[Note]", "Any"),
    ["~ GET /api/rpc/top: Its reply may be anything from now on, for all that is said."],
)
case(
    "returns one row, then several",
    r("Note", "list[Note]"),
    ["! GET /api/rpc/top: Its reply is a list of a row of Note from now on, not a row of Note."],
)
case(
    "returns perhaps nothing", r("Note", "Note | None"), ["! GET /api/rpc/top: It may reply with nothing from now on."]
)
case(
    "returns something always",
    r("Note | None", "Note"),
    ["+ GET /api/rpc/top: It never replies with nothing from now on."],
)
case("returns nothing", r("int", "None"), ["! GET /api/rpc/top: Its reply has no body any more."])
case("returns something", r("None", "int"), ["! GET /api/rpc/top: Its reply has a body from now on."])
case(
    "returns a wider number",
    r("list[int]", "list[float]"),
    [
        "! GET /api/rpc/top: Each item of its reply: values hold numbers with a fraction, where they held whole ones.",
    ],
)
case(
    "returns a value fewer",
    r("dict[str, Literal['a', 'b']]", "dict[str, Literal['a']]"),
    ["+ GET /api/rpc/top: Each value of its reply: one of 'a' within what it was."],
)
case(
    "returns items that may be null",
    r("list[int]", "list[int | None]"),
    ["! GET /api/rpc/top: The items of its reply may be null from now on."],
)
case(
    "returns an object with other members",
    (
        shop("", record("name: str; size: int; old: str | None")),
        shop("", record("name: str | None; size: str; new: int; old: str")),
    ),
    [
        "! GET /api/rpc/top: name of its reply may be null from now on.",
        "! GET /api/rpc/top: size of its reply: values hold texts, where they held whole numbers.",
        "+ GET /api/rpc/top: Its reply has a new member, new.",
        "+ GET /api/rpc/top: old of its reply can't be null any more.",
    ],
)
case(
    "returns an object with a member less",
    (shop("", record("name: str; size: int")), shop("", record("name: str"))),
    ["! GET /api/rpc/top: Its reply has no member size any more."],
)


@pytest.mark.parametrize(("old", "new", "said"), [pytest.param(*rest, id=name) for name, *rest in CASES])
def test_what_a_change_means_for_clients(old: str, new: str, said: list[str], tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    before = versions.next(old)
    found = api_changes(before, versions.next(new))
    assert [
        f"{'!' if change.breaking else '~' if change.risky else '+'} {change.about}: {change.text}" for change in found
    ] == said


def test_there_are_many_cases() -> None:
    assert len(CASES) >= 120
