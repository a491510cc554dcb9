"""What of a plan is done only when it is approved by its name, and what that means.

In: steps, changes, findings, the names that were given. Out: approvals, and what was given and is of no use.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from backsmith.databases.changes import AlterColumnType, Change, TableName
from backsmith.databases.schema import Schema
from backsmith.databases.steps import Step
from backsmith.evolution.plan import ApiChange, Approval, Finding
from backsmith.evolution.renames import old_name

_UNTIL = "Servers of the version before fail until they are replaced."


def approved_by(changes: Iterable[Change], desired: Schema, steps: Iterable[Step]) -> list[Step]:
    """The steps by the names that people approve: what made way for something else is called as it was, and a foreign
    key that is retyped with the key that it points at goes by the key's name."""
    retyped = {(change.table, change.new.name) for change in changes if isinstance(change, AlterColumnType)}
    keys = {
        f"convert:{table.name}.{near}": f"convert:{key.target_table}.{far}"
        for table in desired.tables
        for key in table.foreign_keys
        for near, far in zip(key.columns, key.target_columns, strict=True)
        if (TableName(key.target_table, key.target_schema), far) in retyped
        and (TableName(table.name, table.schema), near) in retyped
    }

    def name(approval: str) -> str:
        approval, before = keys.get(approval, approval), approval
        while approval != before:
            approval, before = keys.get(approval, approval), approval
        return old_name(approval)

    return [step if step.approval is None else replace(step, approval=name(step.approval)) for step in steps]


def approvals_of(
    steps: Iterable[Step], findings: Collection[Finding], given: Collection[str], granted: Callable[[str], bool]
) -> list[Approval]:
    """What the steps need, each with what is lost or breaks by it."""
    found: dict[str, Approval] = {}
    for step in steps:
        name = step.approval
        if name is not None and name not in found and not granted(name):
            found[name] = Approval(name=name, text=_meaning(name, findings), given=name in given)
    return list(found.values())


def _meaning(name: str, findings: Collection[Finding]) -> str:
    """What is lost, by the finding that has this approval for a way on; what breaks."""
    way = f"--approve {name}"
    lost = [each.text for each in findings if each.kind == "loss" and any(text.endswith(way) for text in each.ways)]
    verb, _, place = name.partition(":")
    if not lost:
        lost = [{"drop": f"{place} goes.", "rename": f"{place} gets another name."}.get(verb, f"{place} is converted.")]
    return f"{' '.join(lost)} {_UNTIL}"


BREAK = "break:"
"""What approvals begin with of what breaks clients and loses nothing."""


def breaking(
    api: Iterable[ApiChange], needed: Collection[Approval], places: Mapping[str, str], given: Collection[str]
) -> list[Approval]:
    """The approvals of what breaks clients, where no other one of the plan is about the same.

    Arguments:
        api: What the plan means for clients.
        needed: The approvals that it needs anyway.
        places: What clients call a column or table, by its name in approvals: `customers.phone`, `/api/customers`.
        given: The names that were approved.
    """
    named = {approval.name.partition(":")[2] for approval in needed}
    told = {places.get(name, name) for name in named}
    found: dict[str, list[str]] = {}
    for change in api:
        if change.breaking and change.about not in told:
            found.setdefault(f"{BREAK}{change.about.replace(' ', ':')}", []).append(change.text)
    return [
        Approval(name=name, text=f"{' '.join(texts)} --expand keeps what can be kept.", given=name in given)
        for name, texts in found.items()
    ]


def useless(given: Iterable[str], needed: Sequence[Approval], granted: Callable[[str], bool]) -> Iterator[Finding]:
    """What was approved and isn't done: a slip of the pen, or of another plan."""
    names = [approval.name for approval in needed]
    for name in given:
        if name in names or "=" in name or granted(name):  # those of values answer questions
            continue
        near = difflib.get_close_matches(name, names, n=1)
        meant = (f"Did you mean --approve {near[0]}?",) if near else ()
        yield Finding(kind="note", about=f"--approve {name}", text="This plan does nothing of that name.", ways=meant)
