"""The plan: what a change of the model means, before anything is done. Frozen data, shown or kept as JSON."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from backsmith.databases.steps import Step

Mode = Literal["direct", "expand", "contract", "rollback"]
Verdict = Literal["none", "safe", "approval", "impossible"]


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that the rows that are there say about a change."""

    kind: Literal["impossible", "loss", "note"]
    """It can't be done with these rows; it loses values; it is worth knowing."""
    about: str
    """The model's name, `Customer.phone`, or the table's."""
    text: str
    """What is the matter: `12 rows have no value`."""
    count: int = 0
    samples: tuple[dict[str, Any], ...] = ()
    """Up to five of the rows: key and values, as JSON."""
    ways: tuple[str, ...] = ()
    """What to do instead, two or three ways, each ready to be written or run."""


class ApiChange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a change means for the API."""

    breaking: bool
    about: str
    """`GET /api/customers`, `customers.phone`."""
    text: str
    requests: tuple[str, ...] = ()
    """Requests that break, each an example: `PATCH /api/customers/{id} {"phone": …}`."""
    risky: bool = False
    """Requests work as before, and clients may not be ready for what they get."""


class AccessChange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who may do something newly, or no longer."""

    kind: Literal["wider", "narrower", "other"]
    """More is allowed than before; less; some more and some less."""
    about: str
    """Entity, or entity and field: `Order`, `Order.total`."""
    verb: str
    text: str


class Drift(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A difference between the database and the blueprint that was applied last: somebody changed it by hand."""

    text: str
    """The change that would take it back, or take it into the model."""
    ways: tuple[str, ...] = ()


class Approval(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that is done only when it is approved by its name."""

    name: str
    """`drop:customers.phone`, `rename:customers.surname`, `convert:orders.total`."""
    text: str
    """What is lost or breaks."""
    given: bool = False


class Question(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What only a person knows: whether something new is something old under another name."""

    about: str
    """The new name, `Customer.last_name`."""
    candidates: tuple[str, ...]
    """The old names that it may have had."""
    ways: tuple[str, ...] = ()


class Plan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A plan. `from_hash` and `to_hash` are blueprints' (`history.fingerprint`); from None: none was applied yet."""

    mode: Mode
    database: str
    """`PostgreSQL 18.1`."""
    from_hash: str | None
    to_hash: str
    changes: tuple[str, ...] = ()
    """The changes in English."""
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    drift: tuple[Drift, ...] = ()
    api: tuple[ApiChange, ...] = ()
    access: tuple[AccessChange, ...] = ()
    advice: tuple[str, ...] = ()
    """Indexes that are missing or unused, a line each."""
    approvals: tuple[Approval, ...] = ()
    questions: tuple[Question, ...] = ()
    format: int = 1


def verdict(plan: Plan) -> Verdict:
    """What CI is told of a plan."""
    if plan.questions or any(finding.kind == "impossible" for finding in plan.findings):
        return "impossible"
    if any(not approval.given for approval in plan.approvals):
        return "approval"
    # What functions say that they return is no part of the hash, and is kept with the blueprint all the same.
    return "safe" if plan.steps or plan.from_hash != plan.to_hash or plan.api else "none"
