"""The workshop's rules once more, as plain Python over dictionaries: what the model-based test holds the server to.

A change is described by what may be wrong with it (the statuses that a refusal may have) and what it leaves behind if
nothing is. It knows nothing of SQL, and is written to be read beside workshop.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from backsmith.blueprint.asker import Asker

Row = dict[str, Any]
Table = dict[Any, Row]
Holds = Callable[["World", Row, Asker], bool]


@dataclass
class Outcome:
    """What comes of a request: the statuses of its refusal, of which none means that it is done."""

    refusals: set[int] = field(default_factory=set[int])
    written: list[Any] = field(default_factory=list[Any])
    """Keys of the rows written."""
    skipped: int = 0
    created: int = 0


@dataclass
class World:
    """All rows, by the names of collections and keys."""

    tables: dict[str, Table]

    def copy(self) -> World:
        return World(deepcopy(self.tables))


def everyone(world: World, row: Row, who: Asker) -> bool:
    return True


def signed_in(world: World, row: Row, who: Asker) -> bool:
    return who.id is not None


def staff(world: World, row: Row, who: Asker) -> bool:
    return who.id is not None and "staff" in who.roles


def owned(world: World, row: Row, who: Asker) -> bool:
    return who.id is not None and row["owner_id"] == who.id


def opened(world: World, row: Row, who: Asker) -> bool:
    return row["open"]


def of_own_project(world: World, row: Row, who: Asker) -> bool:
    project = world.tables["projects"].get(row["project_id"])
    return project is not None and owned(world, project, who)


def of_open_project(world: World, row: Row, who: Asker) -> bool:
    project = world.tables["projects"].get(row["project_id"])
    return project is not None and project["open"]


def assigned(world: World, row: Row, who: Asker) -> bool:
    return who.id is not None and row["assignee_id"] == who.id


def doing(world: World, row: Row, who: Asker) -> bool:
    return assigned(world, row, who) and row["state"] != "done"


def created(world: World, row: Row, who: Asker) -> bool:
    return who.id is not None and row["creator_id"] == who.id


RULES: Mapping[str, Mapping[str, list[tuple[frozenset[str] | None, Holds]]]] = {
    "members": {"read": [(None, signed_in)], "create": [], "update": [], "delete": []},
    "projects": {
        "read": [(None, opened), (None, owned), (None, staff)],
        "create": [(None, owned)],
        "update": [(None, owned), (frozenset({"open", "due"}), staff)],
        "delete": [(None, owned)],
    },
    "tasks": {
        "read": [(None, of_open_project), (None, of_own_project), (None, assigned)],
        "create": [(None, of_own_project)],
        "update": [(None, of_own_project), (frozenset({"state", "rating"}), doing)],
        "delete": [(None, of_own_project)],
    },
    "tags": {
        "read": [(None, signed_in)],
        "create": [(None, signed_in)],
        "update": [(frozenset({"title", "colour"}), signed_in)],
        "delete": [(None, created)],
    },
}

DEFAULTS: Mapping[str, Callable[[Asker], Row]] = {
    "projects": lambda who: {"owner_id": who.id, "budget": 0, "open": True, "due": None},
    "tasks": lambda who: {"state": "todo", "points": 1, "assignee_id": None, "follows_id": None},
    "tags": lambda who: {"colour": "grey", "creator_id": who.id},
}

POINTS_AT = {
    "projects": {"owner_id": "members"},
    "tasks": {"project_id": "projects", "assignee_id": "members", "follows_id": "tasks"},
    "tags": {"creator_id": "members"},
}
KEYS = {"projects": "id", "tasks": "id", "tags": "slug", "members": "id"}


def readable(world: World, name: str, row: Row, who: Asker) -> bool:
    return any(holds(world, row, who) for _, holds in RULES[name]["read"])


def covered(world: World, name: str, verb: str, names: Iterable[str], rows: Iterable[Row], who: Asker) -> bool:
    """Whether of each field some rule holds for all of `rows` (a row before and the row after, say)."""
    rows = list(rows)

    def held(field: str | None) -> bool:
        return any(
            all(holds(world, row, who) for row in rows)
            for fields, holds in RULES[name][verb]
            if fields is None or field is None or field in fields
        )

    return all(map(held, list(names) or [None]))


def wrong_links(world: World, name: str, given: Row, who: Asker) -> set[int]:
    """What is wrong with the foreign keys that are given: they lead nowhere, or to what isn't to be seen."""
    found: set[int] = set()
    for column, target in POINTS_AT[name].items():
        key = given.get(column)
        if key is None:
            continue
        row = world.tables[target].get(key)
        if row is None or not readable(world, target, row, who):
            found |= {403, 409}
    return found


def wrong_rows(world: World, name: str) -> set[int]:
    """What the table's constraints find wrong with it."""
    found: set[int] = set()
    if name == "projects":
        rows = list(world.tables["projects"].values())
        if len({row["name"] for row in rows}) < len(rows):
            found.add(409)
        if any(row["due"] is not None and row["budget"] <= 0 for row in rows):
            found.add(422)
    return found


