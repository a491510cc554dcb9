"""`backsmith apply` in a folder with the files of a model: databases behind by versions with data migrations."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from backsmith.cli.main import run as backsmith
from backsmith.databases import Database, open_database
from backsmith.evolution.migration_files import read_migrations, the_head
from backsmith.evolution.records import read_head
from tests.conftest import Run

HEAD = """
from __future__ import annotations
from typing import Annotated, NamedTuple
from backsmith import Backfill, Entity, RenamedFrom, migration

class Names(NamedTuple):
    first: str
    last: str
"""
ONE = """
class Person(Entity, private=True):
    name: str
"""
TWO = """
class Person(Entity, private=True):
    first: str
    last: str
"""
SPLIT = """
@migration(Person)
class Split:
    @staticmethod
    def up(name: str) -> Names:
        first, _, last = name.partition(" ")
        return Names(first, last)
"""
THREE = """
class Person(Entity, private=True):
    last: str
    initial: str
"""
INITIAL = """
@migration(Person)
class Initial:
    @staticmethod
    def up(first: str) -> Annotated[str, "initial"]:
        return first[:1]
"""


class Shop:
    """A folder with a model, its files and one database."""

    def __init__(self, url: str) -> None:
        self.url = url

    def model(self, text: str) -> None:
        Path("shop.py").write_text(HEAD + text)
        sys.modules.pop("shop", None)
        for cached in Path().glob("__pycache__/shop.*"):
            cached.unlink()

    def version(self, text: str, name: str) -> None:
        self.model(text)
        assert backsmith(["migrations", "write", "shop.py", "--name", name]) == 0

    def apply(self, *words: str) -> int:
        return backsmith(["apply", "shop.py", "--database", self.url, "--yes", *words])


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield Shop(database_url)
    sys.modules.pop("shop", None)


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Database]:
    database = open_database(url)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def execute(url: str, sql: str) -> None:
    async with opened(url) as database:
        await database.execute(sql)


async def rows(url: str, sql: str) -> list[tuple[Any, Any]]:
    async with opened(url) as database:
        return [(row[0], row[1]) for row in await database.fetch(sql, ())]


async def hash_at(url: str) -> str | None:
    async with opened(url) as database:
        head = await read_head(database)
        return None if head is None else head.hash


def files() -> list[str]:
    return sorted(path.stem for path in Path("migrations/shop").iterdir())


def behind(shop: Shop, run: Run, then: str) -> None:
    """A database of the first of three versions, and the model at the third."""
    shop.version(ONE, "begin")
    assert shop.apply() == 0
    run(execute(shop.url, "INSERT INTO people (name) VALUES ('Ada Lovelace')"))
    shop.version(TWO + SPLIT, "split")
    shop.version(then, "initial")


# The class stays for databases that aren't past it; its fields are gone, so that it is no migration of this version.
KEPT = THREE + SPLIT.replace("@migration(Person)\n", "") + INITIAL
APPROVED = ("--approve", "drop:people.name", "--approve", "drop:people.first")


def test_two_versions_behind_with_data_migrations(shop: Shop, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    behind(shop, run, KEPT)
    capsys.readouterr()
    assert backsmith(["plan", "shop.py", "--database", shop.url]) == 11
    assert capsys.readouterr().err.splitlines()[0] == (
        "This is the way to 0002_split, which has data migrations of its own; the model comes after it."
    )
    assert shop.apply(*APPROVED) == 0
    said = capsys.readouterr().err.splitlines()
    way = [line for line in said if line.startswith(("On the way", "The database has", "Done"))]
    assert way == [
        "On the way to the model: 0002_split, which has data migrations of its own.",
        "The database has 0002_split now.",
        "Done.",
    ]
    assert run(rows(shop.url, "SELECT last, initial FROM people")) == [("Lovelace", "A")]
    newest = the_head(read_migrations(Path("migrations/shop")))
    assert newest is not None
    assert newest.hash == run(hash_at(shop.url))
    assert files() == ["0001_begin", "0002_split", "0003_initial"]


def test_each_version_on_the_way_is_approved_by_itself(shop: Shop, run: Run) -> None:
    behind(shop, run, KEPT)
    assert shop.apply() == 4
    assert shop.apply("--approve", "drop:people.name") == 4
    assert run(rows(shop.url, "SELECT first, last FROM people")) == [("Ada", "Lovelace")]
    assert shop.apply("--approve", "drop:people.first") == 0
    assert run(rows(shop.url, "SELECT last, initial FROM people")) == [("Lovelace", "A")]


def test_stopped_on_the_way_it_goes_on_and_then_further(
    shop: Shop, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    behind(shop, run, KEPT)
    shop.model(KEPT.replace('name.partition(" ")', "name.nothing()"))
    assert shop.apply(*APPROVED) == 1
    shop.model(KEPT)
    capsys.readouterr()
    assert shop.apply(*APPROVED) == 0
    said = capsys.readouterr().err.splitlines()
    assert "The database has 0002_split now." in said
    assert run(rows(shop.url, "SELECT last, initial FROM people")) == [("Lovelace", "A")]


def test_a_function_that_is_gone_stops_it(shop: Shop, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    behind(shop, run, THREE + INITIAL)
    capsys.readouterr()
    assert shop.apply(*APPROVED) == 2
    assert capsys.readouterr().err == (
        "0002_split.json needs the function shop:Split.up of the migration Split, which the code doesn't have any "
        "more. Bring it back, without @migration where its fields are gone, until every database is past that version; "
        "or apply that version from its own commit.\n"
    )
    assert run(rows(shop.url, "SELECT name, 1 FROM people")) == [("Ada Lovelace", 1)]


def test_a_release_is_expanded_one_version_after_the_other(
    shop: Shop, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    behind(shop, run, KEPT)
    capsys.readouterr()
    assert shop.apply("--expand") == 2
    assert capsys.readouterr().err == (
        "0002_split lies between the database and the model, and has data migrations of its own. Expand one version "
        "after the other: check that one out and begin there.\n"
    )


def test_in_development_apply_writes_the_file(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.version(ONE, "begin")
    assert shop.apply() == 0
    shop.model(ONE + "    phone: str | None\n")
    capsys.readouterr()
    assert shop.apply() == 0
    assert (
        "Wrote migrations/shop/0002_add_column_people_phone.json; commit it together with shop.lock.json.\n"
        in capsys.readouterr().err
    )
    assert files() == ["0001_begin", "0002_add_column_people_phone"]


def test_it_writes_none_in_production_and_none_without_a_folder(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.model(ONE)
    assert shop.apply() == 0
    assert not Path("migrations").exists()
    shop.version(ONE, "begin")
    monkeypatch.setenv("BACKSMITH_ENVIRONMENT", "production")
    shop.model(ONE + "    phone: str | None\n")
    assert shop.apply() == 0
    assert files() == ["0001_begin"]


def test_two_newest_versions_are_refused(shop: Shop, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    shop.version(ONE, "begin")
    shop.version(ONE + "    phone: str | None\n", "phone")
    other = Path("migrations/shop/0002_phone.json").read_text()
    Path("migrations/shop/0002_phone.json").unlink()
    shop.version(ONE + "    fax: str | None\n", "fax")
    Path("migrations/shop/0002_phone.json").write_text(other)
    capsys.readouterr()
    two = (
        "0002_fax.json and 0002_phone.json each are a newest version: two branches were merged. "
        "Run backsmith migrations merge, which writes one that stands on both.\n"
    )
    assert shop.apply() == 2
    assert capsys.readouterr().err == two
    assert run(hash_at(shop.url)) is None


def test_a_database_of_a_version_without_a_file(shop: Shop, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    shop.model(ONE)
    assert shop.apply() == 0
    hash = run(hash_at(shop.url))
    shop.version(ONE + "    phone: str | None\n", "begin")
    capsys.readouterr()
    assert shop.apply() == 0
    assert capsys.readouterr().err.startswith(
        f"The database has the version {hash}, which has no file in migrations/shop/. It goes to the model at once: "
        "data migrations of versions between them aren't carried out.\n"
    )


def test_two_models_in_a_folder_have_a_history_each(shop: Shop) -> None:
    shop.version(ONE, "begin")
    Path("depot.py").write_text(HEAD + ONE)
    try:
        assert backsmith(["migrations", "write", "depot.py"]) == 0
    finally:
        sys.modules.pop("depot", None)
    assert sorted(str(path) for path in Path("migrations").rglob("*.json")) == [
        "migrations/depot/0001_begin.json",
        "migrations/shop/0001_begin.json",
    ]
