"""Names for relations, from the columns of foreign keys: `ArtistId` -> `artist`, its other end `albums`."""

from __future__ import annotations

from backsmith.adoption.names import field_name, plural, snake
from backsmith.adoption.plan import EntityPlan, OnePlan
from backsmith.databases.schema import ForeignKey

_SUFFIXES = ("_id", "_uuid", "_guid", "_fk", "_key", "_ref", "_no", "_nr", "_number", "_code")
# Relations of a table with itself whose other end has a name of its own.
_OTHER_ENDS = {
    "parent": "children",
    "reports_to": "reports",
    "manager": "reports",
    "supervisor": "reports",
    "boss": "reports",
    "reply_to": "replies",
    "in_reply_to": "replies",
    "predecessor": "successors",
    "duplicate_of": "duplicates",
}


def one_names(key: ForeignKey, target: EntityPlan, *, alone: bool) -> list[str]:
    """Names for the relation that `key` is, the best first. `alone`: no other key points at the target."""
    entity = snake(target.name)
    if len(key.columns) == 1:
        wanted = _stem(snake(key.columns[0]), snake(key.target_columns[0])) or entity
    else:
        wanted = entity if alone else _common(key) or entity
    name = "order" if wanted == "order" else field_name(wanted)  # which a relation may be called, but no field
    stem = name.rstrip("_")
    return [name, *([f"{stem}_{entity}"] if stem != entity else []), f"{stem}_ref"]


def _stem(column: str, target: str) -> str:
    """`country_code` -> `country`, `support_rep_id` -> `support_rep`, `reports_to` as it is, `code` -> nothing."""
    for suffix in (f"_{target}", *_SUFFIXES):
        if column.endswith(suffix) and len(column) > len(suffix):
            return column.removesuffix(suffix)
    return "" if column == target or f"_{column}" in _SUFFIXES else column


def _common(key: ForeignKey) -> str:
    """What the names of the columns begin with in common: `origin_country`, `origin_city` -> `origin`."""
    words = [snake(column).split("_") for column in key.columns]
    common: list[str] = []
    for parts in zip(*words, strict=False):
        if len(set(parts)) > 1:
            break
        common.append(parts[0])
    return "_".join(common)


def many_names(owner: EntityPlan, one: OnePlan, *, alone: bool) -> list[str]:
    """Names for the other end of `one`. `alone`: no other relation of the owner points at the same entity."""
    entity = snake(owner.name)
    plain = field_name(entity if one.unique else plural(entity))
    by = f"{plain.rstrip('_')}_by_{one.name.rstrip('_')}"
    if owner is one.target:
        return [_OTHER_ENDS.get(one.name, by), by]
    return [plain, by] if alone else [by]


def list_names(target: EntityPlan, columns: tuple[str, ...], *, to_itself: bool) -> list[str]:
    """Names for a list over a join table, whose `columns` there point at the target's key."""
    plain = field_name(plural(snake(target.name)))
    stem = _stem(snake(columns[0]), snake(target.table.primary_key[0])) if to_itself else ""
    return [*([field_name(plural(stem))] if stem else []), plain, f"related_{plain}"]
