"""What is written is Python that says no more than what it was meant to say."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from backsmith.adoption import write_model
from backsmith.adoption.python_text import Brackets, call, comment, docstring, lines, list_of, subscript, text, tuple_of
from backsmith.databases import open_database
from backsmith.databases.schema import CheckConstraint, Column, Schema, Table
from backsmith.databases.sqlite.dialect import SqliteDialect

ANYTHING = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))


@given(ANYTHING)
def test_a_text_comes_back_as_it_was(value: str) -> None:
    assert ast.literal_eval(text(value)) == value
    assert "\n" not in text(value)


@given(ANYTHING)
def test_a_comment_is_one_line_of_comment(note: str) -> None:
    assert ast.parse(comment(note)).body == []
    assert comment(note).startswith("# - ")


@given(ANYTHING)
def test_documentation_is_nothing_but_a_string(doc: str) -> None:
    tree = ast.parse("class A:\n" + "\n".join([*docstring(doc, "    "), "    pass"]))
    [entity] = tree.body
    assert isinstance(entity, ast.ClassDef)
    strings = [node for node in entity.body if not isinstance(node, ast.Pass)]
    assert len(strings) == bool(docstring(doc, ""))
    assert all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in strings)


@given(ANYTHING, ANYTHING, ANYTHING)
def test_nothing_a_database_says_becomes_code(comment: str, default: str, check: str) -> None:
    column = Column(name="x", type="text", default="'" + default.replace("'", "''") + "'", comment=comment)
    checks = (CheckConstraint(name=check, sql="length(x) <> 3 /*" + check.replace("*/", "") + "*/"),)
    table = Table(name="t", columns=(column,), comment=comment, checks=checks)
    schema = Schema(tables=(table,), not_modelled=(f"trigger {check} on t", f"function {comment}"))
    tree = ast.parse(write_model(schema, SqliteDialect(), open=None, name="m")["m.py"])
    *imports, entity = (node for node in tree.body if not isinstance(node, ast.Expr))
    assert {type(node) for node in imports} <= {ast.ImportFrom}
    assert isinstance(entity, ast.ClassDef)
    assert {type(node) for node in entity.body} <= {ast.AnnAssign, ast.Expr}
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert called <= {"Column", "SqlCheck"}


def test_long_lines_have_a_line_for_each_part() -> None:
    piece = subscript("Annotated", "x" * 40, call("Column", text("a" * 30)), tuple_of(["1"]), list_of(["2", "3"]))
    assert lines(piece, indent="    ", lead="field: ", tail=" = 1") == [
        "    field: Annotated[",
        f"        {'x' * 40},",
        f'        Column("{"a" * 30}"),',
        "        (1,),",
        "        [2, 3],",
        "    ] = 1",
    ]
    assert lines(Brackets("f(", (), ")")) == ["f()"]


async def test_adopting_leaves_the_file_and_its_folder_as_they_were(chinook: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(chinook / "chinook.sqlite", tmp_path / "music.db"))
    path.chmod(0o644)
    before = path.read_bytes()
    database = open_database(f"sqlite:///{path}", read_only=True)
    await database.open()
    write_model(await database.inspect(), database.dialect, open="read", name="music")
    await database.close()
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["music.db"]


def test_a_database_without_tables_makes_a_model_without_entities() -> None:
    assert write_model(Schema(tables=()), SqliteDialect(), open=None, name="empty") == {
        "empty.py": '"""The model of empty, adopted from its database."""\n'
    }
