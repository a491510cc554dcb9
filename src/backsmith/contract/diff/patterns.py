"""Whether each text that one pattern matches is matched by another: exactly, for patterns that are regular.

In: two patterns. Out: yes, no, or None where that can't be said: they look around, refer back, or are too large. Both
become automata that are walked together, made no further than they are walked.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import Any, Literal

# Python's own parser of patterns; there is no public one.
codes: Any = import_module("re._constants")
_parser: Any = import_module("re._parser")

_LAST = 0x10FFFF
Ranges = tuple[tuple[int, int], ...]
"""Code points, in order and apart."""
_ANYTHING: Ranges = ((0, _LAST),)
_MOST_STATES = 20_000
"""Of an automaton."""
_MOST_STEPS = 2_000
"""Pairs of sets of states that are walked."""
_CATEGORIES: dict[Any, Ranges] = {
    codes.CATEGORY_DIGIT: ((48, 57),),
    codes.CATEGORY_WORD: ((48, 57), (65, 90), (95, 95), (97, 122)),
    codes.CATEGORY_SPACE: ((9, 13), (32, 32)),
}
_NEGATED: dict[Any, Any] = {
    codes.CATEGORY_NOT_DIGIT: codes.CATEGORY_DIGIT,
    codes.CATEGORY_NOT_WORD: codes.CATEGORY_WORD,
    codes.CATEGORY_NOT_SPACE: codes.CATEGORY_SPACE,
}


class _NotRegularError(Exception):
    """It isn't known how to walk such a pattern."""


class _Automaton:
    """States by their numbers: where they lead without a character, and by which."""

    def __init__(self, pattern: str) -> None:
        self.free: list[list[int]] = []
        self.by: list[list[tuple[Ranges, int]]] = []
        items: list[Any] = list(_parser.parse(pattern, re.ASCII))
        begins, ends = _takes(items, 0, codes.AT_BEGINNING), _takes(items, -1, codes.AT_END)
        self.begin = self._state()
        start = self.begin if begins else self._state()
        if not begins:
            self._step(self.begin, _ANYTHING, self.begin)
            self.free[self.begin].append(start)
        self.end = self._sequence(items, start)
        if not ends:
            self._step(self.end, _ANYTHING, self.end)

    def _state(self) -> int:
        if len(self.free) >= _MOST_STATES:
            raise _NotRegularError
        self.free.append([])
        self.by.append([])
        return len(self.free) - 1

    def _step(self, at: int, ranges: Ranges, to: int) -> None:
        self.by[at].append((ranges, to))

    def _sequence(self, items: Any, at: int) -> int:
        for op, value in items:
            at = self._item(op, value, at)
        return at

    def _item(self, op: Any, value: Any, at: int) -> int:
        match op:
            case codes.BRANCH:
                end = self._state()
                for branch in value[1]:
                    start = self._state()
                    self.free[at].append(start)
                    self.free[self._sequence(branch, start)].append(end)
                return end
            case codes.SUBPATTERN:
                return self._sequence(value[3], at)
            case codes.MAX_REPEAT | codes.MIN_REPEAT:
                least, most, items = value
                return self._repeat(least, most, items, at)
            case _:
                end = self._state()
                self._step(at, _ranges(op, value), end)
                return end

    def _repeat(self, least: int, most: Any, items: Any, at: int) -> int:
        for _ in range(least):
            at = self._sequence(items, at)
        if most is codes.MAXREPEAT:
            start = self._state()
            self.free[at].append(start)
            self.free[self._sequence(items, start)].append(start)
            return start
        end = self._state()
        for _ in range(most - least):
            self.free[at].append(end)
            start = self._state()  # so that nothing leads back into it
            self.free[at].append(start)
            at = self._sequence(items, start)
        self.free[at].append(end)
        return end

    def reached(self, states: set[int]) -> frozenset[int]:
        """All that is reached from these without a character."""
        waiting, found = list(states), set(states)
        while waiting:
            for state in self.free[waiting.pop()]:
                if state not in found:
                    found.add(state)
                    waiting.append(state)
        return frozenset(found)

    def after(self, states: frozenset[int], character: int) -> frozenset[int]:
        """All that is reached from these by a character."""
        to = {
            target
            for state in states
            for ranges, target in self.by[state]
            if any(first <= character <= last for first, last in ranges)
        }
        return self.reached(to)

    def characters(self, states: frozenset[int]) -> Iterator[int]:
        """Where what characters lead to from these may begin to differ."""
        for state in states:
            for ranges, _ in self.by[state]:
                for first, last in ranges:
                    yield first
                    yield last + 1


def _takes(items: list[Any], index: int, anchor: Any) -> bool:
    """Whether there is an anchor at that end, which is taken away."""
    if items and items[index] == (codes.AT, anchor):
        del items[index]
        return True
    return False


def _ranges(op: Any, value: Any) -> Ranges:
    match op:
        case codes.LITERAL:
            return ((value, value),)
        case codes.NOT_LITERAL:
            return _others(((value, value),))
        case codes.ANY:
            return _others(((10, 10),))
        case codes.RANGE:
            return (tuple(value),)
        case codes.CATEGORY:
            if value in _NEGATED:
                return _others(_CATEGORIES[_NEGATED[value]])
            return _CATEGORIES[value]
        case codes.IN:
            negated = value[0][0] is codes.NEGATE
            found = tuple(each for item in value[negated:] for each in _ranges(*item))
            return _others(found) if negated else found
        case _:
            raise _NotRegularError


def _others(ranges: Ranges) -> Ranges:
    found: list[tuple[int, int]] = []
    at = 0
    for first, last in sorted(ranges):
        if at < first:
            found.append((at, first - 1))
        at = max(at, last + 1)
    return (*found, (at, _LAST)) if at <= _LAST else tuple(found)


@lru_cache(1000)
def beyond(narrow: str, wide: str) -> str | Literal[True] | None:
    """Whether each text that the first one matches is matched by the second one.

    Returns True, or a short text that the second one doesn't match, or None: that can't be said.
    """
    try:
        one, other = _Automaton(narrow), _Automaton(wide)
    except (_NotRegularError, re.error, OverflowError, RecursionError, KeyError):
        return None
    begin = one.reached({one.begin}), other.reached({other.begin})
    waiting, known = deque([(begin, "")]), {begin}
    while waiting:
        (states, others), text = waiting.popleft()
        if one.end in states and other.end not in others:
            return text
        for character in sorted({*one.characters(states), *other.characters(others)}):
            after = one.after(states, character)
            pair = after, other.after(others, character)
            if after and character <= _LAST and pair not in known:
                if len(known) >= _MOST_STEPS:
                    return None
                known.add(pair)
                waiting.append((pair, text + chr(character)))
    return True
