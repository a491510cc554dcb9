"""The pytest plugin, in a pytest of its own: scenarios are tests, and `backsmith` a fixture, on both databases."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TESTS = """\
from backsmith.testing import Server


def test_nobody_is_let_in(backsmith: Server) -> None:
    ann = backsmith.put("accounts", name="Ann", email="ann@example.org")
    backsmith.put("notes", author=ann, text="Milk")
    assert len(backsmith.client(ann).get("/api/notes").json()) == 1
    assert backsmith.client().get("/api/notes").status_code == 401


def test_each_test_has_a_database_of_its_own(backsmith: Server) -> None:
    assert backsmith.rows("accounts") == []
"""
SCENARIOS = """\
given:
  accounts:
    ann: {name: Ann, email: ann@example.org}

Nobody reads notes:
  - nobody: GET /notes
    reply: 401

Everybody reads notes:
  - nobody: GET /notes
    reply: 200
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "notes.py").write_text((Path(__file__).parent / "notes.py").read_text())
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\nfilterwarnings = ["error"]\n[tool.backsmith]\nmodel = "notes.py"\n'
    )
    (tmp_path / "test_notes.py").write_text(TESTS)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "reading.yaml").write_text(SCENARIOS)
    return tmp_path


def pytest_in(folder: Path, *words: str) -> str:
    """What pytest says there, with no other plugin, so that it starts at once."""
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-v",
        "--no-header",
        "-p",
        "backsmith.testing",
        *words,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    return done.stdout + done.stderr


def outcomes(said: str) -> dict[str, str]:
    return dict(re.findall(r"^(\S.*?::.*?) (PASSED|FAILED|ERROR)", said, re.MULTILINE))


def test_scenarios_and_the_fixture(project: Path, database_kind: str, new_url: Callable[[str], str]) -> None:
    words = () if database_kind == "sqlite" else ("--backsmith-database", new_url(database_kind))
    said = pytest_in(project, *words)
    assert outcomes(said) == {
        "scenarios/reading.yaml::Nobody reads notes": "PASSED",
        "scenarios/reading.yaml::Everybody reads notes": "FAILED",
        "test_notes.py::test_nobody_is_let_in": "PASSED",
        "test_notes.py::test_each_test_has_a_database_of_its_own": "PASSED",
    }
    assert "reading.yaml:10: 200 was expected\nThe reply was 401" in said


def test_a_project_without_a_model_is_left_alone(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    (project / "test_notes.py").write_text("def test_nothing() -> None: ...\n")
    assert outcomes(pytest_in(project)) == {"test_notes.py::test_nothing": "PASSED"}


def test_a_model_that_is_not_named_is_asked_for(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    assert 'Which model? Write backsmith_model = ["shop.py"] under [tool.pytest.ini_options].' in pytest_in(project)
