"""Where an expression stands: the names in scope, what is known there; and rows that are no value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.blueprint.expressions import Node, Row
from backsmith.blueprint.subset.facts import NEVER, NOTHING, Facts, implied


@dataclass(frozen=True)
class Context:
    """The blueprint's entities that a function may speak of, and which of them is the account, and the team."""

    entities: Mapping[str, Entity]
    account: str | None
    team: str | None = None


@dataclass(frozen=True)
class Many:
    """What `self.lines` is: rows, not a value. Only what counts or searches rows takes one."""

    of: Row
    relation: Relation


@dataclass(frozen=True)
class Place:
    """Where an expression stands: the names in scope and what is known there."""

    names: Mapping[str, Node]
    facts: Facts = NOTHING

    def knowing(self, condition: Node, truth: bool) -> Place:
        """The place behind a condition that came out as `truth`."""
        return replace(self, facts=self.facts.both(implied(condition, truth)))

    def naming(self, name: str, node: Node) -> Place:
        """The place with one more name."""
        return replace(self, names={**self.names, name: node})

    def doubtful(self) -> Place:
        """The place behind a condition with a mistake: what it would have ruled out isn't known, so nothing is said."""
        return replace(self, facts=self.facts.both(NEVER))


class Failed(Exception):  # noqa: N818 - it carries no news: the problem is in the reader's list already
    """An expression with a mistake that has been reported."""
