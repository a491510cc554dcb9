"""One plan serves many requests: of one shape, for one kind of asker, and no other."""

from __future__ import annotations

from backsmith.blueprint.asker import NOBODY, Asker
from tests.engine.client import Client

ADA, BO, STAFF = Asker(1), Asker(2), Asker(9, frozenset({"staff"}))


def test_askers_take_turns_with_one_shape(client: Client) -> None:
    target = "/api/persons?select=id,email&order=id"
    emails = {ADA: ["ada@x.org", None, None], BO: [None, "bo@x.org", None],
              STAFF: ["ada@x.org", "bo@x.org", "cy@x.org"]}  # fmt: skip
    for asker in (NOBODY, ADA, STAFF, BO, NOBODY, STAFF, ADA, BO):
        answer = client.get(target, asker)
        if asker is NOBODY:
            assert answer.status == 403
        else:
            assert [row["email"] for row in answer.json] == emails[asker]


def test_a_role_that_no_rule_mentions_makes_no_new_kind(client: Client) -> None:
    planner = client.application.engine.planner
    client.get("/api/persons?select=id,name,email", Asker(1, frozenset({"x0"})))
    plans = len(planner._plans)
    for number in range(50):
        client.get("/api/persons?select=id,name,email", Asker(1, frozenset({f"x{number}"})))
    assert len(planner._plans) == plans


def test_the_cache_has_an_end(client: Client) -> None:
    planner = client.application.engine.planner
    for number in range(planner._plans.most + 50):
        client.get(f"/api/companies?select=a{number}:id")
    assert len(planner._plans) <= planner._plans.most


def test_values_are_no_part_of_a_plan_but_everything_else_is(client: Client) -> None:
    def ids(query: str) -> list[int]:
        return [row["id"] for row in client.get(f"/api/documents?select=id&order=id&{query}", ADA).json]

    for _ in range(2):
        assert ids("title=eq.Menu") == [1]
        assert ids("title=eq.Diary") == [3]
        assert ids("title=not.eq.Diary") == [1]
        assert ids("published=is.true") == [1]
        assert ids("published=is.false") == [3]
        assert ids("data->a=eq.1") == [1]
        assert ids("data->b=is.null") == [1, 3]
        assert ids("or=(title.eq.Menu,title.eq.Diary)") == [1, 3]
        assert ids("or=(title.eq.Diary,title.eq.x)") == [3]
        assert ids("limit=1") == [1]
        assert ids("limit=1&offset=1") == [3]
