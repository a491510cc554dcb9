"""The address of a database says which it is, or what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from backsmith.databases import open_database
from backsmith.databases.url import sqlite_path
from backsmith.errors import UsageError


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///shop.db", "shop.db"),
        ("sqlite:///data/my%20shop.db", "data/my shop.db"),
        ("sqlite:////var/lib/shop.db", "/var/lib/shop.db"),
    ],
)
def test_a_sqlite_address_names_a_file(url: str, path: str) -> None:
    assert sqlite_path(url) == Path(path)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "mysql://root@localhost/shop",
            "'mysql:' is not an address of a database Backsmith knows."
            " Write sqlite:///file.db, postgresql://user:password@host/name or postgresql:embedded.",
        ),
        (
            "shop.db",
            "'shop.db' is not an address of a database. Did you mean sqlite:///shop.db?",
        ),
        (
            "sqlite://shop.db",
            "'sqlite://shop.db' names no file. Write sqlite:///file.db, or sqlite:////full/path/file.db.",
        ),
        ("sqlite:", "'sqlite:' names no file. Write sqlite:///file.db, or sqlite:////full/path/file.db."),
        (
            "sqlite:///:memory:",
            "A SQLite database in memory can't be shared by connections. Name a file: sqlite:///file.db.",
        ),
    ],
)
def test_another_address_is_refused_with_what_to_write(url: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_database(url)
    assert str(caught.value) == message


@pytest.mark.parametrize("url", ["postgresql://localhost/shop", "postgres://localhost/shop", "postgresql:embedded"])
def test_postgres_has_three_forms_of_address(url: str) -> None:
    assert open_database(url).dialect.name == "postgres"
