"""The matrix for programs: every cell as an object with its standing, its answer and the condition in words."""

from __future__ import annotations

from typing import Any

from backsmith.checks.matrix.matrix import Cell, Matrix


def as_json(matrix: Matrix) -> dict[str, Any]:
    """What `backsmith matrix --format json` writes."""
    return {
        "name": matrix.name,
        "entities": [
            {
                "name": part.name,
                "collection": part.collection,
                "channels": part.channels,
                "hidden": part.hidden,
                "rights": [
                    {"verb": right.verb, "fields": right.fields, "cells": list(map(_cell, right.cells))}
                    for right in part.rights
                ],
                "unique_values_told": [{"fields": told.fields, "to": told.who} for told in part.tells],
            }
            for part in matrix.parts
        ],
        "functions": [{"name": call.about, "cells": list(map(_cell, call.cells))} for call in matrix.calls],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    answer = cell.answer
    return {
        "who": cell.standing.name,
        "roles": sorted(cell.standing.roles),
        "ties": cell.standing.ties,
        "anonymous": cell.standing.anonymous,
        "answer": answer if answer in ("always", "never") else "where",
        "where": answer.removeprefix("where ") if answer.startswith("where ") else None,
    }
