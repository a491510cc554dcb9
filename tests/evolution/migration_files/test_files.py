"""The files of a folder `migrations/`: what they hold, what is said of bad ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsmith.blueprint.blueprint import Blueprint, Migration
from backsmith.errors import UsageError
from backsmith.evolution.history import fingerprint
from backsmith.evolution.migration_files import (
    History,
    Version,
    ancestors,
    heads,
    next_file,
    read_migrations,
    text_of,
    the_head,
)
from backsmith.evolution.migration_paths import common_ancestor, lost_steps, path_between


def blueprint(name: str, *steps: str) -> Blueprint:
    """One of that hash; `steps` are its data migrations."""
    made = (
        Migration(id=step, name=step, entity="Pump", reads=("a",), writes=("b",), up=f"shop:{step}.up")
        for step in steps
    )
    return Blueprint(name=name, entities=(), migrations=tuple(made))


def version(number: int, *parents: str, shape: str = "", step: str | None = None, name: str = "v") -> Version:
    made = blueprint(shape or f"{name}{number}", *([step] if step else []))
    return Version(
        number=number,
        name=name,
        hash=fingerprint(made),
        parents=parents,
        migrations=(step,) if step else (),
        blueprint=made,
    )


def hash_of(shape: str) -> str:
    return fingerprint(blueprint(shape))


def written(folder: Path, *versions: Version) -> Path:
    folder.mkdir(exist_ok=True)
    for each in versions:
        (folder / f"{each.file}.json").write_text(text_of(each))
    return folder


LINE = History((version(1), version(2, "0001_v", step="split"), version(3, "0002_v"), version(4, "0003_v")))
FORK = (version(1), version(2, "0001_v", name="a"), version(2, "0001_v", name="b"))


def test_a_file_has_a_line_for_each_thing_and_the_blueprint_last() -> None:
    made, text = next_file(
        History((version(6),)),
        blueprint("shop", "split_name"),
        ["Add column customers.phone (text)", "Drop column customers.fax"],
        approvals=["drop:customers.fax"],
        answers={"Customer.phone": "new"},
    )
    assert made.file == "0007_add_column_customers_phone"
    assert (
        text
        == """\
{
  "format": 1,
  "number": 7,
  "name": "add_column_customers_phone",
  "hash": "HASH",
  "parents": [
    "0006_v"
  ],
  "changes": [
    "Add column customers.phone (text)",
    "Drop column customers.fax"
  ],
  "approvals": [
    "drop:customers.fax"
  ],
  "answers": {
    "Customer.phone": "new"
  },
  "migrations": [
    "split_name"
  ],
  "blueprint": {"name":"shop","entities":[],"migrations":[{"id":"split_name","name":"split_name","entity":"Pump","reads":["a"],"writes":["b"],"up":"shop:split_name.up"}]}
}
""".replace("HASH", hash_of("shop"))  # noqa: E501 - the file as it is
    )


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert read_migrations(written(tmp_path / "shop", *LINE.versions)) == LINE
    assert read_migrations(tmp_path / "none") == History()


def test_the_first_file_and_that_of_a_merge_have_names_of_their_own() -> None:
    assert next_file(History(), blueprint("x"), ["Create table a"])[0].file == "0001_begin"
    assert next_file(History(FORK), blueprint("x"), ["Create table a"])[0].file == "0003_merge"
    assert next_file(LINE, blueprint("x"), ["Create table a"], "mine")[0].file == "0005_mine"


def test_a_merge_lists_the_data_migrations_that_one_branch_lacks() -> None:
    """A database goes by way of the merge then, from before the two branches and from either of them."""
    fork = (version(1, step="old"), version(2, "0001_v", name="a", step="split"), version(2, "0001_v", name="b"))
    merge, _ = next_file(History(fork), blueprint("both", "old", "split"), [])
    assert merge.migrations == ("split",)
    later, _ = next_file(History((*fork, merge)), blueprint("later"), [], "later")
    history = History((*fork, merge, later))
    for begin in fork:
        way = path_between(history, begin.hash, later.hash)
        assert [each.file for each in way] == ["0003_merge", "0004_later"]


def said(folder: Path) -> str:
    with pytest.raises(UsageError) as error:
        the_head(read_migrations(folder))
    return str(error.value)


def test_a_name_that_is_none() -> None:
    with pytest.raises(UsageError) as error:
        next_file(LINE, blueprint("x"), [], "Add Phone")
    assert str(error.value) == "A version can't be called 'Add Phone': use small letters, digits and _."


def test_an_edited_blueprint(tmp_path: Path) -> None:
    folder = written(tmp_path / "shop", version(1))
    file = folder / "0001_v.json"
    file.write_text(file.read_text().replace('"name":"v1"', '"name":"v2"'))
    assert said(folder) == (
        "0001_v.json was edited: its blueprint isn't the one of its hash. Bring it back from git, "
        "and change the model instead."
    )


def test_a_missing_parent(tmp_path: Path) -> None:
    assert said(written(tmp_path / "shop", version(2, "0001_v"))) == (
        "0002_v.json stands on 0001_v.json, which isn't in migrations/shop/. "
        "Bring that file back from git; versions that were applied are kept."
    )


def test_files_that_stand_on_one_another(tmp_path: Path) -> None:
    folder = written(tmp_path / "shop", version(1, "0002_v"), version(2, "0001_v"))
    assert said(folder) == ("0001_v.json and 0002_v.json stand on one another. Bring them back from git as they were.")


def test_a_file_that_was_renamed(tmp_path: Path) -> None:
    folder = written(tmp_path / "shop", version(1))
    (folder / "0001_v.json").rename(folder / "0002_v.json")
    assert said(folder) == "0002_v.json says that it is 0001_v. Give it its name back."


def test_a_file_that_is_no_version(tmp_path: Path) -> None:
    folder = written(tmp_path / "shop")
    (folder / "notes.json").write_text("{}")
    assert said(folder) == ("notes.json isn't the name of a version, such as 0007_add_phone.json. Move it elsewhere.")


def test_a_file_with_marks_of_a_merge(tmp_path: Path) -> None:
    folder = written(tmp_path / "shop")
    (folder / "0001_v.json").write_text("<<<<<<< HEAD\n")
    assert said(folder) == (
        "0001_v.json can't be read: JSON is malformed: invalid character (byte 0). After a merge with conflicts keep "
        "both files as they were, and run backsmith migrations merge."
    )


def test_two_files_of_one_number_are_no_mistake_but_two_heads(tmp_path: Path) -> None:
    folder = written(tmp_path / "shop", *FORK)
    assert said(folder) == (
        "0002_a.json and 0002_b.json each are a newest version: two branches were merged. "
        "Run backsmith migrations merge, which writes one that stands on both."
    )
    written(folder, version(3, "0002_a", "0002_b"))
    head = the_head(read_migrations(folder))
    assert head is not None
    assert head.file == "0003_v"


def test_a_database_stops_where_values_are_worked_out() -> None:
    def stops(begin: str, end: str) -> list[str]:
        return [each.file for each in path_between(LINE, hash_of(begin), hash_of(end))]

    assert stops("v1", "v4") == ["0002_v", "0004_v"]
    assert stops("v2", "v4") == ["0004_v"]
    assert stops("v1", "v2") == ["0002_v"]
    assert stops("v4", "v4") == []


def no_way(history: History, begin: str, end: str) -> str:
    with pytest.raises(UsageError) as error:
        path_between(history, hash_of(begin), hash_of(end))
    return str(error.value)


def test_no_way_from_one_version_to_another() -> None:
    assert no_way(LINE, "other", "v4") == (
        f"The database has the version {hash_of('other')}, which has no file: somebody applied it from "
        "another branch. Merge that branch, or apply to a database of your own."
    )
    assert no_way(LINE, "v1", "other") == (
        f"The model's version {hash_of('other')} has no file. Run backsmith migrations write."
    )
    assert no_way(LINE, "v4", "v1") == (
        "The database has 0004_v, which is newer than 0001_v. Check out the newer model; "
        "the way back is a change of the model like any other."
    )
    assert no_way(History(FORK), "a2", "b2") == (
        "The database has 0002_a, on which 0002_b doesn't stand: they are of two branches. "
        "Merge the branches, then run backsmith migrations merge."
    )


def test_a_version_of_the_other_branch_is_no_stop() -> None:
    """To go there would take away what the own branch has added; the merge does what it did."""
    history = History(
        (
            version(1),
            version(2, "0001_v", name="a"),
            version(2, "0001_v", name="b", step="split"),
            version(3, "0002_a", "0002_b"),
        )
    )
    assert [each.file for each in path_between(history, hash_of("a2"), hash_of("v3"))] == ["0003_v"]
    assert [each.file for each in path_between(history, hash_of("v1"), hash_of("v3"))] == ["0003_v"]


def test_a_model_may_come_back_to_a_shape_that_it_had() -> None:
    history = History((version(1), version(2, "0001_v"), version(3, "0002_v", shape="v1"), version(4, "0003_v")))
    assert [each.file for each in path_between(history, hash_of("v1"), hash_of("v4"))] == ["0004_v"]
    assert [each.file for each in path_between(history, hash_of("v2"), hash_of("v1"))] == ["0003_v"]


def test_a_function_that_a_database_still_needs_and_nobody_has() -> None:
    path = path_between(LINE, hash_of("v1"), hash_of("v4"))
    assert lost_steps(path, lambda name: True) == []
    assert lost_steps(path, lambda name: False) == [
        "0002_v.json needs the function shop:split.up of the migration split, which the code doesn't have any more. "
        "Bring it back, without @migration where its fields are gone, until every database is past that version; "
        "or apply that version from its own commit."
    ]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Any history, in order: each version on one or two earlier ones."""
    versions: list[Version] = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        names = [each.file for each in versions]
        parents = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)) if names else []
        step = f"step{number}" if draw(st.booleans()) else None
        versions.append(version(number, *parents, step=step))
    return History(tuple(versions))


@given(histories(), st.data())
def test_any_history(history: History, data: st.DataObject) -> None:
    newest = heads(history)
    everything = {file for each in newest for file in (*ancestors(history, each), each.file)}
    assert everything == {each.file for each in history.versions}
    shared = common_ancestor(history, newest)
    assert shared is None or all(shared.file in ancestors(history, each) for each in newest)
    begin, end = (data.draw(st.sampled_from(history.versions)) for _ in range(2))
    if begin.file not in ancestors(history, end):
        if begin is not end:
            with pytest.raises(UsageError):
                path_between(history, begin.hash, end.hash)
        return
    stops = path_between(history, begin.hash, end.hash)
    assert stops[-1] is end
    for earlier, later in zip([begin, *stops], stops, strict=False):
        assert earlier.file in ancestors(history, later), "each step leads on from the one before"
    assert all(stop.migrations for stop in stops[:-1])
