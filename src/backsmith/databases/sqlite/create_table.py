"""The text of SQLite's CREATE TABLE and CREATE INDEX -> what the pragmas don't tell.

SQLite keeps checks, collations, generated columns and the names of constraints only as the text somebody wrote, so
that is read here with a tokenizer and a parser of exactly SQLite's grammar (lang_createtable.html).
"""

from __future__ import annotations

from msgspec import Struct

from backsmith.databases.schema import CheckConstraint
from backsmith.databases.sql_tokens import Token, tokens


class NamedConstraint(Struct, frozen=True):
    """A UNIQUE or FOREIGN KEY as written: its name, if it has one, its columns, and whether it is deferrable."""

    name: str | None
    columns: tuple[str, ...]
    deferrable: bool = False


class CreateTable(Struct):
    """What the text of a CREATE TABLE says beyond the pragmas, in the order of the text; columns by their name."""

    checks: list[CheckConstraint]
    uniques: list[NamedConstraint]
    foreign_keys: list[NamedConstraint]
    collations: dict[str, str]
    generated: dict[str, str]


class IndexedColumn(Struct, frozen=True):
    """A term of CREATE INDEX: its expression as written, without COLLATE and ASC or DESC, and its collation."""

    sql: str
    collation: str | None


class CreateIndex(Struct, frozen=True):
    """What the text of a CREATE INDEX says: its terms, and its condition if it is partial."""

    terms: tuple[IndexedColumn, ...]
    where: str | None


def read_create_table(sql: str) -> CreateTable:
    """What `sql`, a CREATE TABLE as sqlite_master keeps it, says. Raises DatabaseError where it can't be read."""
    return _Reader(sql).create_table()


def read_create_index(sql: str) -> CreateIndex:
    """What `sql`, a CREATE INDEX as sqlite_master keeps it, says. Raises DatabaseError where it can't be read."""
    return _Reader(sql).create_index()


_END = Token("symbol", "", 0, 0)
_COLUMN_WORDS = (
    "CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS",
    "ON", "DEFERRABLE", "INITIALLY", "ASC", "DESC", "AUTOINCREMENT", "MATCH",
)  # fmt: skip


