"""From a model to the statements that create its tables, whole, in both databases' words."""

from __future__ import annotations

from pathlib import Path

from backsmith.databases.postgres.dialect import PostgresDialect
from backsmith.databases.sqlite.dialect import SqliteDialect
from backsmith.evolution.desired import tables_of
from tests.evolution.models import blueprint_of

MODEL = '''
class Team(Entity, private=True):
    """A team."""
    name: Annotated[str, MaxLen(40), MinLen(2), Unique]
    "What it's called."
    lead: "Person | None"
    people: Annotated[list["Person"], Via("team")]

class Person(Entity, private=True, unique=[("team", "nick")], indexes=[("born", "-nick")]):
    id: UUID
    team: Annotated[Team, OnDelete("cascade")]
    led: Annotated[list[Team], Via("lead")]
    nick: str
    born: Annotated[date | None, Indexed, Ge(date(1900, 1, 1))]
    role: Literal["player", "coach's"] = "player"
    wage: Annotated[Decimal, Digits(8, 2), Ge(0)] = Decimal("12.5")
    share: Annotated[Decimal, Lt(1)]
    shirt: Annotated[Int16, Gt(0), MultipleOf(2)]
    keen: bool = True
    joined: datetime = now()
    break_: Annotated[timedelta, Column("break"), Le(timedelta(minutes=15))]
    data: Json
    tags: list[str] = []
    photo: bytes | None
    skills: list["Skill"]

    @check
    def coaches_are_paid(self) -> bool:
        """Coaches are paid."""
        return self.role == "player" or self.wage > 0

    @check
    def is_in_a_team_with_a_name(self) -> bool:
        return self.team.name != ""

class Skill(Entity, key="code", private=True):
    code: str
    people: list[Person]
'''

SQLITE = """\
CREATE TABLE "people" (
    "id" TEXT NOT NULL,
    "team_id" INTEGER NOT NULL,
    "nick" TEXT NOT NULL,
    "born" TEXT,
    "role" TEXT NOT NULL DEFAULT 'player',
    "wage" INTEGER NOT NULL DEFAULT 1250,
    "share" INTEGER NOT NULL,
    "shirt" INTEGER NOT NULL,
    "keen" INTEGER NOT NULL DEFAULT 1,
    "joined" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')),
    "break" INTEGER NOT NULL,
    "data" TEXT NOT NULL,
    "tags" TEXT NOT NULL DEFAULT '[]',
    "photo" BLOB,
    PRIMARY KEY ("id"),
    CONSTRAINT "people_team_id_nick_key" UNIQUE ("team_id", "nick"),
    CONSTRAINT "people_born_check" CHECK ("born" >= '1900-01-01'),
    CONSTRAINT "people_role_check" CHECK ("role" IN ('player', 'coach''s')),
    CONSTRAINT "people_wage_check" CHECK ("wage" BETWEEN -99999999 AND 99999999),
    CONSTRAINT "people_wage_check1" CHECK ("wage" >= 0),
    CONSTRAINT "people_share_check" CHECK ("share" BETWEEN -999999999999999999 AND 999999999999999999),
    CONSTRAINT "people_share_check1" CHECK ("share" < 10000),
    CONSTRAINT "people_shirt_check" CHECK ("shirt" BETWEEN -32768 AND 32767),
    CONSTRAINT "people_shirt_check1" CHECK ("shirt" > 0),
    CONSTRAINT "people_shirt_check2" CHECK ("shirt" % 2 = 0),
    CONSTRAINT "people_keen_check" CHECK ("keen" IN (0, 1)),
    CONSTRAINT "people_break_check" CHECK ("break" <= 900000000),
    CONSTRAINT "people_data_check" CHECK (json_valid("data")),
    CONSTRAINT "people_tags_check" CHECK (json_type("tags") = 'array'),
    CONSTRAINT "people_coaches_are_paid_…" CHECK (…),
    CONSTRAINT "people_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams" ("id") ON DELETE CASCADE
) STRICT;
CREATE INDEX "people_born_idx" ON "people" ("born");
CREATE INDEX "people_born_nick_idx" ON "people" ("born", "nick" DESC);
CREATE TABLE "people_skills" (
    "person_id" TEXT NOT NULL,
    "skill_code" TEXT NOT NULL,
    PRIMARY KEY ("person_id", "skill_code"),
    CONSTRAINT "people_skills_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people" ("id") ON DELETE CASCADE,
    CONSTRAINT "people_skills_skill_code_fkey" FOREIGN KEY ("skill_code") REFERENCES "skills" ("code") ON DELETE CASCADE
) STRICT;
CREATE INDEX "people_skills_skill_code_idx" ON "people_skills" ("skill_code");
CREATE TABLE "skills" (
    "code" TEXT NOT NULL,
    PRIMARY KEY ("code")
) STRICT;
CREATE TABLE "teams" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "lead_id" TEXT,
    CONSTRAINT "teams_name_key" UNIQUE ("name"),
    CONSTRAINT "teams_name_check" CHECK (length("name") <= 40),
    CONSTRAINT "teams_name_check1" CHECK (length("name") >= 2),
    CONSTRAINT "teams_lead_id_fkey" FOREIGN KEY ("lead_id") REFERENCES "people" ("id")
) STRICT;
CREATE INDEX "teams_lead_id_idx" ON "teams" ("lead_id")"""

