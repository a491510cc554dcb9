"""Why a request that writes is answered as it is: which rules were tried on the row before and after, what failed.

The request is done twice in transactions that are not kept: once as it was asked, for the reply; once rules aside, to
ask each clause of each rule about the row as it would be. Hooks, files and the change log hear of neither.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from copy import copy
from datetime import UTC, datetime

from msgspec.structs import replace

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Rule
from backsmith.blueprint.english import clauses, english
from backsmith.blueprint.expressions import FALSE, TRUE, Node
from backsmith.databases.database import Database
from backsmith.databases.transaction import Transaction
from backsmith.engine.access import decided
from backsmith.engine.grammar.keys import texts_of
from backsmith.engine.recording import Ran, Recording
from backsmith.engine.spine import Engine
from backsmith.engine.why import (
    OUT_OF_SCOPE,
    Clause,
    Explanation,
    Fetch,
    Outcome,
    Stage,
    Tried,
    asker_text,
    clauses_of,
    request_text,
    shown_values,
)
from backsmith.engine.writes import Prepared
from backsmith.engine.writing.reading import AskedWrite, read_write
from backsmith.engine.writing.work import Key, Work, Written
from backsmith.engine.writing.writer import Writer
from backsmith.errors import RequestError
from backsmith.http.request import Request


class _UndoneError(Exception):
    """Leaves a transaction that is not to be kept."""


async def explain_write(engine: Engine, database: Database, request: Request, asker: Asker) -> Explanation:
    """How `request` of `asker`, which has its body, is decided. Nothing is changed.

    Raises RequestError where the request can't be read at all.
    """
    asked = read_write(request, engine.catalogue, engine.limits)
    return await _Trial(engine, database, request, asked, asker).explanation()


class _Trial:
    def __init__(self, engine: Engine, database: Database, request: Request, asked: AskedWrite, asker: Asker) -> None:
        self.engine = engine
        self.database = database
        self.request = request
        self.asked = asked
        self.asker = asker
        self.kind = engine.authorizer.kind(asker)
        self.entity = asked.resource.entity
        self.now = datetime.now(UTC)
        self.writes = copy(engine.writes)
        # Without those who observe writing: they may do what no transaction undoes.
        self.writes.writer = Writer(engine.catalogue, engine.authorizer, database.dialect, opening=engine.opening)
        self.ran: list[Ran] = []

    async def explanation(self) -> Explanation:
        prepared: Prepared | None = None
        error: RequestError | None = None
        written: Written | None = None
        try:
            self.writes.refuse_without_rule(self.asked, self.kind)
            prepared, _ = self.writes.prepare(self.request, self.asked, self.kind)
            written = await self._attempted(prepared)
        except RequestError as refusal:
            error = refusal
        key = self._key(prepared)
        exists = None if key is None else bool(await self._before(key, ()))
        tried = [each async for each in self._tried(prepared, key, exists, error)]
        status = 200 if error is None else error.status
        return Explanation(
            request=request_text(self.request),
            asker=asker_text(self.asker),
            entity=self.entity.name,
            decision=self._decision(error, written, exists),
            status=status,
            row_exists=exists,
            rules=tuple(tried),
            sql=None,
            parameters=(),
            query_plan=None,
            error=None if error is None else ". ".join(filter(None, (error.message.rstrip("."), error.hint))),
            statements=tuple(self.ran),
        )

    def _key(self, prepared: Prepared | None) -> tuple[str, ...] | None:
        """The texts of the key that the address names."""
        if self.asked.key_parts:
            return self.asked.values[self.asked.query_values :]
        if self.asked.method == "PUT" and prepared is not None:
            return tuple(self.asked.values[slot] for slot in prepared.plan.key)
        return None

    async def _attempted(self, prepared: Prepared) -> Written:
        """Do it as it was asked, and undo it."""
        done: list[Written] = []

        async def attempt(transaction: Transaction) -> None:
            recording = Recording(transaction)
            work = Work(recording, self.asker, self.kind, self.now, "why")
            try:
                done.append(await self.writes.perform(work, prepared))
            finally:
                self.ran = recording.ran
            raise _UndoneError

        with suppress(_UndoneError):
            await self.database.transact(attempt)
        return done[0]

    # Rules ------------------------------------------------------------------------------------------------------

    async def _tried(
        self, prepared: Prepared | None, key: tuple[str, ...] | None, exists: bool | None, error: RequestError | None
    ) -> AsyncIterator[Tried]:
        """The rules about the request, on the row before where there is one, and on the row after."""
        verbs = self._verbs(exists)
        for rule in self.entity.rules:
            if "read" in rule.verbs and key is not None and self.asked.method != "PUT":
                yield await self._on(rule, "read", prepared, key if exists else None, exists)
        for rule in self.entity.rules:
            if not verbs & set(rule.verbs):
                continue
            if "create" not in verbs or not self._makes(rule, verbs):
                yield await self._on(rule, "before", prepared, key if exists else None, exists)
        after = await self._after(prepared, error)
        if after is None:
            return
        for rule in self.entity.rules:
            if verbs & set(rule.verbs) and not rule.after:
                yield await self._on(rule, "after", prepared, None, True, found=after.get(rule.id, ()))

    def _verbs(self, exists: bool | None) -> set[str]:
        """What the request comes to."""
        if self.asked.on_conflict == "merge" and exists is not None:
            return {"update"} if exists else {"create"}
        return set(self.asked.verbs)

    def _concerns(self, rule: Rule, stage: Stage) -> set[str]:
        """What the request asks the rule for."""
        return {"read"} if stage == "read" else {verb for verb in self.asked.verbs if verb in rule.verbs}

    @staticmethod
    def _makes(rule: Rule, verbs: set[str]) -> bool:
        return verbs == {"create"} or "update" not in rule.verbs

    async def _on(
        self,
        rule: Rule,
        stage: Stage,
        prepared: Prepared | None,
        key: tuple[str, ...] | None,
        exists: bool | None,
        found: tuple[Clause, ...] | None = None,
    ) -> Tried:
        condition = decided(rule, self.kind)
        names = () if prepared is None or stage == "read" else _names(prepared)
        outcome: Outcome = "holds"
        reason = ""
        if not any(self.kind.reaches(self.entity, verb) for verb in self._concerns(rule, stage)):
            outcome, reason = "can't apply", OUT_OF_SCOPE
        elif rule.needs_user and self.kind.anonymous:
            outcome, reason = "can't apply", "it asks who the user is, and nobody is signed in"
        elif names and rule.fields is not None and not set(names) & set(rule.fields):
            outcome, reason = "can't apply", f"it is not about {', '.join(names)}"
        elif condition == TRUE:
            reason = "it holds for every row"
        elif condition == FALSE:
            outcome, reason = "fails", "it can't hold for this user, whatever the row"
        else:
            if found is None and key is not None and not rule.after:
                found = await self._before(key, clauses(rule.condition))
            if found:
                failed = [clause for clause in found if not clause.holds]
                outcome = "fails" if failed else "holds"
                reason = "; ".join(f"not so: {each.english}{shown_values(each.values)}" for each in failed)
            else:
                outcome = "decides by row"
                reason = "there is no such row" if exists is False else "it is asked of each row"
                found = tuple(Clause(english(part), None, {}) for part in clauses(rule.condition))
        return Tried(
            rule.name, english(rule.condition), rule.fields, outcome, reason, found or (), rule.location, stage
        )

    async def _before(self, key: tuple[str, ...], parts: Sequence[Node]) -> tuple[Clause, ...]:
        """What the clauses are of the row as it is; of none, something where there is such a row."""
        return await self._clauses(self.database.fetch, key, parts)

    async def _clauses(self, fetch: Fetch, key: tuple[str, ...], parts: Sequence[Node]) -> tuple[Clause, ...]:
        return await clauses_of(self.engine, self.database.dialect, fetch, self.entity, key, parts, self.asker)

    async def _after(
        self, prepared: Prepared | None, error: RequestError | None
    ) -> dict[str, tuple[Clause, ...]] | None:
        """What the clauses of each rule are of the row as it would be, rules aside; None where there is no such row."""
        if (
            prepared is None
            or self.asked.method == "DELETE"
            or (self.asked.method == "PATCH" and not self.asked.key_parts)
        ):
            return None
        found: dict[str, tuple[Clause, ...]] = {}

        async def attempt(transaction: Transaction) -> None:
            work = Work(transaction, self.asker, self.kind, self.now, "why", system=True)
            written = await self.writes.perform(work, _unruled(prepared))
            key = _meant(written, error)
            for rule in self.entity.rules:
                if key is not None and not rule.after:
                    found[rule.id] = await self._clauses(transaction.fetch, texts_of(key), clauses(rule.condition))
            raise _UndoneError

        try:
            with suppress(_UndoneError):
                await self.database.transact(attempt)
        except RequestError:
            return None  # it can't be written whatever the rules say
        return found

    # The decision -------------------------------------------------------------------------------------------------

    def _decision(self, error: RequestError | None, written: Written | None, exists: bool | None) -> str:
        if written is not None:
            count = len(written.keys)
            rows = "1 row" if count == 1 else f"{count} rows"
            done = {"POST": "created", "PUT": "written", "PATCH": "changed", "DELETE": "deleted"}[self.asked.method]
            left = f", and {written.skipped} left alone" if written.skipped else ""
            return f"Allowed: {rows} would be {done}{left}. Nothing was kept."
        assert error is not None
        match error.status:
            case 401 | 403:
                return "Refused: no rule lets this asker do it."
            case 404 if exists:
                return "Hidden: the row is there, but no rule lets this asker read it, so to them it does not exist."
            case 404:
                return "Not found: there is no such row."
            case 409 | 412:
                return "Refused: it conflicts with what is there."
            case _:
                return "Refused: the request itself is wrong."


def _names(prepared: Prepared) -> tuple[str, ...]:
    """The fields that are given."""
    return tuple(dict.fromkeys(name for row in prepared.rows for name in (*row.values, *row.related)))


def _unruled(prepared: Prepared) -> Prepared:
    """The operation on rows that the asker may not see, too, and without showing any."""
    rows = prepared.plan.rows
    rows = None if rows is None else replace(rows, access=TRUE)
    plan = replace(prepared.plan, rows=rows, show=None, current=(), name=replace(prepared.plan.name, method="why"))
    return replace(prepared, plan=plan)


def _meant(written: Written, error: RequestError | None) -> Key | None:
    """The key of the row that a refusal is about, else of the first."""
    pointer = str((error.members.get("pointer") if error else None) or "")
    first = pointer.removeprefix("/").partition("/")[0]
    number = int(first) if first.isdecimal() else 0
    return written.keys[number] if number < len(written.keys) else None
