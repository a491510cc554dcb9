"""`backsmith plan` and `backsmith apply` as people meet them: the whole of what they print, and that nothing is touched
when something can't be done."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import apsw
import asyncpg
import msgspec
import pytest

from backsmith.databases import open_database
from backsmith.evolution.plan import Plan
from tests.conftest import Run

MODEL = """\
from __future__ import annotations

from typing import Annotated

from backsmith import Entity, Unique


class Customer(Entity, private=True):
    name: str
    email: str | None
    phone: str | None


class Order(Entity, private=True):
    customer: Customer
    total: str
"""
ROWS = (
    "INSERT INTO customers (id, name, email, phone) VALUES (1, 'Ann', 'a@x', '12'), (2, 'Bob', 'a@x', NULL),"
    " (3, 'Cy', NULL, 'abc')",
    "INSERT INTO orders (id, customer_id, total) VALUES (1, 1, '12.5'), (2, 1, 'a lot'), (3, 2, '7')",
)


Contents = Callable[[], list[object]]
CATALOGUE = {
    "pg_class": "relnamespace = 'public'::regnamespace",
    "pg_attribute": "attrelid > 16383",
    "pg_constraint": "conrelid > 16383",
}


class Said(NamedTuple):
    code: int
    out: str
    err: str


class Shop:
    """A folder with the model, and the commands in it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url

    def write(self, *edits: tuple[str, str]) -> None:
        """The model with these replacements."""
        text = MODEL
        for old, new in edits:
            assert text.count(old) == 1
            text = text.replace(old, new)
        (self.folder / "shop.py").write_text(text)

    def run(self, command: str, *words: str) -> Said:
        """Run a command without a terminal."""
        done = subprocess.run(
            [sys.executable, "-m", "backsmith", command, "shop.py", "--database", self.url, *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("BACKSMITH_")},
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return Said(done.returncode, _steady(done.stdout), _steady(done.stderr))

    def at_a_terminal(self, command: str, typed: str, *words: str) -> tuple[int, str]:
        """Run a command at a terminal at which somebody types."""
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "backsmith", command, "shop.py", "--database", self.url, *words],
            cwd=self.folder,
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
        ) as process:
            os.close(theirs)
            os.write(ours, typed.encode())
            said = b""
            try:
                while piece := os.read(ours, 4096):
                    said += piece
            except OSError:  # as Linux says that the other side is closed
                pass
            process.wait()
        os.close(ours)
        return process.returncode, _steady(said.decode().replace("\r\n", "\n"))


def _steady(text: str) -> str:
    """Text in which what differs from run to run is replaced."""
    text = re.sub(r"\b[0-9a-f]{16}\b", "HASH", text)
    return re.sub(r"SQLite 3\.\d+\.\d+|PostgreSQL 1\d\.\d+", "DATABASE", text)


@pytest.fixture
def shop(tmp_path: Path, database_url: str, run: Run) -> Shop:
    """A database with rows in it, and the model that was applied to it."""
    shop = Shop(tmp_path, database_url)
    shop.write()
    assert shop.run("apply", "--yes").code == 0

    async def fill() -> None:
        database = open_database(database_url)
        await database.open()
        for sql in ROWS:
            await database.execute(sql)
        await database.close()

    run(fill())
    return shop


@pytest.fixture
def contents(database_url: str, run: Run) -> Contents:
    """All that the database holds, to compare before and after."""

    async def postgres() -> list[object]:
        connection = await asyncpg.connect(database_url)
        found: list[object] = []
        for table, condition in CATALOGUE.items():
            found += await connection.fetch(f"SELECT row_to_json(c)::text FROM {table} c WHERE {condition} ORDER BY 1")
        for table in ("customers", "orders", "backsmith_blueprints", "backsmith_runs", "backsmith_steps"):
            found += await connection.fetch(f"SELECT ctid, t::text FROM {table} t ORDER BY ctid")
        await connection.close()
        return found

    def sqlite() -> list[object]:
        file = database_url.removeprefix("sqlite:///")
        connection = apsw.Connection(file)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return [Path(file).read_bytes()]

    return lambda: sqlite() if database_url.startswith("sqlite") else run(postgres())


