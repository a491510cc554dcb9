"""Tables in an order in which each stands after those it refers to."""

from __future__ import annotations

from backsmith.databases.schema import Table


def in_order(tables: list[Table]) -> list[Table]:
    """Tables after those they refer to, where that can be; otherwise in the order given."""
    waiting = {(table.schema, table.name): table for table in tables}
    found: list[Table] = []
    while waiting:
        ready = [
            table
            for place, table in waiting.items()
            if all(
                target == place or target not in waiting
                for target in ((key.target_schema, key.target_table) for key in table.foreign_keys)
            )
        ]
        for table in ready or [next(iter(waiting.values()))]:
            found.append(table)
            del waiting[table.schema, table.name]
    return found
