"""`backsmith test`: what it says, what it writes, how it exits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

SCENARIOS = """\
Nobody reads notes:
  - nobody: GET /notes
    reply: 401

Everybody <reads> notes:
  - nobody: GET /notes
    reply: 200
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes.py").write_text((Path(__file__).parent / "notes.py").read_text())
    return tmp_path


def ran(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "backsmith", "test", "notes.py", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_findings_are_told_and_written(folder: Path) -> None:
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "reading.yaml").write_text(SCENARIOS)
    done = ran(folder, "--only", "scenarios", "--junit", "results.xml", "--html", "results.html")
    assert done.returncode == 1
    assert done.stderr == (
        "Trying notes.py on SQLite …\n"
        "  ok scenarios: reading: Nobody reads notes (1 request)\n"
        "Wrote results.xml.\nWrote results.html.\n"
        "2 tests, 2 requests, 1 finding.\n"
    )
    assert done.stdout.startswith(
        "NOT AS IT SHOULD BE scenarios/reading.yaml:6\n  200 was expected\n  The reply was 401: {"
    )
    suites = ElementTree.parse(folder / "results.xml").getroot()
    [suite] = suites
    assert {name: suite.attrib[name] for name in ("name", "tests", "failures", "skipped")} == {
        "name": "scenarios", "tests": "2", "failures": "1", "skipped": "0",
    }  # fmt: skip
    assert [(case.attrib["name"], len(case)) for case in suite] == [
        ("reading: Nobody reads notes", 0),
        ("reading: Everybody <reads> notes", 1),
    ]
    page = (folder / "results.html").read_text()
    assert "<td>reading: Everybody &lt;reads&gt; notes<td>1<td>" in page
    assert "<h3>scenarios/reading.yaml:6</h3>" in page


def test_the_examples_of_the_documentation(folder: Path) -> None:
    done = ran(folder, "--only", "examples")
    assert (done.stdout, done.returncode) == ("", 0), done.stderr
    assert "  ok examples: of keeper (" in done.stderr


def test_scenarios_that_are_not_there(folder: Path) -> None:
    done = ran(folder, "--only", "scenarios", "--scenarios", "tests.yaml")
    assert (done.stderr, done.returncode) == ("There are no scenarios at tests.yaml.\n", 2)


def test_a_database_that_none_is_made_on(folder: Path) -> None:
    done = ran(folder, "--only", "matrix", "--database", "mysql://ada:secret@here")
    assert done.returncode == 2
    assert (
        done.stderr
        == "'mysql:' is no database to test on. Write postgresql:embedded, postgresql://… or leave it out.\n"
    )


def test_a_server_that_is_not_there_and_a_folder_without_scenarios(folder: Path) -> None:
    done = ran(folder, "--only", "matrix", "--database", "postgresql://127.0.0.1:1/none")
    assert (done.returncode, "Traceback" in done.stderr) == (3, False)
    assert "PostgreSQL at 127.0.0.1 can't be used: no server answers there." in done.stderr
    done = ran(folder, "--only", "matrix", "--database", "postgresql:embeded")
    assert done.returncode == 2
    assert "'postgresql:embeded' is no database to test on. Write postgresql:embedded" in done.stderr
    done = ran(folder, "--only", "scenarios")
    assert done.returncode == 2
    assert "There are no scenarios in " in done.stderr
