"""Places in files: functions, classes and names are found where they stand."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from backsmith.blueprint.source import SourceMissing, Span, source_of, source_of_class, source_of_function
from backsmith.errors import Problem
from tests.blueprint.large import large_application


def test_a_function_is_found_by_its_first_line() -> None:
    source, node = source_of_function(large_application)
    assert isinstance(node, ast.FunctionDef)
    assert source.line(node.lineno) == "def large_application(count: int) -> str:"


def test_a_lambda_is_found_where_it_stands_alone_in_its_line() -> None:
    single = lambda x: x + 1  # noqa: E731 - lambdas are what is tested
    _source, node = source_of_function(single)
    assert isinstance(node, ast.Lambda)


def test_columns_count_code_points(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('größe = {"€€": länge}\n')
    source = source_of(str(tmp_path / "a.py"))
    name = next(node for node in ast.walk(source.tree) if isinstance(node, ast.Name) and node.id == "länge")
    assert source.problem(name, "code", "Message.", "Hint.") == Problem(
        "code", "Message.", "Hint.", str(tmp_path / "a.py"), 1, 16, 21, 'größe = {"€€": länge}'
    )
    assert source.text(name) == "länge"


def test_what_spans_lines_is_underlined_on_its_first(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = sum(  # all\n    y\n)\n")
    source = source_of(str(tmp_path / "a.py"))
    assert str(source.problem(Span(1, 4, 3, 1), "code", "Message.")) == (
        f"{tmp_path}/a.py:1:5: Message. [code]\n  1 | x = sum(  # all\n    |     ^^^^"
    )


def test_the_class_of_a_name_is_the_one_that_spans_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class A:\n    x = 1\n\n\n@decorated\nclass A:\n    y = 1\n")
    file = str(tmp_path / "a.py")
    assert [source_of_class(file, "A", line)[1].lineno for line in (1, 5, 6, 99)] == [1, 6, 6, 6]


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    assert source_of(str(tmp_path / "a.py")).line(1) == "x = 1"
    (tmp_path / "a.py").write_text("x = 12\n")
    assert source_of(str(tmp_path / "a.py")).line(1) == "x = 12"


def test_code_without_a_file_has_no_source() -> None:
    names: dict[str, object] = {}
    exec("def f(): pass", names)
    with pytest.raises(SourceMissing) as missing:
        source_of_function(names["f"])  # type: ignore[arg-type] - exec made a function
    assert str(missing.value.problem) == (
        "<string>:1:1: The source of 'f' can't be read. [no-source]\n"
        "  1 | \n"
        "    | ^\n"
        "    = Keep the model in a file: rules, checks and computed fields are compiled from their source."
    )
