"""What the clients of the bank know of their changes, and whether the database agrees.

In: what was asked and replied; what is found in the database once a killed server has been started again. Out: whatever
contradicts. A change is there (True), isn't (False), or it isn't known (None), until it is looked for.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from tests.durability.client import Answer


class Found(NamedTuple):
    """All that is in the database. `made` and `deleted` are the notes of which the change log says so."""

    made: list[int]
    deleted: list[int]
    notes: list[int]
    orders: list[tuple[int, int, int]]
    """Number, size, and how many lines there are."""
    parts: list[tuple[int, str, int, int | None]]
    """Number, part, writer, and the number of the part that it follows."""
    writers: list[tuple[int, int, int]]
    """Number, value, the number of the last batch."""
    counters: list[tuple[str, int]]
    steps: list[tuple[str, int]]
    """Counter and number."""
    complaints: list[str]
    """The database's own, of its integrity."""


class Book:
    """The accounts of one bank."""

    def __init__(self, writers: int) -> None:
        self.numbers = itertools.count(1)
        self.there: dict[str, dict[int, bool | None]] = defaultdict(dict)
        """By kind (made, deleted, orders, batches, steps) and number."""
        self.values: dict[int, set[int]] = {number: {0} for number in range(writers)}
        """What the value of a writer may be."""
        self.taken: dict[str, dict[int, int]] = defaultdict(dict)
        """By counter: to whose change which value of it was acknowledged."""
        self.sent: dict[str, int] = defaultdict(int)
        """By counter: the highest value that was asked for."""
        self.statuses: Counter[int] = Counter()
        self.refusals: Counter[str] = Counter()
        """With 503, by message."""
        self.refused: dict[str, Answer] = {}
        """The last of them, by message."""
        self.acknowledged = 0
        self.contradictions: list[str] = []

    def complain(self, text: str) -> None:
        self.contradictions.append(text)

    def take(self, counter: str, value: int, number: int) -> None:
        """It was acknowledged that the change made the counter that value: nobody else's may have."""
        if self.taken[counter].setdefault(value, number) != number:
            self.complain(f"two changes made {counter} {value}: {self.taken[counter][value]} and {number}")

    def check(self, found: Found) -> None:
        """Compare; from then on everything is known."""
        for complaint in found.complaints:
            self.complain(complaint)
        self._agree("made", found.made)
        self._agree("deleted", found.deleted)
        if sorted(found.notes) != sorted(set(found.made) - set(found.deleted)):
            self.complain("the change log and the notes differ")
        self._agree("orders", [number for number, _, _ in found.orders])
        for number, size, lines in found.orders:
            if size != lines:
                self.complain(f"order {number} has {lines} of {size} lines")
        self._agree_on_batches(found)
        self._agree_on_counters(found)
        for number, value, _ in found.writers:
            if value not in self.values[number]:
                self.complain(f"writer {number} has {value}, not one of {self.values[number]}")
            self.values[number] = {value}
        if [number for number, _, _ in found.writers] != list(self.values):
            self.complain("writers are missing")

    def _agree_on_batches(self, found: Found) -> None:
        batches: dict[int, list[str]] = defaultdict(list)
        last: dict[int, int] = defaultdict(int)
        for number, part, writer, follows in sorted(found.parts):
            batches[number].append(part)
            last[writer] = max(last[writer], number)
            if follows != (None if part == "a" else number):
                self.complain(f"part {part} of batch {number} follows one of {follows}")
        for number, parts in batches.items():
            if parts != ["a", "b"]:
                self.complain(f"of batch {number} there is {parts}")
        for number, _, moved in found.writers:
            if moved != last[number]:
                self.complain(f"the last batch of writer {number} was {last[number]}, and it says {moved}")
        self._agree("batches", list(batches))

    def _agree_on_counters(self, found: Found) -> None:
        self._agree("steps", [number for _, number in found.steps])
        steps = Counter(counter for counter, _ in found.steps)
        for counter, n in found.counters:
            acknowledged = max(self.taken[counter], default=0)
            if counter.startswith("added") and n != steps[counter]:
                self.complain(f"{counter} is {n} after {steps[counter]} steps")
            if n < acknowledged:
                self.complain(f"{counter} is {n} and was {acknowledged}")
            if counter.startswith("matched") and n > self.sent[counter]:
                self.complain(f"{counter} is {n}, and nobody made it more than {self.sent[counter]}")

    def _agree(self, kind: str, found: Iterable[int]) -> None:
        counted, known = Counter(found), self.there[kind]
        for number, times in counted.items():
            if times > 1:
                self.complain(f"{kind}: {number} is there {times} times")
            if number not in known:
                self.complain(f"{kind}: {number} is there, and nobody asked for it")
        for number, there in known.items():
            if there is True and number not in counted:
                self.complain(f"{kind}: {number} was acknowledged and isn't there")
            if there is False and number in counted:
                self.complain(f"{kind}: {number} was refused and is there")
            known[number] = number in counted
