"""`backsmith migrations` in a folder under git, with two branches that are merged."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

MODEL = """\
from backsmith import Entity


class Customer(Entity, private=True):
    name: str
    # one
    # two
    # three
    # four


class Order(Entity, private=True):
    note: str | None
"""
ENVIRONMENT = {
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b.c", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b.c",
    "GIT_CONFIG_GLOBAL": "/dev/null", "PATH": "/usr/bin:/bin:/usr/local/bin",
}  # fmt: skip


class Project:
    """A folder with a model."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *words: str) -> None:
        done = subprocess.run(
            ["git", *words], cwd=self.folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", "x")

    def model(self, old: str = "", new: str = "") -> None:
        path = self.folder / "shop.py"
        path.write_text(path.read_text().replace(old, new, 1) if path.exists() else MODEL)

    def backsmith(self, *words: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "backsmith", *words]
        done = subprocess.run(command, cwd=self.folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def files(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "migrations/shop").iterdir())


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    (tmp_path / ".gitignore").write_text("__pycache__\n*.db*\n.backsmith\n")
    made.model()
    return made


WRITTEN = """\
Wrote migrations/shop/0001_begin.json:
  Create table customers
  Create table orders
Commit it together with shop.lock.json.
Next: backsmith plan shop.py
"""


def test_write_and_check(project: Project) -> None:
    nothing = "The model has no file of a version yet.\nNext: backsmith migrations write shop.py\n"
    assert project.backsmith("migrations", "check", "shop.py") == (1, "", nothing)
    assert project.backsmith("migrations", "write", "shop.py") == (0, "", WRITTEN)
    again = "Nothing changed since 0001_begin.json.\n"
    assert project.backsmith("migrations", "write", "shop.py") == (0, "", again)
    good = "migrations/shop/0001_begin.json is the model as it is.\n"
    assert project.backsmith("migrations", "check", "shop.py") == (0, "", good)
    project.model("name: str", "name: str\n    phone: str | None")
    behind = "The model has changes without a file.\nNext: backsmith migrations write shop.py\n"
    assert project.backsmith("migrations", "check", "shop.py") == (1, "", behind)


def test_two_branches_are_merged(project: Project) -> None:
    project.backsmith("migrations", "write", "shop.py")
    project.git("init", "-qb", "main")
    project.commit()
    project.git("checkout", "-qb", "phones")
    project.model("name: str", "name: str\n    phone: str | None")
    project.backsmith("migrations", "write", "shop.py", "--name", "phone")
    project.commit()
    project.git("checkout", "-q", "main")
    project.model("note: str | None", "note: str | None\n    weight: int | None")
    project.backsmith("migrations", "write", "shop.py", "--name", "weight")
    project.commit()
    project.git("merge", "-q", "phones", "-m", "both")
    assert project.files() == ["0001_begin.json", "0002_phone.json", "0002_weight.json"]

    two = (
        "0002_phone.json and 0002_weight.json each are a newest version: two branches were merged. "
        "Run backsmith migrations merge, which writes one that stands on both.\n"
    )
    assert project.backsmith("migrations", "check", "shop.py") == (1, "", two)
    assert project.backsmith("migrations", "write", "shop.py") == (2, "", two)
    assert project.backsmith("migrations", "merge", "shop.py") == (
        0,
        "",
        """\
Wrote migrations/shop/0003_merge.json:
  Add column customers.phone (text)
  Add column orders.weight (integer)
Commit it together with shop.lock.json.
Next: backsmith plan shop.py
""",
    )
    assert project.backsmith("migrations", "check", "shop.py")[0] == 0
    one = "There is one newest version: nothing to merge.\n"
    assert project.backsmith("migrations", "merge", "shop.py") == (0, "", one)


def test_list_says_what_is_applied(project: Project) -> None:
    project.backsmith("migrations", "write", "shop.py")
    url = f"sqlite:///{project.folder}/shop.db"
    assert project.backsmith("apply", "shop.py", "--database", url, "--yes")[0] == 0
    project.model("name: str", "name: str\n    phone: str | None")
    project.backsmith("migrations", "write", "shop.py")
    assert project.backsmith("migrations", "list", "shop.py", "--database", url) == (
        0,
        """\
applied  0001_begin  Create table customers, and 1 more
         0002_add_column_customers_phone  Add column customers.phone (text)
""",
        "",
    )


def test_list_knows_a_version_by_the_ids_that_the_database_has(project: Project) -> None:
    """The lock file forgot that the text was the note; only RenamedFrom says so, and the database keeps the id."""
    url = f"sqlite:///{project.folder}/shop.db"
    assert project.backsmith("apply", "shop.py", "--database", url, "--yes")[0] == 0
    project.model("note: str", "text: str")
    assert project.backsmith("check", "shop.py")[0] == 0
    project.model("text: str | None", 'text: Annotated[str | None, RenamedFrom("note")]')
    project.model(
        "from backsmith import Entity", "from typing import Annotated\n\nfrom backsmith import Entity, RenamedFrom"
    )
    project.backsmith("migrations", "write", "shop.py")
    begin = "0001_begin  Create table customers, and 1 more\n"
    before = project.backsmith("migrations", "list", "shop.py", "--database", url)
    assert before[:2] == (0, f"         {begin}")
    assert before[2].endswith(
        ", which has no file here: it was applied before there were files, or from another branch.\n"
    )
    words = ("--database", url, "--yes", "--approve", "rename:orders.note")
    assert project.backsmith("apply", "shop.py", *words)[0] == 0
    listed = (0, f"applied  {begin}", "")
    assert project.backsmith("migrations", "list", "shop.py", "--database", url) == listed


def test_list_needs_no_database(project: Project) -> None:
    project.backsmith("migrations", "write", "shop.py")
    line = "         0001_begin  Create table customers, and 1 more\n"
    said = "There is no database shop.db. What is applied isn't shown.\n"
    assert project.backsmith("migrations", "list", "shop.py") == (0, line, said)
    url = f"sqlite:///{project.folder}/none.db"
    assert project.backsmith("migrations", "list", "shop.py", "--database", url)[:2] == (3, "")


def test_the_merge_of_a_branch_that_works_values_out(project: Project) -> None:
    """A database of the other branch goes by way of the merge, and has the values then."""
    code = """

@migration(Customer)
class Shout:
    @staticmethod
    def up(name: str) -> Annotated[str, "loud"]:
        return name.upper()
"""
    project.model(
        "from backsmith import Entity", "from typing import Annotated\n\nfrom backsmith import Entity, migration"
    )
    url = f"sqlite:///{project.folder}/shop.db"
    project.backsmith("migrations", "write", "shop.py")
    project.git("init", "-qb", "main")
    project.commit()
    project.git("checkout", "-qb", "loud")
    project.model("name: str", "name: str\n    loud: str")
    project.model("# four\n", f"# four\n{code}")
    assert project.backsmith("migrations", "write", "shop.py", "--name", "loud")[0] == 0
    project.commit()
    project.git("checkout", "-q", "main")
    project.model("note: str | None", "note: str | None\n    weight: int | None")
    assert project.backsmith("migrations", "write", "shop.py", "--name", "weight")[0] == 0
    assert project.backsmith("apply", "shop.py", "--database", url, "--yes")[0] == 0
    with closing(sqlite3.connect(project.folder / "shop.db")) as connection:
        connection.execute("INSERT INTO customers (name) VALUES ('Ada')")
        connection.commit()
    project.commit()
    project.git("merge", "-q", "loud", "-m", "both")
    assert project.backsmith("apply", "shop.py", "--database", url, "--yes")[0] == 2
    assert project.backsmith("migrations", "merge", "shop.py")[0] == 0
    assert project.backsmith("apply", "shop.py", "--database", url, "--yes")[0] == 0
    with closing(sqlite3.connect(project.folder / "shop.db")) as connection:
        assert connection.execute("SELECT name, loud FROM customers").fetchall() == [("Ada", "ADA")]
