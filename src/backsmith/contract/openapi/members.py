"""What is said in words of a member of a shape."""

from __future__ import annotations

from typing import Literal

from backsmith.blueprint.types import Float, Integer, Json, Numeric
from backsmith.contract.contract import Member
from backsmith.contract.openapi.descriptions import safe

Way = Literal["given", "shown"]
"""Whether a request gives it or a reply shows it."""
_GENERATED = {
    "now": "the time of the request",
    "today": "the day of the request, in UTC",
    "uuid7": "a new UUID",
    "uuid4": "a new UUID",
    "current_user": "who asks",
    "empty_list": "an empty list",
    "sql": "what the database makes",
}


def told_of_member(member: Member, way: Way) -> str:
    """Its docstring, then what its schema can't say."""
    said = [] if member.doc is None else [safe(member.doc)]
    if member.relation is not None:
        said.append(f"The key of the row that `{member.relation}` leads to.")
    if member.computed:
        said.append("Computed.")
    if member.unique and not member.key:
        said.append("No two rows have the same.")
    if way == "given":
        said += _told_of_given(member)
    if member.deprecated is not None:
        said.append(f"Deprecated: {safe(member.deprecated)}")
    return "\n\n".join(said)


def _told_of_given(member: Member) -> list[str]:
    said: list[str] = []
    if member.default is not None and member.default.kind in _GENERATED:
        said.append(f"Unless given, {_GENERATED[member.default.kind]}.")
    if isinstance(member.type, Json) and member.type.format == "file":
        said.append("A file is uploaded to its own address; here it can be taken away.")
    bounds = member.bounds
    if bounds is not None and not isinstance(member.type, Integer | Float | Numeric):
        words = {"ge": "at least", "gt": "after", "le": "at most", "lt": "before"}
        parts = [f"{said_as} {text}" for name, said_as in words.items() if (text := getattr(bounds, name)) is not None]
        if parts:
            said.append(f"{' and '.join(parts).capitalize()}.")
    return said
