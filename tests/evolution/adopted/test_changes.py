"""Changes of a database that others made: what the model doesn't know is the same afterwards, word for word, or the
plan is refused and names it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from backsmith.databases import Database
from backsmith.evolution.plan import verdict
from tests.evolution.adopted.adopting import Adopted
from tests.evolution.adopted.schemas import contents, create, objects

pytestmark = pytest.mark.every_postgres
IMPORT = ("import Column,", "import Column, OnDelete, RenamedFrom,")


class Case(NamedTuple):
    """A change of the model, what it needs, and what then is otherwise in the database."""

    edits: tuple[tuple[str, str], ...]
    approve: tuple[str, ...] = ()
    sqlite: tuple[tuple[str, str], ...] = ()
    """Of what SQLite says of itself: what is replaced by what; what is new stands for nothing."""
    postgres: tuple[tuple[str, str], ...] = ()
    """The same of PostgreSQL."""


REFUSAL = {
    "sqlite": (
        "Other things in the database read what would be gone:\n- index due (on bills): no such column: total\n"
        "Either drop them or write them anew by SQL before this plan, or leave in the model what they read."
    ),
    "postgres": (
        "Column bills.total can't be dropped: materialized view sums needs it.\n"
        "- Drop or change materialized view sums by SQL, plan again, and make it anew afterwards.\n"
        "- Keep the column as it is: leave total in the model as it was."
    ),
}
CLIENT_KEY = "REFERENCES clients (ClientID) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED"
CASES: dict[str, Case] = {
    "a column more": Case(
        (("    born: str | None", "    born: str | None\n    city: str | None"),),
        sqlite=(("(points >= 0)\n)", '(points >= 0)\n, "city" TEXT)'),),
        postgres=(("", 'column clients.city text false "C"     '),),
    ),
    "a column less": Case(
        (("    born: str | None\n", ""),),
        ("drop:clients.born",),
        sqlite=(("    born TEXT, /* a comment */\n", ""),),
        postgres=(('column clients.born text false "default"     ', ""),),
    ),
    "a column renamed": Case(
        (IMPORT, ("    note: str | None", '    remark: Annotated[str | None, RenamedFrom("note")]')),
        ("rename:bills.note",),
        sqlite=(("    note TEXT", '    "remark" TEXT'),),
        postgres=(("bills.note", "bills.remark"), ("(note", "(remark")),
    ),
    "a table renamed": Case(
        (("class Bill(Open):", 'class Invoice(Open, renamed_from="Bill"):'), ('list["Bill"]', 'list["Invoice"]')),
        ("rename:bills",),
        sqlite=(
            ("table bills: CREATE TABLE bills", 'table invoices: CREATE TABLE "invoices"'),
            ("ON bills", 'ON "invoices"'),
            ("JOIN bills", 'JOIN "invoices"'),
        ),
        postgres=(
            ("column bills", "column invoices"),
            ("constraint bills ", "constraint invoices "),
            ("table bills ", "table invoices "),
            ("public.bills ", "public.invoices "),
            ("own on bills ", "own on invoices "),
            ("JOIN bills ", "JOIN invoices "),
            ("FROM bills", "FROM invoices"),
            ("bills.client,\n    sum(bills.total)", "invoices.client,\n    sum(invoices.total)"),  # as 15 has it
            ("GROUP BY bills.", "GROUP BY invoices."),
        ),
    ),
    "another type": Case(
        (("    born: str | None", "    born: int | None"),),
        ("convert:clients.born",),
        sqlite=(("TABLE clients (", 'TABLE "clients" ('), ("born TEXT", "born INTEGER")),
        postgres=(('clients.born text false "default" ', "clients.born bigint false - "),),
    ),
    "never null": Case(
        (("    about: str | None", "    about: str"),),
        sqlite=(("about TEXT", "about TEXT NOT NULL"),),
        postgres=(("rates.about text false", "rates.about text true"),),
    ),
    "null at times": Case(
        (("    total: Int32\n    state", "    total: Int32 | None\n    state"),),
        sqlite=(("total INT NOT NULL", "total INT"),),
        postgres=(("bills.total integer true", "bills.total integer false"),),
        approve=("break:bills.total",),
    ),
    "unique": Case(
        (("    born: str | None", "    born: Annotated[str | None, Unique]"),),
        sqlite=(("", 'index clients_born_key: CREATE UNIQUE INDEX "clients_born_key" ON "clients" ("born")'),),
        postgres=(
            ("", "constraint clients clients_born_key: UNIQUE (born)"),
            (
                "",
                "index CREATE UNIQUE INDEX clients_born_key ON public.clients USING btree (born) clustered false"
                " valid true",
            ),
        ),
    ),
    "no longer unique": Case(
        (("    mail: Annotated[str | None, Unique]", "    mail: str | None"),),
        sqlite=(("TABLE clients (", 'TABLE "clients" ('), ("mail TEXT UNIQUE ON CONFLICT IGNORE", "mail TEXT")),
        postgres=(
            ("constraint clients clients_mail_key: UNIQUE (mail) DEFERRABLE INITIALLY DEFERRED", ""),
            (
                "index CREATE UNIQUE INDEX clients_mail_key ON public.clients USING btree (mail) clustered false"
                " valid true",
                "",
            ),
        ),
    ),
    "indexed": Case(
        (("    about: str | None", "    about: Annotated[str | None, Indexed]"),),
        sqlite=(("", 'index rates_about_idx: CREATE INDEX "rates_about_idx" ON "rates" ("about")'),),
        postgres=(
            ("", "index CREATE INDEX rates_about_idx ON public.rates USING btree (about) clustered false valid true"),
        ),
    ),
    "no longer indexed": Case(
        (("    state: Annotated[str, Indexed]", "    state: str"),),
        sqlite=(("index plain: CREATE INDEX plain ON bills (state)", ""),),
        postgres=(("index CREATE INDEX plain ON public.bills USING btree (state) clustered true valid true", ""),),
    ),
    "a bound": Case(
        (("    rate: float", "    rate: Annotated[float, Ge(0)]"),),
        sqlite=(("about TEXT)", 'about TEXT, CONSTRAINT "rates_rate_check" CHECK ("rate" >= 0.0))'),),
        postgres=(("", "constraint rates rates_rate_check: CHECK ((rate >= (0.0)::double precision))"),),
    ),
    "another bound": Case(
        (("Ge(0)]", "Ge(-5)]"),),
        sqlite=(
            (
                " CONSTRAINT not_in_debt CHECK (points >= 0)\n)",
                ', CONSTRAINT "clients_points_check" CHECK ("points" >= -5))',
            ),
        ),
        postgres=(
            (
                "clients not_in_debt: CHECK ((points >= 0))",
                "clients clients_points_check: CHECK ((points >= '-5'::integer))",
            ),
        ),
    ),
    "another default": Case(
        (('= "open"', '= "new"'),),
        sqlite=(("CREATE TABLE bills", 'CREATE TABLE "bills"'), ("DEFAULT 'open'", "DEFAULT 'new'")),
        postgres=(("bills.state text true \"default\" 'open'", "bills.state text true \"default\" 'new'"),),
    ),
    "a relation": Case(
        (("    about: str | None", "    about: str | None\n    client: Client | None"),),
        sqlite=(
            (
                "about TEXT)",
                'about TEXT, "client_id" INTEGER CONSTRAINT "rates_client_id_fkey" REFERENCES "clients" ("ClientID"))',
            ),
            ("", 'index rates_client_id_idx: CREATE INDEX "rates_client_id_idx" ON "rates" ("client_id")'),
        ),
        postgres=(
            ("", "column rates.client_id integer false -     "),
            ("", 'constraint rates rates_client_id_fkey: FOREIGN KEY (client_id) REFERENCES clients("ClientID")'),
            (
                "",
                "index CREATE INDEX rates_client_id_idx ON public.rates USING btree (client_id) clustered false"
                " valid true",
            ),
        ),
    ),
    # What the model can't say of a key and a new one hasn't is approved by name.
    "on delete": Case(
        (IMPORT, ('Column("client")]', 'Column("client"), OnDelete("cascade")]')),
        ("drop:bills.FKEY",),
        sqlite=(
            ("CREATE TABLE bills", 'CREATE TABLE "bills"'),
            (f" {CLIENT_KEY}", ""),
            (
                "note TEXT\n)",
                'note TEXT,\n    CONSTRAINT "bills_client_fkey" FOREIGN KEY ("client")'
                ' REFERENCES "clients" ("ClientID") ON DELETE CASCADE ON UPDATE CASCADE\n)',
            ),
            ("", 'index bills_client_idx: CREATE INDEX "bills_client_idx" ON "bills" ("client")'),
        ),
        postgres=(
            (
                '("ClientID") ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED',
                '("ClientID") ON UPDATE CASCADE ON DELETE CASCADE',
            ),
            ("", "index CREATE INDEX bills_client_idx ON public.bills USING btree (client) clustered false valid true"),
        ),
    ),
    "another key": Case(
        (
            ('class Rate(Open, key="code")', 'class Rate(Open, key="about")'),
            ("    about: str | None", "    about: str"),
        ),
        sqlite=(
            ("TABLE rates (code TEXT NOT NULL PRIMARY KEY", 'TABLE "rates" (code TEXT NOT NULL'),
            ("about TEXT)", 'about TEXT NOT NULL,\n    PRIMARY KEY ("about"))'),
        ),
        postgres=(
            ("rates.about text false", "rates.about text true"),
            ("PRIMARY KEY (code)", "PRIMARY KEY (about)"),
            ("rates USING btree (code)", "rates USING btree (about)"),
        ),
        approve=("break:/api/rates",),
    ),
}


def after(before: set[str], replaced: tuple[tuple[str, str], ...]) -> set[str]:
    """What is expected: texts with the replacements, whatever came, and nothing of what went."""
    found = set(before)
    for old, new in replaced:
        if not old:
            found.add(new)
            continue
        found = {each.replace(old, new) for each in found} - {""}
    return found


@pytest.mark.parametrize("name", CASES)
async def test_what_the_model_does_not_know_stays(name: str, database: Database, tmp_path: Path) -> None:
    case = CASES[name]
    await create(database)
    adopted = await Adopted.of(database, tmp_path)
    await adopted.apply()
    before = await objects(database)
    rows = await contents(database)
    on_sqlite = database.dialect.name == "sqlite"
    number = "int" if on_sqlite else "Int32"
    approve = tuple(each.replace("FKEY", "client_fkey" if on_sqlite else "bills_client_fkey") for each in case.approve)
    plan, outcome = await adopted.apply(
        *((old.replace("Int32", number), new.replace("Int32", number)) for old, new in case.edits), approve=approve
    )
    assert outcome == "applied"
    assert {each.name for each in plan.approvals} == set(approve)
    assert await objects(database) == after(before, case.sqlite if on_sqlite else case.postgres)
    if name not in ("a column less", "a column renamed", "a table renamed", "another type"):
        assert await contents(database) == rows
    again = await adopted.plan()
    assert (verdict(again), again.changes, again.drift) == ("none", (), ())


async def test_a_column_that_others_read_is_not_dropped(database: Database, tmp_path: Path) -> None:
    await create(database)
    adopted = await Adopted.of(database, tmp_path)
    await adopted.apply()
    before, rows = await objects(database), await contents(database)
    number = "int" if database.dialect.name == "sqlite" else "Int32"
    plan = await adopted.plan((f"    total: {number}\n    state", "    state"), approve=("drop:bills.total",))
    assert (verdict(plan), plan.steps) == ("impossible", ())
    [text] = [each.text for each in plan.findings if each.kind == "impossible"]
    assert text == REFUSAL[database.dialect.name]
    assert (await objects(database), await contents(database)) == (before, rows)
