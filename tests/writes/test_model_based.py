"""Random writes by several people, refused ones among them, against the rules in plain Python: no difference.

BACKSMITH_STEPS and BACKSMITH_EXAMPLES set how long and how many the sequences are.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from backsmith.blueprint.asker import NOBODY, Asker
from tests.engine.client import Answer, Client
from tests.writes import rules
from tests.writes.conftest import Both
from tests.writes.rows import ROWS, begin_anew, everything

EXAMPLES = int(os.environ.get("BACKSMITH_EXAMPLES", "25"))
STEPS = int(os.environ.get("BACKSMITH_STEPS", "15"))

ASKERS = st.sampled_from([NOBODY, Asker(1), Asker(1), Asker(2), Asker(2), Asker(3, frozenset({"staff"}))])
NAMES = ["Boat", "Chair", "Secret", "Raft", "Bench"]
DAYS = ["2026-03-01", "2026-04-01"]
PEOPLE = st.sampled_from([1, 2, 3])
PICK = st.integers(0, 5)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with some of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


PROJECT: dict[str, st.SearchStrategy[Any]] = {
    "owner_id": PEOPLE,
    "budget": st.sampled_from([0, 5, 1000]),
    "open": st.booleans(),
    "due": st.none() | st.sampled_from(DAYS),
}
TASK: dict[str, st.SearchStrategy[Any]] = {
    "state": st.sampled_from(["todo", "doing", "done"]),
    "points": st.integers(0, 3),
    "assignee_id": st.none() | PEOPLE,
}
TAG: dict[str, st.SearchStrategy[Any]] = {"colour": st.sampled_from(["grey", "red"]), "creator_id": PEOPLE}
SLUGS = st.sampled_from(["wood", "rush", "oak", "elm"])
TAGS = st.builds(lambda slug, rest: {"slug": slug, "title": slug.title(), **rest}, SLUGS, some(**TAG))


class Workshop(RuleBasedStateMachine):
    """Everything that is asked, asked of the server and of the rules."""

    client: Client
    run: Any

    @initialize()
    def begin(self) -> None:
        application = self.client.application
        self.run(begin_anew(application.database, application.blueprint, ROWS))
        self.world = world()

    # What is asked -----------------------------------------------------------------------------------------------

    @rule(who=ASKERS, name=st.sampled_from(NAMES), rest=some(**PROJECT))
    def create_project(self, who: Asker, name: str, rest: dict[str, Any]) -> None:
        self.create("projects", [{"name": name, **rest}], who)

    @rule(who=ASKERS, names=st.lists(st.sampled_from(NAMES), min_size=2, max_size=3), rest=some(**PROJECT))
    def create_projects(self, who: Asker, names: list[str], rest: dict[str, Any]) -> None:
        self.create("projects", [{"name": name, **rest} for name in names], who)

    @rule(who=ASKERS, projects=st.lists(PICK, min_size=1, max_size=3), rest=some(**TASK), follows=st.none() | PICK)
    def create_tasks(self, who: Asker, projects: list[int], rest: dict[str, Any], follows: int | None) -> None:
        if follows is not None:
            rest = {**rest, "follows_id": self.picked("tasks", follows)}
        self.create("tasks", [{"project_id": self.picked("projects", n), "title": "t", **rest} for n in projects], who)

    @rule(who=ASKERS, tags=st.lists(TAGS, min_size=1, max_size=1))
    def create_tags(self, who: Asker, tags: list[dict[str, Any]]) -> None:
        self.create("tags", tags, who)

    @rule(who=ASKERS, which=PICK, changes=some(**PROJECT, name=st.sampled_from(NAMES)))
    def change_project(self, who: Asker, which: int, changes: dict[str, Any]) -> None:
        self.change("projects", which, changes, who)

    @rule(who=ASKERS, which=PICK, changes=some(**TASK), project=st.none() | PICK, follows=st.none() | PICK)
    def change_task(
        self, who: Asker, which: int, changes: dict[str, Any], project: int | None, follows: int | None
    ) -> None:
        if project is not None:
            changes = {**changes, "project_id": self.picked("projects", project)}
        if follows is not None:
            changes = {**changes, "follows_id": self.picked("tasks", follows)}
        self.change("tasks", which, changes, who)

    @rule(who=ASKERS, which=PICK, changes=some(**TAG, title=st.sampled_from(["a", "b"])))
    def change_tag(self, who: Asker, which: int, changes: dict[str, Any]) -> None:
        self.change("tags", which, changes, who)

    @rule(who=ASKERS, budget=st.sampled_from([0, 1000]), changes=some(**PROJECT))
    def change_projects(self, who: Asker, budget: int, changes: dict[str, Any]) -> None:
        self.change_all("projects", "budget", budget, changes, who)

    @rule(who=ASKERS, points=st.integers(0, 3), changes=some(**TASK), project=st.none() | PICK)
    def change_tasks(self, who: Asker, points: int, changes: dict[str, Any], project: int | None) -> None:
        if project is not None:
            changes = {**changes, "project_id": self.picked("projects", project)}
        self.change_all("tasks", "points", points, changes, who)

    @rule(who=ASKERS, collection=st.sampled_from(["projects", "tasks", "tags"]), which=PICK)
    def delete_one(self, who: Asker, collection: str, which: int) -> None:
        key = self.picked(collection, which)
        expected = rules.delete(self.world, collection, [key], who, item=True)
        self.settle(expected, self.ask("DELETE", f"/api/{collection}/{key}", None, who), {204})

    @rule(who=ASKERS, where=st.sampled_from([("projects", "open"), ("tasks", "points"), ("tags", "colour")]), pick=PICK)
    def delete_all(self, who: Asker, where: tuple[str, str], pick: int) -> None:
        collection, column = where
        values = sorted({row[column] for row in self.world.tables[collection].values()}) or [0]
        value = values[pick % len(values)]
        meant = [key for key, row in self.world.tables[collection].items() if row[column] == value]
        expected = rules.delete(self.world, collection, meant, who)
        answer = self.ask("DELETE", f"/api/{collection}?{column}=eq.{str(value).lower()}", None, who, "count=exact")
        self.settle(expected, answer, {204})
        self.counted(expected, answer)

    @rule(who=ASKERS, tags=st.lists(TAGS, min_size=1, max_size=3))
    def merge_tags(self, who: Asker, tags: list[dict[str, Any]]) -> None:
        names = set[str]().union(*tags)
        tags = [tag for tag in tags if set(tag) == names] or tags[:1]
        expected = rules.merge(self.world, "tags", tags, who, "slug", int)
        answer = self.ask("POST", "/api/tags", tags, who, "resolution=merge-duplicates")
        self.settle(expected, answer, {201} if expected.created else {200})

    @rule(who=ASKERS, name=st.sampled_from(NAMES), rest=some(**PROJECT))
    def merge_project(self, who: Asker, name: str, rest: dict[str, Any]) -> None:
        row = {"name": name, **rest}
        expected, answer = self.numbered(
            lambda world, number: rules.merge(world, "projects", [row], who, "name", number),
            "/api/projects?on_conflict=name", [row], who, "resolution=merge-duplicates",
        )  # fmt: skip
        self.settle(expected, answer, {201} if expected.created else {200})

    @rule(who=ASKERS, tag=TAGS)
    def put_tag(self, who: Asker, tag: dict[str, Any]) -> None:
        slug = tag["slug"]
        there = slug in self.world.tables["tags"]
        if there and who.id is not None:  # what is left out becomes its default, but who made it stays
            whole = {"colour": "grey", **{name: value for name, value in tag.items() if name != "slug"}}
            expected = rules.update(self.world, "tags", [slug], whole, who, item=True)
        else:
            expected = rules.create(self.world, "tags", [tag], who, int)
        answer = self.ask("PUT", f"/api/tags/{slug}", tag, who, "return=representation")
        self.settle(expected, answer, {200} if there else {201})

    @rule(who=ASKERS, name=st.sampled_from(NAMES), rest=some(**PROJECT), tasks=st.lists(some(**TASK), max_size=3))
    def create_nested(self, who: Asker, name: str, rest: dict[str, Any], tasks: list[dict[str, Any]]) -> None:
        row = {"name": name, **rest, "tasks": [{"title": "t", **task} for task in tasks]}
        self.together([("POST", "projects", row)], who, "/api/projects", row, {201})

    @rule(who=ASKERS, data=st.data())
    def batch(self, who: Asker, data: st.DataObject) -> None:
        """Some of it may refer to a row that it makes itself."""
        steps: list[tuple[str, str, Any]] = []
        operations: list[dict[str, Any]] = []
        for number in range(data.draw(st.integers(1, 3))):
            method = data.draw(st.sampled_from(["POST", "PATCH", "DELETE"]))
            if method == "POST":
                row = {"name": data.draw(st.sampled_from(NAMES)), **data.draw(some(**PROJECT))}
                steps.append(("POST", "projects", row))
                operations.append({"id": f"made{number}", "method": "POST", "path": "/projects?select=id", "body": row})
                if data.draw(st.booleans()):
                    steps.append(("POST", "tasks", {"title": "t"}))
                    task = {"title": "t", "project_id": {"$result": f"made{number}.id"}}
                    operations.append({"method": "POST", "path": "/tasks", "body": task})
                continue
            collection = data.draw(st.sampled_from(["projects", "tags"]))
            key = self.picked(collection, data.draw(PICK))
            changes = data.draw(some(**PROJECT if collection == "projects" else TAG)) if method == "PATCH" else None
            if changes != {}:
                steps.append((method, collection, (key, changes)))
                body = {} if changes is None else {"body": changes}
                operations.append({"method": method, "path": f"/{collection}/{key}", **body})
        self.together(steps, who, "/api/batch", {"operations": operations}, {200})

    # How it is asked ----------------------------------------------------------------------------------------------

    def create(self, collection: str, rows: list[dict[str, Any]], who: Asker) -> None:
        expected, answer = self.numbered(
            lambda world, number: rules.create(world, collection, rows, who, number),
            f"/api/{collection}", rows, who, "",
        )  # fmt: skip
        self.settle(expected, answer, {201})

    def together(
        self, steps: list[tuple[str, str, Any]], who: Asker, target: str, body: dict[str, Any], done: set[int]
    ) -> None:
        """Ask for several steps in one transaction: what is refused takes all with it."""
        before = {name: set(table) for name, table in self.world.tables.items()}
        answer = self.ask("POST", target, body, who)
        made = {
            name: iter(sorted(set(self.keys(name)) - before[name]) if answer.status < 300 else range(1000, 2000))
            for name in ("projects", "tasks")
        }
        trial, expected, project = self.world.copy(), rules.Outcome(), 0
        for method, collection, what in steps:
            if method == "POST":
                row = {name: value for name, value in what.items() if name != "tasks"}
                if collection == "tasks":
                    row = {"project_id": project, **row}
                numbers = made[collection]
                part = rules.create(trial, collection, [row], who, lambda numbers=numbers: next(numbers, 999))
                project = part.written[0] if collection == "projects" and part.written else project
                inner = [{"project_id": project, "title": "t", **task} for task in what.get("tasks", ())]
                if inner and not part.refusals:
                    part = rules.create(trial, "tasks", inner, who, lambda: next(made["tasks"], 999))
            elif method == "PATCH":
                part = rules.update(trial, collection, [what[0]], what[1], who, item=True)
            else:
                part = rules.delete(trial, collection, [what[0]], who, item=True)
            expected.refusals |= part.refusals
            if part.refusals:
                break
        later = {401, 403, 422}  # a later operation that can't be meant at all is refused before any is done
        if len(steps) > 1 and expected.refusals:
            expected.refusals |= later
        self.settle(expected, answer, done)
        if not expected.refusals:
            self.world.tables = trial.tables

    def numbered(
        self, change: Any, target: str, rows: list[dict[str, Any]], who: Asker, prefer: str
    ) -> tuple[rules.Outcome, Answer]:
        """Ask, and let the rules give new rows the numbers that the server gave them."""
        table = target.partition("?")[0].removeprefix("/api/")
        before = set(self.world.tables[table])
        answer = self.ask("POST", target, rows, who, prefer)
        new = iter(sorted(set(self.keys(table)) - before) if answer.status < 300 else range(1000, 2000))
        return change(self.world, lambda: next(new, 999)), answer

    def change(self, collection: str, which: int, changes: dict[str, Any], who: Asker) -> None:
        if not changes:
            return
        key = self.picked(collection, which)
        expected = rules.update(self.world, collection, [key], changes, who, item=True)
        self.settle(expected, self.ask("PATCH", f"/api/{collection}/{key}", changes, who), {204})

    def change_all(self, collection: str, column: str, value: int, changes: dict[str, Any], who: Asker) -> None:
        if not changes:
            return
        meant = [key for key, row in self.world.tables[collection].items() if row[column] == value]
        expected = rules.update(self.world, collection, meant, changes, who)
        answer = self.ask("PATCH", f"/api/{collection}?{column}=eq.{value}", changes, who, "count=exact")
        self.settle(expected, answer, {204})
        self.counted(expected, answer)

    def ask(self, method: str, target: str, body: Any, who: Asker, prefer: str = "") -> Answer:
        encoded = b"" if body is None else json.dumps(body).encode()
        headers = {"content_type": "application/json"} | ({"prefer": prefer} if prefer else {})
        self.asked = f"{method} {target} {encoded.decode()} as {who.id}"
        return self.client.get(quote(target, safe="/?&=.,()*"), who, method, encoded, **headers)

    def picked(self, collection: str, which: int) -> Any:
        """The key of one of the rows, or of none."""
        keys = sorted(self.world.tables[collection])
        missing = "none" if collection == "tags" else 999
        return keys[which] if which < len(keys) else missing

    # What comes of it -----------------------------------------------------------------------------------------------

    def settle(self, expected: rules.Outcome, answer: Answer, done: set[int]) -> None:
        statuses = expected.refusals or done
        assert answer.status in statuses, f"{self.asked}: {answer.status}, not {statuses}: {answer.text}"

    def counted(self, expected: rules.Outcome, answer: Answer) -> None:
        if not expected.refusals:
            assert answer.headers["content-range"].rpartition("/")[2] == str(len(expected.written)), self.asked
            assert answer.headers.get("backsmith-skipped", "0") == str(expected.skipped), self.asked

    def keys(self, table: str) -> list[Any]:
        return [row[rules.KEYS[table]] for row in self.held()[table]]

    def held(self) -> dict[str, list[dict[str, Any]]]:
        application = self.client.application
        found = self.run(everything(application.database, application.blueprint))
        names = {entity.name: entity.collection for entity in application.blueprint.entities}
        return {names[name]: list(map(json.loads, rows)) for name, rows in found.items() if name in names}

    @invariant()
    def the_rows_are_those_of_the_rules(self) -> None:
        if not hasattr(self, "world"):
            return
        held = self.held()
        for name, table in self.world.tables.items():
            found = {row[rules.KEYS[name]]: row for row in held[name]}
            shown = {key: {column: found[key][column] for column in row} for key, row in table.items() if key in found}
            assert (shown, found.keys()) == (table, table.keys()), self.asked


def world() -> rules.World:
    """What the workshop holds at first, as far as the rules know of it."""
    tables: dict[str, rules.Table] = {"members": {n: {"id": n} for n in (1, 2, 3)}}
    nobody = Asker()
    for name, entity in (("projects", "Project"), ("tasks", "Task"), ("tags", "Tag")):
        kept = {*rules.DEFAULTS[name](nobody), *rules.POINTS_AT[name], rules.KEYS[name], "name", "title", "slug"}
        rows = [{**rules.DEFAULTS[name](nobody), **row} for row in ROWS[entity]]
        tables[name] = {
            row[rules.KEYS[name]]: {column: plain(value) for column, value in row.items() if column in kept}
            for row in rows
        }
    return rules.World(tables)


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return float(value) if hasattr(value, "as_tuple") else value


@pytest.mark.parametrize("number", [0, 1])
def test_the_server_does_what_the_rules_say(workshops: Both, run: Any, number: int) -> None:
    clients = list(workshops.clients.values())
    if number >= len(clients):
        pytest.skip("one database only")

    class Machine(Workshop):
        client = clients[number]

        def run(self, coroutine: Any) -> Any:
            return run(coroutine)

    limits = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine, settings=limits)
