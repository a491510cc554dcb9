"""The same application with every door open: where rows are put, and looked at, past the rules."""

from __future__ import annotations

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Rule
from backsmith.blueprint.expressions import TRUE

_EVERYTHING = Rule(id="everything", name="everything", verbs=("read", "create", "update", "delete"), condition=TRUE)


def opened(blueprint: Blueprint) -> Blueprint:
    """Everything may be read and written by everybody, hidden fields too; hooks don't run, so that what is given stays
    as it was given."""
    return replace(
        blueprint,
        hooks=(),
        entities=tuple(
            replace(
                entity,
                rules=(_EVERYTHING,),
                private=False,
                team=None,
                fields=tuple(replace(field, hidden=False) for field in entity.fields),
            )
            for entity in blueprint.entities
        ),
    )
