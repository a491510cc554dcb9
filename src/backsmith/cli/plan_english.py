"""A plan as text for people, and as SQL for a reviewer or another tool: pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_never

import msgspec

from backsmith.databases.steps import Alone, Batches, Cost, Lock, Statements, Step, TransformRows
from backsmith.evolution.plan import AccessChange, ApiChange, Finding, Plan, Question, verdict

_SIGNS = {"impossible": "!", "loss": "-", "note": " "}
_ACCESS = {"wider": "+", "narrower": "-", "other": "~"}
_WORKS = {
    "catalogue": "the catalogue alone",
    "scan": "reads {rows} rows",
    "build": "reads {rows} rows and builds an index",
    "rewrite": "writes {rows} rows anew",
    "batches": "{rows} rows in batches",
}


def plan_in_english(plan: Plan) -> str:
    """The plan, section by section; sections with nothing in them are left out."""
    lines = [_heading(plan), ""]
    sections: list[tuple[str, Iterator[str]]] = [
        ("Changed by hand since the last version", _drift(plan)),
        ("What only you know", _questions(plan.questions)),
        ("What the rows say", _findings(plan.findings)),
        ("Steps", _steps(plan.steps)),
        ("For clients", _api(plan.api)),
        ("Who may do what", _access(plan.access)),
        ("Indexes", (f"  {line}" for line in plan.advice)),
        ("To approve", _approvals(plan)),
    ]
    for title, body in sections:
        found = list(body)
        if found:
            lines += [title, *found, ""]
    return "\n".join([*lines, _conclusion(plan)])


def _heading(plan: Plan) -> str:
    """Which database, and from which version to which."""
    if plan.from_hash is None:
        return f"{plan.database}: nothing applied yet, to version {plan.to_hash}"
    if plan.from_hash == plan.to_hash:
        return f"{plan.database}: version {plan.to_hash}, as it was applied last"
    return f"{plan.database}: from version {plan.from_hash}, applied last, to {plan.to_hash}"


def _conclusion(plan: Plan) -> str:
    """What comes of it, in a line."""
    outcome = verdict(plan)
    if outcome == "impossible":
        if plan.questions and not any(finding.kind == "impossible" for finding in plan.findings):
            return "Stops here: say what only you know, above."
        return "Can't be done as it is: see what is marked with !"
    if outcome == "approval":
        return "Needs approval by name, as above."
    if outcome == "none":
        return "Nothing to do: the database has the shape of the model."
    if not plan.steps:
        return "The database has the shape of the model already: applying writes down that it has this version."
    if plan.approvals:
        return "All that needs approval has it."
    return "Safe: nothing is lost, and what runs goes on."


def plan_as_sql(plan: Plan, *, lock_timeout: str) -> str:
    """The statements in their order, each with its title as a comment; after those of batches, by what they go."""
    lines = [f"-- {_heading(plan)}"]
    if plan.database.startswith("PostgreSQL"):
        lines += [f"SET lock_timeout = '{lock_timeout}';", "SET statement_timeout = 0;"]
    for number, step in enumerate(plan.steps, 1):
        lines += ["", f"-- {number}. {step.title}", *_sql(step)]
    return "\n".join(lines)


def _sql(step: Step) -> list[str]:
    match step:
        case Statements(statements=statements, foreign_keys=foreign_keys):
            inside = [f"{statement};" for statement in statements]
            around = ["BEGIN;", *inside, "COMMIT;"] if len(statements) > 1 else inside
            return around if foreign_keys else ["PRAGMA foreign_keys = OFF;", *around, "PRAGMA foreign_keys = ON;"]
        case Alone(statement=statement):
            return [f"{statement};"]
        case Batches(statement=statement, key=key):
            return [f"{statement};", f"-- in batches by {', '.join(key)}"]
        case TransformRows(function=function, reads=reads, writes=writes):
            names = (", ".join(field.column for field in fields) for fields in (writes, reads))
            return [f"-- {next(names)} = {function}({next(names)}), in batches"]
        case _:
            assert_never(step)


# Sections -------------------------------------------------------------------------------------------------------------


def _drift(plan: Plan) -> Iterator[str]:
    for drift in plan.drift:
        yield f"  ~ {drift.text}"
        yield from _ways(drift.ways)


def _questions(questions: tuple[Question, ...]) -> Iterator[str]:
    for question in questions:
        candidates = " or ".join(question.candidates)
        yield f"  ! {question.about} is new and {candidates} is gone. Is it the same?"
        yield from _ways(question.ways)


def _findings(findings: tuple[Finding, ...]) -> Iterator[str]:
    for finding in findings:
        first, *more = finding.text.split("\n")
        yield f"  {_SIGNS[finding.kind]} {finding.about}: {first}"
        yield from (f"      {line}" for line in more)
        for sample in finding.samples:
            yield f"      {_sample(sample)}"
        yield from _ways(finding.ways)


def _sample(sample: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {msgspec.json.encode(value).decode()}" for name, value in sample.items())


def _ways(ways: tuple[str, ...]) -> Iterator[str]:
    for way in ways:
        yield f"      > {way}"


def _steps(steps: tuple[Step, ...]) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        yield f"{number:>4}. {step.title}" + (f"   [{step.approval}]" if step.approval else "")
        for statement in _sql(step):
            for line in statement.split("\n"):
                yield f"        {line}"
        yield f"      {_locks(step.locks, step.cost)}; {_work(step.cost)}"


def _locks(locks: tuple[Lock, ...], cost: Cost) -> str:
    if not locks:
        return "locks nothing"
    words = [
        f"{lock.mode} on {lock.table}" + ("" if lock.blocks == "nothing" else f", blocks {lock.blocks}")
        for lock in locks
    ]
    return f"{'; '.join(words)}, for {_duration(cost.held)}"


def _work(cost: Cost) -> str:
    words = _WORKS[cost.work].format(rows=f"{cost.rows:,}")
    if cost.seconds >= 1:
        words += f", about {_duration(cost.seconds)}"
    return words + (f", {_size(cost.disk)} of disk" if cost.disk else "")


def _duration(seconds: float) -> str:
    if seconds < 0.05:
        return "a moment"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _size(size: int) -> str:
    for unit, length in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= length:
            return f"{size / length:.1f} {unit}"
    return f"{size} bytes"


def _api(changes: tuple[ApiChange, ...]) -> Iterator[str]:
    for change in sorted(changes, key=lambda each: (not each.breaking, not each.risky)):
        sign = "! breaks" if change.breaking else "~ risky " if change.risky else "+ works "
        yield f"  {sign}  {change.about}: {change.text}"
        for request in change.requests:
            yield f"      {request}"


def _access(changes: tuple[AccessChange, ...]) -> Iterator[str]:
    for change in changes:
        yield f"  {_ACCESS[change.kind]} {change.about}, {change.verb}: {change.text}"


def _approvals(plan: Plan) -> Iterator[str]:
    for approval in plan.approvals:
        yield f"  {'given  ' if approval.given else 'missing'}  --approve {approval.name}"
        yield f"             {approval.text}"
