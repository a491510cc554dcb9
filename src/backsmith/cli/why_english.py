"""An explanation of `backsmith why` as text for people: a pure function."""

from __future__ import annotations

from collections.abc import Iterator

from backsmith.engine.why import Clause, Explanation, Tried

_STAGES = {
    "": "",
    "read": ", to read the row",
    "before": ", on the row as it is",
    "after": ", on the row as it would be",
}
_MARKS = {True: "+", False: "-", None: "?"}


def in_english(explanation: Explanation) -> str:
    """The decision first, then what it rests on."""
    return "\n".join(_lines(explanation))


def _lines(found: Explanation) -> Iterator[str]:
    yield f"{found.request} as {found.asker}: {found.status}"
    yield found.decision
    if found.error:
        yield found.error
    yield ""
    if not found.rules:
        yield f"No rule of {found.entity} is about {'reading' if found.sql else 'doing'} that."
    for rule in found.rules:
        yield from _rule(rule)
    if found.sql is not None:
        yield ""
        yield "SQL"
        yield from (f"  {line}" for line in found.sql.splitlines())
        yield from (f"  ${number} = {value}" for number, value in enumerate(found.parameters, 1))
    for ran in found.statements:
        yield ""
        yield "SQL"
        yield from (f"  {line}" for line in ran.sql.splitlines())
        yield from (f"  ${number} = {value}" for number, value in enumerate(ran.parameters, 1))
    if found.query_plan is not None:
        yield ""
        yield "Query plan"
        yield from (f"  {line}" for line in found.query_plan.splitlines())


def _rule(rule: Tried) -> Iterator[str]:
    place = f"  {rule.location.file}:{rule.location.line}" if rule.location else ""
    fields = f" (for {', '.join(rule.fields)})" if rule.fields is not None else ""
    reason = f", {rule.reason}" if rule.reason else ""
    yield f"Rule {rule.rule}{_STAGES[rule.stage]}{fields}: {rule.outcome}{reason}{place}"
    if rule.clauses:
        yield from (_clause(clause) for clause in rule.clauses)
    else:
        yield f"  {rule.english}"


def _clause(clause: Clause) -> str:
    values = ", ".join(f"{name} = {value!r}" for name, value in clause.values.items())
    return f"  {_MARKS[clause.holds]} {clause.english}" + (f"   [{values}]" if values else "")
