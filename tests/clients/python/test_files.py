"""The files themselves: what they are, byte for byte, and that nothing in a model gets out of its place."""

from __future__ import annotations

import ast
import importlib
import os
import re
import sys
from pathlib import Path

import pytest

from backsmith.cli.main import run
from backsmith.clients.python import python_files
from backsmith.clients.python.spelling import docstring, identifier
from backsmith.contract import audience_named
from tests.clients.python.conftest import HERE, NAMES
from tests.clients.typescript.conftest import GALLERY, contract


@pytest.mark.parametrize("path", ["client.py", "types.py"])
def test_golden(path: str) -> None:
    """BACKSMITH_WRITE_GOLDEN=1 writes them anew."""
    text = str(python_files(contract(GALLERY, accounts=False))[path])
    golden = HERE / "golden" / f"{path}.txt"
    if os.environ.get("BACKSMITH_WRITE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_the_same_model_gives_the_same_bytes() -> None:
    contract.cache_clear()
    first = python_files(contract(GALLERY))
    contract.cache_clear()
    assert python_files(contract(GALLERY)) == first


@pytest.mark.parametrize("model", [GALLERY, NAMES], ids=lambda model: model.stem)
def test_nothing_gets_out_of_its_place(model: Path) -> None:
    """Names and texts of a model are names and texts here: no call stands in what is written of them."""
    tree = ast.parse(str(python_files(contract(model))["types.py"]))
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert calls <= {"typing.TypedDict"}


def test_only_httpx_is_imported() -> None:
    files = python_files(contract(GALLERY))
    found = {
        name.name.partition(".")[0]
        for path, text in files.items()
        if path.endswith(".py")
        for node in ast.walk(ast.parse(str(text)))
        if isinstance(node, ast.Import)
        for name in node.names
    }
    assert found - sys.stdlib_module_names == {"httpx"}


def test_the_client_without_await_awaits_nothing() -> None:
    files = python_files(contract(GALLERY))
    plain = [path for path in files if path.endswith(".py") and "async" not in path]
    assert [path for path in plain if "await" in str(files[path]).replace("for `await`", "")] == []
    assert "runtime/synchronous.py" in plain


def test_a_client_of_an_audience_has_what_that_may_reach() -> None:
    nobody = python_files(contract(GALLERY, audience_named("anonymous", ["staff"])))
    staff = python_files(contract(GALLERY, audience_named("staff", ["staff"])))
    assert "visits" not in str(nobody["client.py"])
    assert "visits" in str(staff["client.py"])


@pytest.mark.parametrize(
    ("doc", "lines"),
    [
        (None, []),
        ("One line.", ['"""One line."""']),
        ("Two\n\n  lines", ['"""Two', "", "lines", '"""']),
        ('""" + exit() + """', ['"""\\"\\"\\" + exit() + \\"\\"\\""""']),
        ("a\\", ['"""a\\\\"""']),
    ],
)
def test_docstrings_end_where_they_end(doc: str | None, lines: list[str]) -> None:
    assert list(docstring(doc)) == lines


def test_names_that_mean_something_have_another() -> None:
    assert [identifier(each, {"self"}) for each in ("class", "self", "a-b", "1st", "_x")] == [
        "class_", "self_", "a_b", "n1st", "x",
    ]  # fmt: skip


def test_the_command_writes_checks_and_spares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["client", "python", str(GALLERY), "api"]
    assert run([*words, "--check"]) == 1
    assert run(words) == 0
    assert run([*words, "--check"]) == 0
    Path("api/types.py").write_text(Path("api/types.py").read_text() + "# changed\n")
    capsys.readouterr()
    assert run([*words, "--check"]) == 1
    assert capsys.readouterr().out == "types.py\n"
    Path("api/types.py").write_text("MINE = 1\n")
    assert run(words) == 2
    assert "types.py wasn't made by Backsmith" in capsys.readouterr().err
    assert run([*words, "--zod"]) == 2


def test_it_spares_a_client_in_another_language_and_what_can_not_be_imported_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["client", "typescript", str(GALLERY), "api"]) == 0
    there = sorted(Path("api").rglob("*.ts"))
    assert run(["client", "python", str(GALLERY), "api"]) == 0
    assert sorted(Path("api").rglob("*.ts")) == there
    assert run(["client", "typescript", str(GALLERY), "api", "--check"]) == 0
    Path("api/types_1.py").write_text(Path("api/types.py").read_text())
    capsys.readouterr()
    assert run(["client", "python", str(GALLERY), "api"]) == 0
    assert capsys.readouterr().err.startswith("Wrote 0 files in api, and removed 1 that is generated no more.")
    assert run(["client", "python", str(GALLERY), "my-api"]) == 2
    assert "my-api is to be a package, and can't be imported by its name." in capsys.readouterr().err


def test_types_of_a_large_model_are_in_several_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = sorted(folder.glob("parted_api/types_*.py"), key=lambda each: int(each.stem.removeprefix("types_")))
    assert len(parts) > 3
    definitions = re.compile(r"^(?:class )?(\w+)(?:\(| = )", re.MULTILINE)
    there = [name for part in parts for name in definitions.findall(part.read_text())]
    whole = definitions.findall((folder / "gallery_api/types.py").read_text())
    assert there == whole
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    collected = importlib.import_module("parted_api.types")
    assert [name for name in whole if not hasattr(collected, name)] == []
    assert collected.KINDS == importlib.import_module("gallery_api.types").KINDS