POSTGRES = """\
CREATE TABLE "skills" (
    "code" text COLLATE "C" NOT NULL,
    PRIMARY KEY ("code")
);
CREATE TABLE "people" (
    "id" uuid NOT NULL,
    "team_id" bigint NOT NULL,
    "nick" text COLLATE "C" NOT NULL,
    "born" date,
    "role" text COLLATE "C" NOT NULL DEFAULT 'player',
    "wage" numeric(8,2) NOT NULL DEFAULT 12.5,
    "share" numeric(18,4) NOT NULL,
    "shirt" smallint NOT NULL,
    "keen" boolean NOT NULL DEFAULT true,
    "joined" timestamp with time zone NOT NULL DEFAULT now(),
    "break" interval NOT NULL,
    "data" json NOT NULL,
    "tags" text[] COLLATE "C" NOT NULL DEFAULT '{}',
    "photo" bytea,
    PRIMARY KEY ("id"),
    CONSTRAINT "people_team_id_nick_key" UNIQUE ("team_id", "nick"),
    CONSTRAINT "people_born_check" CHECK ("born" >= '1900-01-01'),
    CONSTRAINT "people_role_check" CHECK ("role" IN ('player', 'coach''s')),
    CONSTRAINT "people_wage_check" CHECK ("wage" >= 0),
    CONSTRAINT "people_share_check" CHECK ("share" < 1),
    CONSTRAINT "people_shirt_check" CHECK ("shirt" > 0),
    CONSTRAINT "people_shirt_check1" CHECK ("shirt"::integer % 2 = 0),
    CONSTRAINT "people_break_check" CHECK ("break" <= 'PT15M'),
    CONSTRAINT "people_coaches_are_paid_…" CHECK (…)
);
CREATE INDEX "people_born_idx" ON "people" ("born");
CREATE INDEX "people_born_nick_idx" ON "people" ("born", "nick" DESC);
CREATE TABLE "people_skills" (
    "person_id" uuid NOT NULL,
    "skill_code" text COLLATE "C" NOT NULL,
    PRIMARY KEY ("person_id", "skill_code"),
    CONSTRAINT "people_skills_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "people" ("id") ON DELETE CASCADE,
    CONSTRAINT "people_skills_skill_code_fkey" FOREIGN KEY ("skill_code") REFERENCES "skills" ("code") ON DELETE CASCADE
);
CREATE INDEX "people_skills_skill_code_idx" ON "people_skills" ("skill_code");
CREATE TABLE "teams" (
    "id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    "name" character varying(40) COLLATE "C" NOT NULL,
    "lead_id" uuid,
    PRIMARY KEY ("id"),
    CONSTRAINT "teams_name_key" UNIQUE ("name"),
    CONSTRAINT "teams_name_check" CHECK (length("name") >= 2),
    CONSTRAINT "teams_lead_id_fkey" FOREIGN KEY ("lead_id") REFERENCES "people" ("id")
);
CREATE INDEX "teams_lead_id_idx" ON "teams" ("lead_id");
ALTER TABLE "people" ADD CONSTRAINT "people_team_id_fkey" \
FOREIGN KEY ("team_id") REFERENCES "teams" ("id") ON DELETE CASCADE;
COMMENT ON TABLE "teams" IS 'A team.';
COMMENT ON COLUMN "teams"."name" IS 'What it''s called.'"""


