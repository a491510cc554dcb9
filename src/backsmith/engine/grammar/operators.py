"""The operators of filters as they are written: `not.`, names, `(any)`, `(all)`, `fts(english)`, the truths of `is`."""

from __future__ import annotations

import re
from typing import cast

from msgspec import Struct

from backsmith.engine.grammar.names import Reader
from backsmith.engine.grammar.query import Operator, Quantifier, Truth

QUANTIFIABLE = ("eq", "gte", "gt", "lte", "lt", "like", "ilike", "match", "imatch")
"""Operators that take `(any)` or `(all)` and then a list."""
_SINGLE = ("neq", "isdistinct", "in", "cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj")
_SEARCHES = ("fts", "plfts", "phfts", "wfts")

SIMPLE = frozenset(
    [*QUANTIFIABLE, *_SINGLE, *_SEARCHES]
    + [f"{operator}({quantifier})" for operator in QUANTIFIABLE for quantifier in ("any", "all")]
)
"""What may stand before the dot of a plain filter; the quickest way to recognise one."""

OPERATOR_EXPECTED = '"not" or operator (eq, gt, ...)'
TRUTH_EXPECTED = "isVal: (null, not_null, true, false, unknown)"

_LANGUAGE = r"\([A-Za-z0-9_ $\x80-\U0010FFFF]++\)"
OPERATION = (
    rf"(?:not\.)?(?:(?:{'|'.join(QUANTIFIABLE)})(?:\((?:any|all)\))?"
    rf"|(?:{'|'.join(_SINGLE)})|(?:{'|'.join(_SEARCHES)})(?:{_LANGUAGE})?|is)\."
)
"""An operator with its negation, its modifier and the dot after it."""
_OPERATION = re.compile(OPERATION)
_PARTS = re.compile(r"(not\.)?([a-z]+)(?:\((.+)\))?\.")
TRUTH = re.compile(r"null|not_null|true|false|unknown", re.IGNORECASE | re.ASCII)  # ſ is no s


class Operation(Struct, frozen=True, kw_only=True):
    """An operator as it stands before a value; `truths` says that it is `is`."""

    name: str
    negated: bool
    quantifier: Quantifier | None
    language: str | None

    @property
    def operator(self) -> Operator:
        """The name, where it isn't `is`."""
        return cast(Operator, self.name)


def take_operation(reader: Reader) -> Operation | None:
    """The operator that comes next, read with its dot; None where there is none."""
    text = reader.take(_OPERATION)
    if text is None:
        return None
    parts = _PARTS.fullmatch(text)
    assert parts is not None
    negation, name, modifier = parts.groups()
    search = name in _SEARCHES
    return Operation(
        name=name,
        negated=negation is not None,
        quantifier=None if search else cast("Quantifier | None", modifier),
        language=modifier.strip() if search and modifier else None,
    )


def take_truth(reader: Reader) -> Truth:
    """What follows `is.`; upper and lower case are alike."""
    truth = reader.take(TRUTH)
    if truth is None:
        reader.fail(TRUTH_EXPECTED)
    return cast(Truth, truth.lower())
