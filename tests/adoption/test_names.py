"""Names of a database and the names people would give them in Python."""

from __future__ import annotations

import pytest

from backsmith.adoption.names import class_name, field_name, plural, snake


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("AlbumId", "album_id"),
        ("ALBUM_ID", "album_id"),
        ("CustomerID", "customer_id"),
        ("HTTPServerLog", "http_server_log"),
        ("Unit Price", "unit_price"),
        ("a.b-c", "a_b_c"),
        ("_hidden", "hidden"),
        ("class", "class_"),
        ("None", "none"),
        ("order", "order_"),
        ("2fa", "field_2fa"),
        ("", "field"),
        ("🙂", "field"),
        ("ñandú", "ñandú"),
        ("ﬁeld", "field"),
        ('"); import os', "import_os"),
        ("x" * 70, "x" * 51),
    ],
)
def test_fields(name: str, field: str) -> None:
    assert field_name(name) == field
    assert field.isidentifier()


@pytest.mark.parametrize(
    ("table", "entity"),
    [
        ("albums", "Album"),
        ("InvoiceLine", "InvoiceLine"),
        ("INVOICE_LINES", "InvoiceLine"),
        ("people", "Person"),
        ("addresses", "Address"),
        ("user_data", "UserData"),
        ("news", "News"),
        ("columns", "ColumnRow"),
        ("none", "NoneRow"),
        ("2fa codes", "Table2faCode"),
        ("表", "Table表"),
        ("", "Table"),
    ],
)
def test_entities(table: str, entity: str) -> None:
    assert class_name(table) == entity
    assert entity.isidentifier()


def test_words() -> None:
    assert snake("Ünder  the_Sea!") == "ünder_the_sea"
    assert plural("sales_person") == "sales_people"
