"""What isn't in an audience's contract is refused to it, and its rows show no more than their shapes say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
import pytest

from backsmith.app import Backsmith
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.types import Json
from backsmith.contract import Contract, audience_named
from backsmith.contract.contract import Operation, Ref
from backsmith.contract.visible import roles_of
from examples.shop.demo import fill as fill_shop
from tests.contract.completeness.models import contract, served
from tests.engine.client import Answer, Client
from tests.engine.rows import fill

ACCOUNTS = [{"id": number, "email": f"{number}@example.org", "name": str(number)} for number in (1, 2)]
TICKET = {"seat_row": "A", "seat_number": 2, "country_code": "is", "pin": "1234"}
ROWS: dict[str, dict[str, list[dict[str, Any]]]] = {
    "gallery": {
        "Country": [{"code": "is", "name": "Iceland"}],
        "Seat": [{"row": "A", "number": 2}],
        "Ticket": [
            {"id": UUID(int=1), "holder": "Ada", "note": "late", **TICKET},
            {"id": UUID(int=2), "holder": "Bo", "note": None, **TICKET},
        ],
        "Suggestion": [{"id": 1, "text": "More chairs"}],
    },
    "tracker": {
        "User": ACCOUNTS,
        "Organisation": [{"id": 1, "name": "Gardeners"}],
        "Membership": [{"id": 1, "team_id": 1, "account_id": 1, "role": "member"}],
        "Project": [{"id": 1, "team_id": 1, "name": "Garden"}],
        "Task": [{"id": 1, "team_id": 1, "project_id": 1, "title": "Dig", "due": None, "assignee_id": 1}],
        "Comment": [{"id": 1, "team_id": 1, "task_id": 1, "author_id": 1, "text": "Deep"}],
        "Label": [{"id": 1, "team_id": 1, "name": "outside"}],
    },
}

STAFF = Asker(1, roles=frozenset({"staff"}))


class Case:
    """A served application with some rows, and who asks it."""

    def __init__(self, application: Backsmith, run: Any) -> None:
        self.application = application
        self.client = Client(application, run)
        self.everybody = contract(application)
        self.roles = roles_of(application.blueprint)

    @property
    def askers(self) -> dict[str, Asker]:
        """Whoever is alike to all rules, and one account that they are."""
        alone = {role: Asker(1, roles=frozenset({role})) for role in self.roles}
        return {"anonymous": NOBODY, "signed_in": Asker(1), **alone}

    def contract(self, audience: str) -> Contract:
        return contract(self.application, audience_named(audience, self.roles))

    def ask(self, asker: Asker, operation: Operation, query: str = "") -> Answer:
        body = b"{}" if operation.method != "GET" else b""
        target = self.path(operation) + query
        return self.client.get(target, asker, operation.method, body, content_type="application/json")

    def path(self, operation: Operation) -> str:
        """The address of something that is there."""
        path = operation.path
        for each in operation.inputs:
            if each.place == "path":
                path = path.replace(f"{{{each.name}}}", self._given(operation, each.name))
        return path

    def _given(self, operation: Operation, name: str) -> str:
        """The key of a row of the collection that is there."""
        entity = next((e for e in self.application.blueprint.entities if e.collection == operation.collection), None)
        if entity is None:
            return "bad-query" if name == "slug" else "1"
        row = ROWS.get(self.application.blueprint.name, {}).get(entity.name, [{}])[0]
        return ",".join(quote(str(row.get(name, 1))) for name in entity.key)


@pytest.fixture(scope="module", params=["shop", "tracker", "gallery"])
def case(
    request: pytest.FixtureRequest,
    database_kind: str,
    new_url: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
    run: Any,
) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("application")
    application = served(request.param, new_url(database_kind), secret_file=str(folder / "secret"), files=str(folder))
    run(application.start())
    if request.param == "shop":
        run(fill_shop(application.database, application.blueprint))
    case = Case(application, run)
    if request.param == "gallery":
        run(fill(application.database, application.blueprint, {"Announcement": [{"id": 1, "text": "Closed"}]}))
        _make(case, ROWS["gallery"])
    elif request.param == "tracker":
        run(fill(application.database, application.blueprint, ROWS["tracker"]))
    yield case
    run(application.close())


def _make(case: Case, rows: dict[str, list[dict[str, Any]]]) -> None:
    """The rows, made by requests of the staff, so that what is secret is encrypted."""
    for entity in case.application.blueprint.entities:
        for row in rows.get(entity.name, ()):
            given = {name: value for name, value in row.items() if name != "id" or not isinstance(value, int)}
            body = msgspec.json.encode(given)
            made = case.client.get(f"/api/{entity.collection}", STAFF, "POST", body, content_type="application/json")
            assert made.status == 201, made.text


def slug(refusal: Answer) -> str:
    return refusal.json["type"].removeprefix("/errors/")


def test_operations_that_are_in_no_contract_of_theirs_are_refused(case: Case) -> None:
    asked = 0
    for audience, asker in case.askers.items():
        own = {each.id for each in case.contract(audience).operations}
        for operation in case.everybody.operations:
            if operation.id not in own:
                answer = case.ask(asker, operation)
                assert answer.status in (401, 403, 404), (audience, operation.id, answer.text)
                assert slug(answer) in operation.refusals, (audience, operation.id, answer.text)
                asked += 1
    assert asked > 10


def test_what_is_in_their_contract_is_not_refused_for_want_of_a_rule(case: Case) -> None:
    keys = {entity.collection: entity.key[0] for entity in case.application.blueprint.entities if entity.key}
    for audience, asker in case.askers.items():
        for operation in case.contract(audience).operations:
            match operation.kind:
                case "list":
                    assert case.ask(asker, operation).status == 200, (audience, operation.id)
                case "create" | "update_many" | "delete_many":
                    query = "" if operation.kind == "create" else f"?{keys[operation.collection or '']}=is.null"
                    answer = case.ask(asker, operation, query)
                    assert answer.status in (201, 204, 422), (audience, operation.id, answer.text)
                case _:
                    pass


def test_rows_have_the_members_of_their_shape(case: Case) -> None:
    """Each member is there, null only where it says so, and of the type that it says."""
    seen = 0
    for audience, asker in (*case.askers.items(), ("everybody", Asker(1, roles=frozenset(case.roles)))):
        of = case.contract(audience)
        shapes = {shape.name: shape for shape in of.shapes}
        for operation in of.operations:
            if operation.kind == "list":
                collection = next(each for each in of.collections if each.name == operation.collection)
                members = shapes[collection.row].members
                for row in case.ask(asker, operation).json:
                    assert set(row) == {member.name for member in members}, (audience, operation.id)
                    nulls = {member.name for member in members if not member.nullable and row[member.name] is None}
                    assert not nulls, (audience, operation.id)
                    seen += 1
    assert seen > 3


def test_fields_that_no_shape_shows_can_not_be_asked_for(case: Case) -> None:
    asked = 0
    entities = {entity.collection: entity for entity in case.application.blueprint.entities}
    for audience, asker in case.askers.items():
        of = case.contract(audience)
        shapes = {shape.name: shape for shape in of.shapes}
        for operation in of.operations:
            if operation.kind != "list" or operation.collection is None:
                continue
            shown = {member.name for member in shapes[entities[operation.collection].name].members}
            for field in entities[operation.collection].fields:
                for query in (f"?select={field.name}", f"?{field.name}=is.null", f"?order={field.name}"):
                    if field.name not in shown:
                        answer = case.ask(asker, operation, query)
                        assert answer.status in (400, 401, 403), (audience, operation.id, query, answer.text)
                        assert slug(answer) in operation.refusals
                        asked += 1
    assert asked > 3 or case.application.blueprint.name == "tracker", "there everybody signed in may see something"


BAD = (b"", b"{}", b"[]", b"{", b'{"nosuchfield": 1}', b"[{},{}]", b"\xff")
QUERIES = ("?select=nosuch", "?nosuch=eq.1", "?order=nosuch", "?limit=x", "?select=id::nosuch", "?columns=nosuch",
           "?on_conflict=nosuch", "?and=(", "?select=nosuch(id)")  # fmt: skip


def test_what_is_wrong_is_refused_as_the_contract_says(case: Case) -> None:
    """The staff ask each of their operations for what can't be, and hear nothing that isn't said."""
    asker, of, heard = Asker(1, roles=frozenset(case.roles)), case.contract(",".join(case.roles)), set[str]()
    for operation in of.operations:
        if operation.kind in ("auth", "system", "route") or operation.kind.startswith("file"):
            continue
        asked: list[tuple[str, bytes, dict[str, str]]] = (
            [(query, b"{}", {}) for query in QUERIES] if operation.kind != "batch" else []
        )
        asked += [("", body, {}) for body in (BAD if operation.body else (b"",))]
        asked += [("", b"{}", headers) for headers in ({"accept": "text/no"}, {"content_type": "no/such"})]
        for query, body, headers in asked:
            answer = case.client.get(case.path(operation) + query, asker, operation.method, body, **headers)
            if answer.status >= 400:
                heard.add(slug(answer))
                assert slug(answer) in operation.refusals, (operation.id, query, body, headers, answer.text)
    assert len(heard) > 9


def mistakes(answer: Answer) -> set[str]:
    """The members that a body was refused for, those of relations by their foreign keys."""
    assert answer.status == 422, answer.text
    return {each["pointer"].removeprefix("/") for each in answer.json["errors"]}


def test_bodies_have_to_have_what_the_contract_says(case: Case) -> None:
    """An empty row lacks what is required, and a row of nulls is wrong where null can't be."""
    asker, of, seen = Asker(1, roles=frozenset(case.roles)), case.contract(",".join(case.roles)), 0
    shapes = {shape.name: shape for shape in of.shapes}
    for operation in of.operations:
        if operation.kind not in ("create", "update", "action"):
            continue
        content = next((each for each in operation.body if each.media_type == "application/json"), None)
        if content is None or not isinstance(content.type, Ref):
            continue
        members = shapes[content.type.shape].members

        def ask(body: dict[str, None], operation: Operation = operation) -> Answer:
            data = msgspec.json.encode(body)
            return case.client.get(case.path(operation), asker, operation.method, data, prefer="tx=rollback")

        required = {member.name for member in members if member.required}
        empty = ask({})
        assert (mistakes(empty) if empty.status == 422 else set()) == required, operation.id
        solid = {member.name for member in members if not member.nullable and not isinstance(member.type, Json)}
        if solid:
            assert mistakes(ask({member.name: None for member in members})) == solid | required, operation.id
            seen += 1
    assert seen > 5