class _Reader:
    """Reads forward through the tokens of one statement."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.tokens = tokens(sql, brackets=True)
        self.at = 0
        self.found = CreateTable([], [], [], {}, {})

    # Moving through the tokens
    @property
    def token(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def take(self) -> Token:
        token = self.token
        self.at += 1
        return token

    def skip_word(self, *words: str) -> bool:
        if self.token.is_word(*words):
            self.at += 1
            return True
        return False

    def skip_symbol(self, symbol: str) -> bool:
        if self.token.is_symbol(symbol):
            self.at += 1
            return True
        return False

    def parentheses(self) -> str:
        """The text inside the parentheses that open here; moves behind them."""
        if not self.token.is_symbol("("):
            return ""
        start = self.token.end
        depth = 0
        while self.at < len(self.tokens):
            token = self.take()
            depth += token.is_symbol("(") - token.is_symbol(")")
            if depth == 0:
                return self.sql[start : token.start].strip()
        return self.sql[start:].strip()

    def names(self) -> tuple[str, ...]:
        """The names of a parenthesised list of columns, each perhaps with COLLATE and ASC or DESC."""
        found: list[str] = []
        if not self.skip_symbol("("):
            return ()
        expect_name = True
        while self.at < len(self.tokens):
            token = self.take()
            if token.is_symbol(")"):
                break
            if expect_name:
                found.append(token.value)
            expect_name = token.is_symbol(",")
        return tuple(found)

    # CREATE TABLE
    def create_table(self) -> CreateTable:
        while self.at < len(self.tokens) and not self.token.is_symbol("("):
            self.at += 1
        self.at += 1
        # A column may be named by any quoted word or by a word that isn't reserved; these five are reserved.
        while self.at < len(self.tokens) and not self.token.is_symbol(")"):
            if self.token.is_word("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"):
                self.table_constraint()
            else:
                self.column()
            self.skip_symbol(",")
        return self.found

    def column(self) -> None:
        column = self.take().value
        while self.at < len(self.tokens) and not self.token.is_word(*_COLUMN_WORDS):  # the type, which the pragma tells
            if self.token.is_symbol(",", ")"):
                return
            if self.token.is_symbol("("):
                self.parentheses()
            else:
                self.at += 1
        name: str | None = None
        while self.at < len(self.tokens) and not self.token.is_symbol(",", ")"):
            if self.skip_word("CONSTRAINT"):
                name = self.take().value
                continue
            self.column_constraint(column, name)
            name = None

    def column_constraint(self, column: str, name: str | None) -> None:
        if self.skip_word("CHECK"):
            self.found.checks.append(CheckConstraint(name=name, sql=self.parentheses()))
        elif self.skip_word("COLLATE"):
            self.found.collations[column] = self.take().value
        elif self.skip_word("UNIQUE"):
            self.found.uniques.append(NamedConstraint(name, (column,)))
        elif self.skip_word("REFERENCES"):
            self.found.foreign_keys.append(NamedConstraint(name, (column,), self.reference()))
        elif self.skip_word("AS"):
            self.found.generated[column] = self.parentheses()
        elif self.skip_word("DEFAULT"):
            self.default()
        else:
            self.at += 1  # NOT NULL, PRIMARY KEY, AUTOINCREMENT, GENERATED ALWAYS, ON CONFLICT …: the pragmas tell

    def default(self) -> None:
        if self.token.is_symbol("("):
            self.parentheses()
        else:
            self.skip_symbol("+")
            self.skip_symbol("-")
            self.at += 1

    def reference(self) -> bool:
        """Moves behind `REFERENCES table (columns) ON … MATCH … DEFERRABLE …`; whether it may be deferred."""
        self.at += 1
        self.names()
        deferrable = False
        while self.at < len(self.tokens):
            if self.skip_word("ON"):
                self.at += 1  # DELETE or UPDATE
                self.at += 2 if self.token.is_word("SET", "NO") else 1
            elif self.skip_word("MATCH"):
                self.at += 1
            elif self.token.is_word("NOT") and self.tokens[self.at + 1].is_word("DEFERRABLE"):
                self.at += 2
            elif self.skip_word("DEFERRABLE"):
                deferrable = True
            elif self.skip_word("INITIALLY"):
                self.at += 1
            else:
                break
        return deferrable

    def table_constraint(self) -> None:
        name = self.take().value if self.skip_word("CONSTRAINT") else None
        if self.skip_word("CHECK"):
            self.found.checks.append(CheckConstraint(name=name, sql=self.parentheses()))
        elif self.skip_word("UNIQUE"):
            self.found.uniques.append(NamedConstraint(name, self.names()))
        elif self.skip_word("FOREIGN"):
            self.at += 1
            columns = self.names()
            self.at += 1
            self.found.foreign_keys.append(NamedConstraint(name, columns, self.reference()))
        elif self.skip_word("PRIMARY"):
            self.at += 1
            self.parentheses()
        else:
            return  # a name without a constraint, which SQLite's grammar allows
        if self.skip_word("ON"):
            self.at += 2  # CONFLICT and what to do

    # CREATE INDEX
    def create_index(self) -> CreateIndex:
        while self.at < len(self.tokens) and not self.token.is_symbol("("):
            self.at += 1
        self.at += 1
        terms: list[IndexedColumn] = []
        while self.at < len(self.tokens) and not self.token.is_symbol(")"):
            terms.append(self.term())
            self.skip_symbol(",")
        self.at += 1
        where = self.rest() if self.skip_word("WHERE") else None
        return CreateIndex(tuple(terms), where)

    def rest(self) -> str:
        return self.sql[self.token.start : self.tokens[-1].end]

    def term(self) -> IndexedColumn:
        first = self.at
        depth = 0
        while self.at < len(self.tokens) and (depth or not self.token.is_symbol(",", ")")):
            depth += self.token.is_symbol("(") - self.token.is_symbol(")")
            self.at += 1
        term = self.tokens[first : self.at]
        if term[-1].is_word("ASC", "DESC"):
            term.pop()
        collation = None
        if len(term) > 2 and term[-2].is_word("COLLATE"):
            collation = term[-1].value
            del term[-2:]
        return IndexedColumn(self.sql[term[0].start : term[-1].end], collation)