def dangling(world: World) -> set[int]:
    for name, columns in POINTS_AT.items():
        for row in world.tables[name].values():
            for column, target in columns.items():
                if row[column] is not None and row[column] not in world.tables[target]:
                    return {409}
    return set()


def create(world: World, name: str, rows: list[Row], who: Asker, new_key: Callable[[], Any]) -> Outcome:
    """Create rows; `world` is changed where nothing is wrong. `new_key` makes keys that the database hands out."""
    done = Outcome()
    if who.id is None:
        return Outcome({401})
    after = world.copy()
    for given in rows:
        row = {**DEFAULTS[name](who), **given}
        key = row.setdefault(KEYS[name], None) if name == "tags" else new_key()
        row[KEYS[name]] = key
        if key in after.tables[name]:
            done.refusals.add(409)
        after.tables[name][key] = row
        done.written.append(key)
        done.refusals |= wrong_links(world, name, given, who)
        if not covered(after, name, "create", given, [row], who):
            done.refusals.add(403)
    done.refusals |= wrong_rows(after, name)
    done.created = len(rows)
    if not done.refusals:
        world.tables = after.tables
    return done


def update(world: World, name: str, meant: Iterable[Any], changes: Row, who: Asker, *, item: bool = False) -> Outcome:
    """Change the rows whose keys are `meant`."""
    if who.id is None:
        return Outcome({401})
    done = Outcome()
    if any(all(fields is not None and each not in fields for fields, _ in RULES[name]["update"]) for each in changes):
        return Outcome({403, 404})  # a field that no rule lets anybody change
    if name == "projects" and changes.get("due") is not None and "budget" in changes and changes["budget"] <= 0:
        done.refusals.add(422)  # the body alone says so
    table = world.tables[name]
    seen = [key for key in meant if key in table and readable(world, name, table[key], who)]
    if item and not seen:
        done.refusals.add(404)
        return done
    chosen = [key for key in seen if covered(world, name, "update", changes, [table[key]], who)]
    done.skipped = len(seen) - len(chosen)
    if item and not chosen:
        done.refusals.add(403)
    after = world.copy()
    for key in chosen:
        after.tables[name][key] = {**table[key], **changes}
    for key in chosen:
        if not _held(world, after, name, key, changes, who):
            done.refusals.add(403)
    if chosen:
        done.refusals |= wrong_links(world, name, changes, who) | wrong_rows(after, name)
    done.written = chosen
    if not done.refusals:
        world.tables = after.tables
    return done


def _held(before: World, after: World, name: str, key: Any, changes: Row, who: Asker) -> bool:
    """Whether for each field one and the same rule holds before and after."""
    old, new = before.tables[name][key], after.tables[name][key]
    return all(
        any(
            holds(before, old, who) and holds(after, new, who)
            for fields, holds in RULES[name]["update"]
            if fields is None or field in fields
        )
        for field in changes
    )


def delete(world: World, name: str, meant: Iterable[Any], who: Asker, *, item: bool = False) -> Outcome:
    """Delete the rows whose keys are `meant`."""
    if who.id is None:
        return Outcome({401})
    done = Outcome()
    table = world.tables[name]
    seen = [key for key in meant if key in table and readable(world, name, table[key], who)]
    if item and not seen:
        return Outcome({404})
    done.written = [key for key in seen if covered(world, name, "delete", (), [table[key]], who)]
    done.skipped = len(seen) - len(done.written)
    if item and not done.written:
        return Outcome({403})
    after = world.copy()
    for key in done.written:
        del after.tables[name][key]
    done.refusals |= dangling(after)
    if not done.refusals:
        world.tables = after.tables
    return done


def merge(world: World, name: str, rows: list[Row], who: Asker, on: str, new_key: Callable[[], Any]) -> Outcome:
    """Create rows, or change those that are there with the same value of `on`."""
    if who.id is None:
        return Outcome({401})
    done = Outcome()
    values = [row[on] for row in rows]
    if len(set(values)) < len(values):
        done.refusals |= {409, 422, 400}
        return done
    after = world.copy()
    for given in rows:
        found = next((key for key, row in after.tables[name].items() if row[on] == given[on]), None)
        if found is None:
            part = create(after, name, [given], who, new_key)
            done.created += 1
        else:
            row = after.tables[name][found]
            changes = {column: value for column, value in given.items() if column != on}
            if not readable(after, name, row, who):
                done.refusals |= {403, 409} | create(after.copy(), name, [given], who, lambda: 998).refusals
                continue
            # Nothing to be changed needs no right to change.
            part = update(after, name, [found], changes, who, item=True) if changes else Outcome(written=[found])
        done.refusals |= part.refusals
        done.written += part.written
    if not done.refusals:
        world.tables = after.tables
    return done
