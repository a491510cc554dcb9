"""The forms a body may have: JSON, CSV, a form; which members count."""

# ruff: noqa: E501 - the messages stand here whole

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from backsmith.engine.writing.work import Given
from tests.bodies.reading import body, given, mistakes, refusal

CSV, FORM = "text/csv", "application/x-www-form-urlencoded"
LINE = '{"order_id":1,"product":"tea","price":1}'


@pytest.mark.parametrize(
    "content_type",
    [
        None, "application/json", "application/json; charset=utf-8", "APPLICATION/JSON;charset=UTF-8",
        "application/merge-patch+json", "application/vnd.pgrst.object+json", 'application/json; charset="utf-8"',
    ],
)  # fmt: skip
def test_json(content_type: str | None) -> None:
    read = body("Line", f" {LINE}\n", content_type=content_type)
    assert not read.many
    assert read.rows == [Given({"order_id": 1, "product": "tea", "price": Decimal(1)})]


def test_a_list_of_rows() -> None:
    read = body("Line", f"[{LINE}, {LINE}]")
    assert read.many
    assert [row.pointer for row in read.rows] == ["/0", "/1"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/octet-stream", "application/json; charset=latin1"])
def test_other_types_are_refused(content_type: str) -> None:
    error = refusal("Line", LINE, content_type=content_type)
    assert (error.kind.status, error.message) == (415, f"Content-Type not acceptable: {content_type}")


UNREADABLE = [
    (b"", "Empty or invalid json", "The body is empty."),
    (b"  ", "Empty or invalid json", "The body is empty."),
    (b"{", "Empty or invalid json", "Input data was truncated."),
    (b'{"a":01}', "Empty or invalid json", "JSON is malformed: invalid number (byte 6)."),
    (b'{"a":NaN}', "Empty or invalid json", "JSON is malformed: invalid character (byte 5)."),
    (b'{"a":1}{', "Empty or invalid json", "JSON is malformed: trailing characters (byte 8)."),
    (b"7", "Empty or invalid json", "The body is neither an object nor a list."),
    (b'"text"', "Empty or invalid json", "The body is neither an object nor a list."),
    (b"null", "Empty or invalid json", "The body is neither an object nor a list."),
    (b"[1]", "All object keys must match", "Row 1 isn't an object."),
    (b"[{},[]]", "All object keys must match", "Row 2 isn't an object."),
    (b'{"text":"\xff"}', "The body isn't UTF-8", "The byte at 9 doesn't belong to any character."),
    (b'{"extra":["\xed\xa0\x80"]}', "The body isn't UTF-8", "The byte at 11 doesn't belong to any character."),
    (b'{"text":"\\ud800"}', "Empty or invalid json", "A text in it holds half a surrogate pair."),
    (b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "Empty or invalid json", "It is nested too deep."),
    (b"[" * 100_000, "Empty or invalid json", "It is nested too deep."),
    (b'[{"text":"a"},{"sku":"b"}]', "All object keys must match", "Of rows 1 and 2 only one has 'sku'."),
]


@pytest.mark.parametrize(("content", "message", "details"), UNREADABLE, ids=lambda each: str(each)[:30])
def test_what_can_not_be_read(content: bytes, message: str, details: str) -> None:
    error = refusal("Thing", content)
    assert (error.kind.status, error.kind.code, error.message, error.details) == (400, "PGRST102", message, details)


@pytest.mark.parametrize(
    "content",
    [b'{"text":"\\ud800","words":[]}', b'{"extra":{"a":"\\ud800"},"words":[]}', b'{"\\udc00":1,"words":[]}'],
)
def test_half_a_surrogate_pair_is_refused_wherever_it_stands(content: bytes) -> None:
    assert refusal("Thing", content).kind.status in (400, 422)


# CSV --------------------------------------------------------------------------------------------------------------


def rows(content: str, entity: str = "Thing", **options: Any) -> list[dict[str, Any]]:
    return [row.values for row in body(entity, content, content_type=CSV, **options).rows]


def test_csv() -> None:
    content = 'text,number,price,flag,extra,words\r\n"a ""b"", c",1,19.90,t,"{""a"":1.0}","{x,""y z""}"\r\nNULL,NULL,NULL,NULL,NULL,{}\r\n'
    assert rows(content.replace("y z", "yz")) == [
        {
            "text": 'a "b", c',
            "number": 1,
            "price": Decimal("19.90"),
            "flag": True,
            "extra": msgspec.Raw(b'{"a":1.0}'),
            "words": ["x", "yz"],
        },
        {"text": None, "number": None, "price": None, "flag": None, "extra": None, "words": []},
    ]


def test_null_in_quotes_is_a_text_and_nothing_is_the_empty_text() -> None:
    assert rows('text,sku,words\n"NULL",NULL,{}\n,NULL,{}\n"",NULL,{}') == [
        {"text": "NULL", "sku": None, "words": []},
        {"text": "", "sku": None, "words": []},
        {"text": "", "sku": None, "words": []},
    ]


def test_csv_over_several_lines_and_with_a_mark_in_front() -> None:
    assert rows('\ufefftext,words\n"a\nb",{}\n\n') == [{"text": "a\nb", "words": []}]


def test_a_header_alone_is_no_rows() -> None:
    assert rows("text,words\n") == []


def test_a_column_of_one_field_may_be_empty() -> None:
    assert rows('code\n""\n', "Tag") == [{"code": ""}]


@pytest.mark.parametrize(
    ("content", "message", "details"),
    [
        ("", "The CSV has no line of names", None),
        ("text,text\n", "The CSV has two columns 'text'", None),
        ("text,words\na\n", "All lines must have same number of fields", "Line 2 has 1, the first one 2."),
        ('text\n"a', "The CSV can't be read", "The cell that begins in line 2 doesn't end."),
        ('text\n"a"b', "The CSV can't be read", "The cell that begins in line 2 doesn't end."),
        ('text\na"b', "The CSV can't be read", "The cell that begins in line 2 doesn't end."),
    ],
)
def test_csv_that_can_not_be_read(content: str, message: str, details: str | None) -> None:
    error = refusal("Thing", content, content_type=CSV)
    assert (error.kind.code, error.message, error.details) == ("PGRST102", message, details)


def test_mistakes_in_csv() -> None:
    assert mistakes("Line", "order,product,price,lines\n1,a,x,1\nx,b,1,1", content_type=CSV) == [
        '/0/price 22P02: invalid input syntax for type numeric: "x"',
        "/0/lines PGRST204: lines has no field 'lines'",
        '/1/order 22P02: invalid input syntax for type bigint: "x"',
        "/1/lines PGRST204: lines has no field 'lines'",
    ]
    assert mistakes("Order", "customer,lines\n1,NULL", content_type=CSV) == [
        "/0/lines 22023: lines takes a list of objects (Write [{…}, {…}].)"
    ]


# Forms ------------------------------------------------------------------------------------------------------------


def test_a_form_is_one_row_of_texts() -> None:
    read = body("Line", "order_id=1&product=green+tea%C3%A9&price=19.90", content_type=FORM)
    assert not read.many
    assert read.rows == [Given({"order_id": 1, "product": "green teaé", "price": Decimal("19.90")})]
    assert given("Line", "product=NULL", "update", content_type=FORM) == Given({"product": "NULL"})


@pytest.mark.parametrize(
    ("content", "message"),
    [("product=a&product=b", "The form gives 'product' more than once"), ("product=%FF", "The form isn't UTF-8")],
)
def test_forms_that_can_not_be_read(content: str, message: str) -> None:
    assert refusal("Line", content, "update", content_type=FORM).message == message


# columns and missing ----------------------------------------------------------------------------------------------

TWO = '[{"text":"a","words":[]},{"number":1,"words":[]}]'


def test_columns_say_which_names_count_and_what_lacks_one_is_null() -> None:
    columns = ("text", "number", "words")
    read = body("Thing", TWO, columns=columns)
    assert [row.values for row in read.rows] == [
        {"text": "a", "number": None, "words": []},
        {"text": None, "number": 1, "words": []},
    ]
    read = body("Thing", TWO, columns=columns, missing="default")
    assert [row.values for row in read.rows] == [{"text": "a", "words": []}, {"number": 1, "words": []}]


def test_missing_alone_lets_rows_differ() -> None:
    assert [row.values for row in body("Thing", TWO, missing="default").rows] == [
        {"text": "a", "words": []},
        {"number": 1, "words": []},
    ]
    assert [row.values for row in body("Thing", TWO, missing="null").rows] == [
        {"text": "a", "words": [], "number": None},
        {"text": None, "words": [], "number": 1},
    ]


def test_names_outside_of_columns_are_passed_over() -> None:
    content = '{"text":"a","words":[],"nonsense":1}'
    assert given("Thing", content, columns=("text", "words")) == Given({"text": "a", "words": []})


def test_null_for_a_field_that_has_none() -> None:
    content = '[{"order":1,"product":"a","price":1,"quantity":2},{"order":1,"product":"a","price":1}]'
    columns = ("order", "product", "price", "quantity")
    assert mistakes("Line", content, columns=columns) == ["/1/quantity 23502: quantity can't be null"]


def test_columns_may_name_relations_and_keys_that_the_database_makes() -> None:
    content = '[{"customer":1,"lines":[]},{"customer":2}]'
    assert [row.related for row in body("Order", content, columns=("customer", "lines")).rows] == [{"lines": []}, {}]
    content = '[{"id":1,"customer":1},{"customer":2}]'
    assert [row.values for row in body("Order", content, "upsert", columns=("id", "customer")).rows] == [
        {"id": 1, "customer_id": 1},
        {"customer_id": 2},
    ]


def test_columns_that_are_not_known() -> None:
    error = refusal("Thing", TWO, columns=("txt",))
    assert (error.kind.slug, error.message, error.hint) == (
        "unknown-field",
        "Could not find the 'txt' column of 'things'",
        "Did you mean 'text'?",
    )


def test_columns_of_an_update() -> None:
    assert given("Thing", '{"text":"a"}', "update", columns=("text", "number")) == Given({"text": "a", "number": None})
    error = refusal("Thing", '{"text":"a"}', "update", columns=("text", "number"), missing="default")
    assert error.message == "An update can't set fields to their defaults"


@pytest.mark.parametrize("content", ["[]", "[{},{}]"])
def test_an_update_takes_one_object(content: str) -> None:
    assert refusal("Thing", content, "update").message == "An update takes one object: the fields to change"


def test_an_update_may_come_as_a_list_of_one() -> None:
    assert given("Thing", '[{"text":"a"}]', "update").values == {"text": "a"}


@pytest.mark.parametrize("depth", range(900, 1010, 3))
@pytest.mark.parametrize("form", ['{{"text":{}}}', '{{"extra":{},"words":[]}}', '[{{ "words" : {} }}]'])
def test_depths_at_which_a_reader_may_give_up(form: str, depth: int) -> None:
    assert refusal("Thing", form.format("[" * depth + "]" * depth)).kind.status in (400, 422)


def test_long_names_are_not_sent_back() -> None:
    name = "x" * 100_000
    error = refusal("Thing", {f"{number}{name}": 1 for number in range(5)})
    assert len(str(error.members)) < 10_000
    assert len(str(refusal("Thing", f"{name},{name}\n", content_type=CSV))) < 500


def test_many_columns_take_no_longer_than_their_bytes() -> None:
    header = ",".join(f"c{number}" for number in range(100_000))
    assert len(refusal("Thing", f"{header}\n{header}", content_type=CSV).members["errors"]) == 100
