"""Candidates -> those that are worth having, as measured on a copy of the table.

The best one is taken, and then whichever of the others still gains something beside it; so few indexes serve many
statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log2
from time import monotonic
from typing import Any, NamedTuple

from backsmith.databases.schema import Table, TableIndex
from backsmith.databases.served import Served
from backsmith.databases.trials import Explained, Trial
from backsmith.errors import DatabaseError
from backsmith.evolution.advice.candidates import Candidate
from backsmith.evolution.advice.values import Values, Which

HALF = 0.5
"""What a statement has to come down to with an index, for one of its values, for the index to be worth it."""
LEAST = 0.2
"""Milliseconds that it has to save then, of the whole table."""
AS_GOOD = 0.8
"""The part of the best one's worth with which a shorter index is preferred."""
WORSE = 1.2
"""By how much a statement may get worse for another value."""
MOST_TAKEN = 3
"""Indexes advised for a table at once."""
NAME = "backsmith_candidate"
WHICH: tuple[Which, Which] = ("typical", "most frequent")


class Tried(NamedTuple):
    """A statement with values."""

    number: int
    which: Which
    sql: str
    params: Sequence[Any]


class Gain(NamedTuple):
    """What an index brings to a statement."""

    tried: Tried
    before: Explained
    after: Explained


class Taken(NamedTuple):
    """An index that is worth having."""

    candidate: Candidate
    gains: tuple[Gain, ...]
    """The greatest first."""
    bytes: int


class Measuring:
    """Measures candidates of one table, of which the trial has a copy."""

    def __init__(
        self,
        trial: Trial,
        table: Table,
        served: Sequence[Served],
        columns: dict[str, str],
        until: float,
        *,
        part: float,
    ) -> None:
        """`columns` by the names of fields; `until`: when to stop, on the monotonic clock; `part` of the rows that
        were copied."""
        self._trial = trial
        self._table = table
        self._served = served
        self._columns = columns
        self._until = until
        self._least = LEAST * part
        self._tried: list[Tried] = []
        self._now: dict[tuple[int, Which], Explained] = {}

    async def prepare(self, values: Values, numbers: Sequence[int]) -> None:
        """Measure the statements of these numbers as they are."""
        for number in numbers:
            served = self._served[number]
            for which in WHICH:
                params = await values.parameters(served, which)
                explained = None if params is None else await self._explain(served.sql, params)
                if params is not None and explained is not None:
                    self._tried.append(Tried(number, which, served.sql, params))
                    self._now[number, which] = explained

    async def choose(self, candidates: Sequence[Candidate]) -> list[Taken]:
        """The candidates that are worth having together."""
        left, taken = list(candidates), list[Taken]()
        while left and len(taken) < MOST_TAKEN:
            found = [each for candidate in left if (each := await self._measure(candidate)) is not None]
            if not found:
                break
            most = max(map(self._worth, found))
            good = [each for each in found if self._worth(each) >= AS_GOOD * most]
            best = min(good, key=lambda each: (len(each.candidate.fields), -self._worth(each)))
            taken.append(best)
            left = [each.candidate for each in found if each is not best]
            if left and len(taken) < MOST_TAKEN:
                await self._keep(best, len(taken))
        fields = [each.candidate.fields for each in taken]
        return [
            each
            for each in taken
            if not any(other != each.candidate.fields and _begins(each.candidate.fields, other) for other in fields)
        ]

    async def _measure(self, candidate: Candidate) -> Taken | None:
        """What the candidate brings; None where that is too little, or can't be measured."""
        if monotonic() > self._until:
            return None
        try:
            size = await self._trial.create_index(self._table, self._index(candidate, NAME))
        except DatabaseError:
            return None
        gains: list[Gain] = []
        for tried in self._tried:
            if tried.number in candidate.served:
                after = await self._explain(tried.sql, tried.params)
                if after is not None:
                    gains.append(Gain(tried, self._now[tried.number, tried.which], after))
        await self._trial.drop_index(NAME)
        losing = {gain.tried.number for gain in gains if gain.after.effort > WORSE * gain.before.effort}
        winning = {gain.tried.number for gain in gains if self._is_worth_it(gain)} - losing
        gains = sorted(
            (gain for gain in gains if gain.tried.number in winning),
            key=lambda gain: (-self._of(gain), gain.tried.which != "typical"),
        )
        return Taken(candidate, tuple(gains), size) if gains else None

    async def _keep(self, taken: Taken, number: int) -> None:
        """Have the index from now on."""
        await self._trial.create_index(self._table, self._index(taken.candidate, f"{NAME}_{number}"))
        for tried in self._tried:
            after = await self._explain(tried.sql, tried.params)
            if after is not None:
                self._now[tried.number, tried.which] = after

    async def _explain(self, sql: str, params: Sequence[Any]) -> Explained | None:
        if monotonic() > self._until:
            return None
        try:
            return await self._trial.explain(sql, params)
        except DatabaseError:
            return None

    def _index(self, candidate: Candidate, name: str) -> TableIndex:
        return TableIndex(name=name, columns=columns_of(candidate.fields, self._columns))

    def _is_worth_it(self, gain: Gain) -> bool:
        saved = gain.before.milliseconds - gain.after.milliseconds
        return saved >= self._least and gain.after.effort <= HALF * gain.before.effort

    def _worth(self, taken: Taken) -> float:
        return sum(map(self._of, taken.gains))

    def _of(self, gain: Gain) -> float:
        """How many times the effort is halved, for the time that all such requests took."""
        halved = log2(max(gain.before.effort, 1.0) / max(gain.after.effort, 1.0))
        return max(self._served[gain.tried.number].seconds, 1e-6) * max(halved, 0.0)


def columns_of(fields: Sequence[str], columns: dict[str, str]) -> tuple[str, ...]:
    """The terms of an index on these fields."""
    return tuple(f"-{columns[name[1:]]}" if name.startswith("-") else columns[name] for name in fields)


def _begins(fields: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return other[: len(fields)] == fields
