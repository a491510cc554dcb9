"""The text of a CREATE TABLE -> its parts (`table_text`)."""

from __future__ import annotations

from itertools import pairwise

from backsmith.databases.sql_tokens import Token, tokens
from backsmith.databases.sqlite.altering.table_text import Clause, ClauseKind, Part, TableText
from backsmith.errors import DatabaseError


def read_table_text(sql: str) -> TableText:
    """The parts of a CREATE TABLE as sqlite_schema keeps it. Raises DatabaseError where it can't be read."""
    return _Reader(sql).table()


def read_column(sql: str) -> Part:
    """A column as CREATE TABLE has it."""
    return _Reader(f"CREATE TABLE t ({sql})").table().parts[0]


def read_constraint(sql: str) -> Part:
    """A constraint of a table as CREATE TABLE has it."""
    return _Reader(f"CREATE TABLE t (x, {sql})").table().parts[1]


_CLAUSES = (
    "CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS",
)  # fmt: skip
_END = Token("symbol", "", 0, 0)


class _Reader:
    """Reads forward through the tokens of one CREATE TABLE (https://sqlite.org/lang_createtable.html)."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.tokens = tokens(sql, brackets=True)
        self.at = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def skip(self, *words: str) -> bool:
        if self.token.is_word(*words):
            self.at += 1
            return True
        return False

    def parentheses(self) -> tuple[int, int]:
        """The places of the parentheses that open here; moves behind them."""
        start, depth = self.token.start, 0
        while self.at < len(self.tokens):
            token = self.token
            depth += token.is_symbol("(") - token.is_symbol(")")
            self.at += 1
            if depth == 0:
                return start, token.end
        raise DatabaseError(f"This CREATE TABLE can't be read, a parenthesis isn't closed: {self.sql[:80]!r}")

    def names(self) -> tuple[str, ...]:
        """The names in the parentheses that open here, if any do."""
        if not self.token.is_symbol("("):
            return ()
        first = self.at
        self.parentheses()
        inside = self.tokens[first : self.at]
        return tuple(name.value for before, name in pairwise(inside) if before.is_symbol("(", ","))

    def table(self) -> TableText:
        while self.at < len(self.tokens) and not self.token.is_symbol("("):
            self.at += 1
        parts: list[Part] = []
        end = self.token.end
        self.at += 1
        while self.at < len(self.tokens) and not self.token.is_symbol(")"):
            if self.token.is_symbol(","):
                self.at += 1
            first = self.token
            if first.is_word("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"):
                part = Part(lead="", sql="", clauses=[self.clause(of_table=True)])
            else:
                part = self.column()
            last = self.tokens[self.at - 1].end
            part.lead, part.sql = self.sql[end : first.start], self.sql[first.start : last]
            parts.append(part)
            end = last
        inner = self.sql[end : self.token.start]
        self.at += 1
        return TableText(parts=parts, end=inner, options=self.options())

    def options(self) -> list[str]:
        found: list[str] = []
        while self.at < len(self.tokens):
            if self.skip("WITHOUT"):
                self.at += 1
                found.append("WITHOUT ROWID")
            elif self.skip("STRICT"):
                found.append("STRICT")
            else:
                self.at += 1
        return found

    def column(self) -> Part:
        name = self.token
        self.at += 1
        start = end = self.token.start
        while self.at < len(self.tokens) and not self.token.is_word(*_CLAUSES):
            if self.token.is_symbol(",", ")"):
                break
            if self.token.is_symbol("("):
                self.parentheses()
            else:
                self.at += 1
            end = self.tokens[self.at - 1].end
        clauses: list[Clause] = []
        while self.at < len(self.tokens) and not self.token.is_symbol(",", ")"):
            clauses.append(self.clause(of_table=False))
        return Part(
            lead="",
            sql="",
            clauses=clauses,
            column=name.value,
            written=self.sql[name.start : name.end],
            type=self.sql[start:end],
        )

    def clause(self, *, of_table: bool) -> Clause:
        start, name = self.token.start, None
        if self.skip("CONSTRAINT"):
            name = self.token.value
            self.at += 1
        columns: tuple[str, ...] = ()
        target, inner = None, ""
        kind: ClauseKind = "name"  # a name without a constraint, which the grammar allows
        if self.skip("PRIMARY"):
            kind = "primary key"
            self.at += 1
            columns = self.names()
            self.skip("ASC", "DESC")
        elif self.skip("NOT"):
            kind = "not null"
            self.at += 1
        elif self.skip("NULL"):
            kind = "null"
        elif self.skip("UNIQUE"):
            kind, columns = "unique", self.names()
        elif self.skip("CHECK"):
            kind = "check"
            opened, closed = self.parentheses()
            inner = self.sql[opened + 1 : closed - 1].strip()
        elif self.skip("COLLATE"):
            kind = "collate"
            self.at += 1
        elif self.skip("DEFAULT"):
            kind = "default"
            self.default()
        elif self.skip("FOREIGN"):
            self.at += 1
            columns = self.names()
            self.at += 1
            kind, target = "references", self.reference()
        elif self.skip("REFERENCES"):
            kind, target = "references", self.reference()
        elif self.token.is_word("GENERATED", "AS"):
            kind = "generated"
            if self.skip("GENERATED"):
                self.at += 1  # ALWAYS
            self.at += 1
            self.parentheses()
            self.skip("STORED", "VIRTUAL")
        elif name is None and not of_table:
            self.at += 1  # what a later SQLite may know
        if self.skip("ON"):
            self.at += 2  # CONFLICT and what to do
        self.skip("AUTOINCREMENT")
        sql = self.sql[start : self.tokens[self.at - 1].end]
        return Clause(kind=kind, sql=sql, name=name, columns=columns, target=target, inner=inner)

    def default(self) -> None:
        if self.token.is_symbol("("):
            self.parentheses()
            return
        self.at += self.token.is_symbol("+", "-")
        self.at += 1

    def reference(self) -> str:
        """Moves behind `table (columns) ON … MATCH … DEFERRABLE …`; the table."""
        target = self.token.value
        self.at += 1
        self.names()
        while self.at < len(self.tokens):
            if self.token.is_word("ON") and self.tokens[self.at + 1].is_word("DELETE", "UPDATE"):
                self.at += 2
                self.at += 2 if self.token.is_word("SET", "NO") else 1
            elif self.skip("MATCH", "INITIALLY"):
                self.at += 1
            elif self.token.is_word("NOT") and self.tokens[self.at + 1].is_word("DEFERRABLE"):
                self.at += 2
            elif not self.skip("DEFERRABLE"):
                break
        return target
