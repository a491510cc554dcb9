"""What became of a right, in English: "may now also read orders where the status is 'draft'"."""

from __future__ import annotations

from backsmith.blueprint.english import english
from backsmith.blueprint.expressions import FALSE, TRUE, Node
from backsmith.blueprint.trees import compared
from backsmith.evolution.access_changes.comparing import Comparison
from backsmith.evolution.access_changes.rights import Right


def sentence(verb: str, things: str, old: Right, new: Right, found: Comparison, *, only: str = "") -> str:
    """What is said of those whose right it is, without saying who they are.

    `things` are what the verb is about: "orders", "the total of orders". `only` says that not all of it is meant.
    """
    if old.meant == FALSE:
        rows = things if verb == "create" and new.meant == TRUE else _rows(things, new.written)
        return f"may now {verb} {rows}{only}."
    if new.meant == FALSE:
        kept = "" if things.startswith("the ") else "any "
        before = "all" if old.meant == TRUE else f"those where {english(old.written)}"
        return f"may no longer {verb} {kept}{things}; before: {before}."
    match found.kind:
        case "wider" if found.more is not None:
            return f"may now also {verb} {_rows(things, found.more)}."
        case "narrower" if found.less is not None:
            return f"may no longer {verb} {_rows(things, found.less)}."
        case "wider":
            return f"may {verb} more {things}. {_both(old, new)}{_example('Newly', found.gained, old, new)}"
        case "narrower":
            return f"may {verb} fewer {things}. {_both(old, new)}{_example('No longer', found.lost, old, new)}"
        case "other":
            examples = _example("Newly", found.gained, old, new) + _example("No longer", found.lost, old, new)
            return f"may {verb} other {things}. {_both(old, new)}{examples}"
        case _:
            examples = _example("Newly", found.gained, old, new) + _example("No longer", found.lost, old, new)
            return f"may perhaps {verb} other {things}: it can't be told, read both. {_both(old, new)}{examples}"


def _rows(things: str, condition: Node) -> str:
    if condition == TRUE:
        return things if things.startswith("the ") else f"all {things}"
    return f"{things} where {english(condition)}"


def _both(old: Right, new: Right) -> str:
    before, now = _when(old.written), _when(new.written)
    if before == now:  # what a calculated field means has changed
        before, now = _when(old.meant), _when(new.meant)
    return f"Before: {before}. Now: {now}."


def _when(condition: Node) -> str:
    return "all" if condition == TRUE else f"where {english(condition)}"


def _example(word: str, conditions: tuple[Node, ...], *rights: Right) -> str:
    if not conditions:
        return ""
    compares = any(compared(each) for each in (*conditions, *(right.meant for right in rights)))
    texts = dict.fromkeys(english(each, compares=compares) for each in conditions)
    return f" {word}, for example, where {' and '.join(texts)}."
