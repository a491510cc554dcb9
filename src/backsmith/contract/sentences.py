"""Who meets a condition, in English, as one says it to the reader: "You, if you have the role 'staff'."."""

from __future__ import annotations

import re

from backsmith.blueprint.english import english
from backsmith.blueprint.expressions import TRUE, CurrentUser, HasRole, Node, Or
from backsmith.blueprint.trees import walk

_YOURS = re.compile(r"account is (not )?you\b")


def sentence(condition: Node, *, needs_user: bool) -> str:
    """Who meets a condition: "Anyone.", "You, if the order's customer's account is yours."."""
    if not needs_user:
        return "Anyone." if condition == TRUE else f"Anyone, if {english(condition)}."
    if condition == TRUE:
        return "You, if you are signed in."
    text = _YOURS.sub(r"account is \1yours", english(condition))
    if any(isinstance(part, CurrentUser | HasRole) for part in walk(condition)):
        return f"You, if {text}."  # which says that you are signed in
    return f"You, if you are signed in and {f'({text})' if isinstance(condition, Or) else text}."