def statements_cut(text: str) -> str:
    """A plan without its steps, which each database has its own of."""
    return re.sub(r"\nSteps\n.*?\n\n", "\n", text, flags=re.DOTALL)


QUOTED_INTS = "a whole number from -9223372036854775808 to 9223372036854775807"
MISTAKES: dict[str, tuple[tuple[str, str], str]] = {
    "a type that some rows can't follow": (
        ("total: str", "total: int"),
        f"""\
DATABASE: from version HASH, applied last, to HASH

What the rows say
  ! Order.total: 2 rows have text that isn't {QUOTED_INTS}.
      id = 1, total = "12.5"
      id = 2, total = "a lot"
      > Mend them: UPDATE "orders" SET "total" = … WHERE "id" IN (1, 2);
      > Leave the type as it was: total: str
      > Say what becomes of each: a new field beside total, and a @migration that reads total and writes it

To approve
  missing  --approve convert:orders.total
             orders.total is converted. Servers of the version before fail until they are replaced.

Can't be done as it is: see what is marked with !
""",
    ),
    "unique over duplicates": (
        ("email: str | None", "email: Annotated[str | None, Unique()]"),
        """\
DATABASE: from version HASH, applied last, to HASH

What the rows say
  ! Customer.email: 1 value stands in more than one row, and each may stand in one only.
      email = "a@x", rows = 2, keys = [1,2]
      > Leave it as it is: email without Unique
      > Look at them: SELECT "email", count(*) FROM "customers" GROUP BY "email" HAVING count(*) > 1;
      > Keep the first row of each, such as here: DELETE FROM "customers" WHERE "id" IN (2);

Can't be done as it is: see what is marked with !
""",
    ),
    "never null over nulls": (
        ("email: str | None", "email: str"),
        """\
DATABASE: from version HASH, applied last, to HASH

What the rows say
  ! Customer.email: 1 row has no value, and each needs one.
      id = 3, email = null
      > Keep it optional: email: str | None
      > Give the rows a value first: UPDATE "customers" SET "email" = … WHERE "email" IS NULL;
      > Look at them: SELECT "id", "email" FROM "customers" WHERE "email" IS NULL;

Can't be done as it is: see what is marked with !
""",
    ),
    "a rename that can't be known": (
        ("phone: str | None", "mobile: str | None"),
        """\
DATABASE: from version HASH, applied last, to HASH

What only you know
  ! Customer.mobile is new and phone is gone. Is it the same?
      > It was phone: Annotated[…, RenamedFrom("phone")]
      > It is new, and phone goes: --approve drop:customers.phone

What the rows say
  - Customer.phone: 2 values are lost.
      id = 1, phone = "12"
      id = 3, phone = "abc"
      > Is it another field now? Say so there: Annotated[…, RenamedFrom("phone")]
      > Save them first: SELECT "id", "phone" FROM "customers" WHERE "phone" IS NOT NULL;
      > Give them up: --approve drop:customers.phone

Stops here: say what only you know, above.
""",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_stops_before_anything_is_touched(mistake: str, shop: Shop, contents: Contents) -> None:
    edit, expected = MISTAKES[mistake]
    shop.write(edit)
    lock, before = (shop.folder / "shop.lock.json").read_bytes(), contents()
    planned = shop.run("plan")
    assert (planned.code, statements_cut(planned.out), planned.err) == (12, expected, "")
    applied = shop.run("apply", "--yes")
    assert (applied.code, applied.out, statements_cut(applied.err)) == (1, "", expected + "Nothing was done.\n")
    assert (contents(), (shop.folder / "shop.lock.json").read_bytes()) == (before, lock)


DROP = """\
DATABASE: from version HASH, applied last, to HASH

What the rows say
  - Customer.phone: 2 values are lost.
      id = 1, phone = "12"
      id = 3, phone = "abc"
      > Is it another field now? Say so there: Annotated[…, RenamedFrom("phone")]
      > Save them first: SELECT "id", "phone" FROM "customers" WHERE "phone" IS NOT NULL;
      > Give them up: --approve drop:customers.phone
{note}
Steps
   1. Drop column customers.phone   [drop:customers.phone]
        ALTER TABLE "customers" DROP COLUMN "phone";
      {cost}

To approve
  {given}  --approve drop:customers.phone
             2 values are lost. Servers of the version before fail until they are replaced.

{end}
"""
COSTS = {
    "sqlite": "write on the file, blocks writes, for a moment; writes 3 rows anew, 4.1 kB of disk",
    "postgres": "ACCESS EXCLUSIVE on customers, blocks reads and writes, for a moment; the catalogue alone",
}
NOTE = """\
    --approve drop:customers.phne: This plan does nothing of that name.
      > Did you mean --approve drop:customers.phone?
"""


def test_what_is_lost_is_approved_by_its_name(shop: Shop, contents: Contents, database_kind: str) -> None:
    shop.write(("    phone: str | None\n", ""))
    before = contents()
    cost = COSTS["sqlite" if database_kind == "sqlite" else "postgres"]
    needs = DROP.format(note="", cost=cost, given="missing", end="Needs approval by name, as above.")
    assert shop.run("plan") == (11, needs, "")
    slip = ("--approve", "drop:customers.phne")
    unknown = DROP.format(note=NOTE, cost=cost, given="missing", end="Needs approval by name, as above.")
    assert shop.run("plan", *slip) == (11, unknown, "")
    command = f"backsmith apply shop.py --database {shlex.quote(shop.url)} --yes --approve drop:customers.phone"
    assert shop.run("apply", "--yes", *slip) == (4, "", f"{unknown}Nothing was done.\nNext: {command}\n")
    given = DROP.format(note="", cost=cost, given="given  ", end="All that needs approval has it.")
    assert shop.run("plan", "--approve", "drop:customers.phone") == (10, given, "")
    assert contents() == before
    done = shop.run("apply", "--yes", "--approve", "drop:customers.phone")
    assert (done.code, done.out, done.err.startswith(given)) == (0, "", True)
    assert shop.run("plan") == (
        0,
        "DATABASE: version HASH, as it was applied last\n\nNothing to do: the database has the shape of the model.\n",
        "",
    )


def test_a_plan_as_json_and_as_sql(shop: Shop, run: Run) -> None:
    shop.write(("    phone: str | None\n", "    phone: str | None\n    city: str | None\n"))
    said = shop.run("plan", "--json")
    decoded = msgspec.json.decode(said.out, type=Plan)
    assert (said.code, decoded.changes) == (10, ("Add column customers.city (text)",))
    as_sql = shop.run("plan", "--sql")
    assert as_sql.code == 10

    async def carry_out() -> None:
        if shop.url.startswith("sqlite"):
            apsw.Connection(shop.url.removeprefix("sqlite:///")).execute(as_sql.out)
            return
        connection = await asyncpg.connect(shop.url)
        await connection.execute(as_sql.out)
        await connection.close()

    run(carry_out())
    after = shop.run("plan")
    assert (after.code, after.out.split("\n\n", 1)[1]) == (
        10,
        "The database has the shape of the model already: applying writes down that it has this version.\n",
    )


def _ids(shop: Shop) -> dict[str, str]:
    return msgspec.json.decode((shop.folder / "shop.lock.json").read_bytes())["ids"]


def test_at_a_terminal_a_rename_is_asked_for_and_remembered(shop: Shop) -> None:
    id = _ids(shop)["Customer.phone"]
    shop.write(("phone: str | None", "mobile: str | None"))
    code, said = shop.at_a_terminal("apply", "y\ny\n", "--approve", "rename:customers.phone")
    assert "Was Customer.mobile called phone until now? [y/N] " in said
    assert "Apply this plan? [y/N]" in said
    assert code == 0
    assert _ids(shop)["Customer.mobile"] == id
    assert shop.run("plan").code == 0


def test_a_folder_without_a_database(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "sqlite:///shop.db")
    shop.write()
    said = shop.run("plan")
    assert said == (
        3,
        "",
        "There is no database shop.db.\nNext: backsmith apply shop.py --database sqlite:///shop.db\n",
    )
    assert [path.name for path in tmp_path.iterdir() if path.name != "__pycache__"] == ["shop.py"]