def without_spelled_checks(statements: list[str]) -> str:
    """The statements with the conditions of `@check`s left out: how those are spelled is tested with expressions."""
    lines = ";\n".join(statements).split("\n")
    return "\n".join(
        '    CONSTRAINT "people_coaches_are_paid_…" CHECK (…)' + ("," if line.endswith(",") else "")
        if "coaches_are_paid" in line
        else line
        for line in lines
    )


def test_the_tables_on_sqlite(tmp_path: Path) -> None:
    dialect = SqliteDialect()
    statements = dialect.ddl.statements(tables_of(blueprint_of(tmp_path, MODEL), dialect))
    assert without_spelled_checks(statements) == SQLITE


def test_the_tables_on_postgres(tmp_path: Path) -> None:
    dialect = PostgresDialect()
    statements = dialect.ddl.statements(tables_of(blueprint_of(tmp_path, MODEL), dialect))
    assert without_spelled_checks(statements) == POSTGRES


def test_names_are_cut_to_what_postgres_takes_and_stay_different(tmp_path: Path) -> None:
    model = f"""
        class E(Entity, table='{"a" * 58}', private=True):
            first: Annotated[int, Unique, Ge(0), Le(9)]
            firsts: Annotated[int, Unique]
    """
    dialect = PostgresDialect()
    [sql] = dialect.ddl.statements(tables_of(blueprint_of(tmp_path, model), dialect))
    names = [line.split('"')[1] for line in sql.splitlines() if "CONSTRAINT" in line]
    assert len(names) == 4
    assert len(set(names)) == 4
    assert all(len(name.encode()) <= 63 for name in names)


def test_a_column_of_another_programs_keeps_its_type_and_is_not_strict(tmp_path: Path) -> None:
    model = """
        class Old(Entity, private=True):
            price: Annotated[Decimal, Digits(10, 2), Ge(0), Column("Price", type="numeric(10,2)")] = Decimal("1.50")
            made: Annotated[datetime, Column(type="datetime")] = now()
            on: Annotated[bool, Column(type="boolean")] = False
            name: Annotated[str, MaxLen(9), Column(type="text collate nocase", default="lower('A')")]
    """
    dialect = SqliteDialect()
    assert dialect.ddl.statements(tables_of(blueprint_of(tmp_path, model), dialect)) == [
        """\
CREATE TABLE "olds" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "Price" NUMERIC(10,2) NOT NULL DEFAULT 1.50,
    "made" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "on" BOOLEAN NOT NULL DEFAULT 0,
    "name" TEXT COLLATE nocase NOT NULL DEFAULT (lower('A')),
    CONSTRAINT "olds_Price_check" CHECK ("Price" >= 0),
    CONSTRAINT "olds_name_check" CHECK (length("name") <= 9)
)"""
    ]


def test_an_enum_that_the_storage_names_is_created(tmp_path: Path) -> None:
    model = """
        class Film(Entity, schema="art", private=True):
            rating: Annotated[Literal["good", "bad"], Column(type='art."Rating"')] = "good"
    """
    dialect = PostgresDialect()
    assert dialect.ddl.statements(tables_of(blueprint_of(tmp_path, model), dialect)) == [
        'CREATE SCHEMA IF NOT EXISTS "art"',
        "CREATE TYPE \"art\".\"Rating\" AS ENUM ('good', 'bad')",
        """\
CREATE TABLE "art"."films" (
    "id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    "rating" art."Rating" NOT NULL DEFAULT 'good',
    PRIMARY KEY ("id")
)""",
    ]
