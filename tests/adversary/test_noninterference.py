"""Two offices that differ in nothing but their secrets answer every request alike, to the letter.

Whatever way there is to see, filter, order, group, count or follow what may not be read, an error or a header that
gives it away: it shows as a difference. `BACKSMITH_REQUESTS=100000 pytest tests/adversary/test_noninterference.py`
asks that many, `BACKSMITH_SEED` asks others.
"""

from __future__ import annotations

import json
import os
import random
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.adversary import office
from tests.adversary.conftest import open_client
from tests.adversary.rows import MEMBERS, OTHER_MEMBERS, OTHER_ROWS, ROWS, joins
from tests.engine.client import Answer, Client

REQUESTS = int(os.environ.get("BACKSMITH_REQUESTS", "4000"))
ADA = Asker(1)
FIELDS = {
    "persons": ["id", "name", "email", "salary", "grade", "profile", "profile->iq", "profile->>iq", "company_id",
                "manager_id", "desk_id", "account_id", "yearly"],
    "documents": ["id", "title", "body", "words", "size", "published", "data", "data->a", "data->>a", "owner_id",
                  "area"],
    "remarks": ["id", "document_id", "text", "critic_id"],
    "groups": ["id", "title"],
    "badges": ["id", "number", "holder_id"],
    "letters": ["id", "subject", "sender_email"],
    "desks": ["id", "room"],
    "companies": ["id", "name"],
}  # fmt: skip
RELATIONS = {
    "persons": {"company": "companies", "manager": "persons", "reports": "persons", "desk": "desks",
                "groups": "groups", "documents": "documents", "letters": "letters", "badges": "badges",
                "remarks": "remarks", "secrets": "persons", "account": "persons"},
    "documents": {"owner": "persons", "remarks": "remarks"},
    "remarks": {"document": "documents", "critic": "persons"},
    "groups": {"members": "persons", "persons": "persons"},
    "badges": {"holder": "persons", "persons": "persons"},
    "letters": {"sender": "persons"},
    "desks": {"people": "persons"},
    "companies": {"persons": "persons"},
}  # fmt: skip
SAFE = {
    "persons": ["id", "name"], "documents": ["id", "title", "words", "area"], "remarks": ["id", "text"],
    "groups": ["id", "title"], "badges": ["number"], "letters": ["subject"], "desks": ["room"], "companies": ["name"],
}  # fmt: skip
TESTS = {
    "email": ["eq.bo@x.org", "like.b*", "gt.b", "is.null", "in.(bo@x.org,cy@x.org)", "isdistinct.bo@x.org",
              "neq.bo@x.org", "match.^b", "eq(any).{bo@x.org}", "like(all).{b*}", "fts.bo"],
    "salary": ["gt.4500", "eq.9000", "lte.4000", "is.null", "isdistinct.9000", "gt(any).{4500,1}"],
    "yearly": ["gt.50000", "eq.108000", "is.null"],
    "grade": ["gt.4", "eq.9", "in.(4,9)", "is.null"],
    "profile": ["is.null", 'cs.{"iq":99}', 'eq.{"iq":99}', "gt.1"],
    "title": ["eq.Layoffs", "eq.Raises", "like.L*", "match.^L", "match.[", "imatch.(", "fts.layoffs", "gt.L"],
    "body": ["like.*Bo*", "eq.Cy goes"],
    "words": ["gt.1000", "eq.7"],
    "area": ["gt.100", "eq.14", "isdistinct.20"],
    "data": ['eq.{"a":2}', "is.null", 'cs.{"a":9}', "lt.5"],
    "published": ["is.false", "is.true"],
    "name": ["eq.Bo", "like.*o", "gt.B"],
    "text": ["eq.ouch", "like.*u*"],
}  # fmt: skip
NUMBERS = ["eq.1", "eq.2", "eq.3", "in.(2,3)", "gt.1", "is.null", "not.is.null", "isdistinct.2", "neq.2", "lt.3"]
FUNCTIONS = ["by_email?email=", "not_by_email?email=", "documents_of?email=", "count_of?email=", "remarks_on?title=",
             "remarks_of?critic=", "documents_larger?area=", "unowned?email="]  # fmt: skip
ARGUMENTS = ["bo@x.org", "cy@x.org", "ada@x.org", "Layoffs", "Raises", "Menu", "1", "2", "3", "20"]


class Requests:
    """Draws requests that ask for what is none of the asker's business."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def one(self, of: list[str]) -> str:
        return self.random.choice(of)

    def some(self, chance: float) -> bool:
        return self.random.random() < chance

    def field(self, of: str) -> str:
        return self.one(SAFE[of]) if self.some(0.4) else self.one(FIELDS[of])

    def test(self, field: str) -> str:
        negation = "not." if self.some(0.25) else ""
        return negation + self.one(TESTS.get(field, NUMBERS))

    def select(self, of: str, depth: int = 0) -> str:
        items = [self.item(of, depth) for _ in range(self.random.randint(1, 3))]
        return ",".join(f"x{number}{depth}:{item}" if item[0] not in ".*" and ":" not in item else item
                        for number, item in enumerate(items))  # fmt: skip

    def item(self, of: str, depth: int) -> str:
        if depth < 3 and self.some(0.45):
            relation, target = self.random.choice(list(RELATIONS[of].items()))
            spread = "..." if self.some(0.15) else f"{relation}:" if self.some(0.6) else ""
            hint = self.one(["", "", "!inner"])
            return f"{spread}{relation}{hint}({self.select(target, depth + 1) if self.some(0.8) else ''})"
        if self.some(0.15):
            return "count()"
        field = self.field(of)
        field += self.one(["::text", "::int", "::numeric"]) if self.some(0.1) else ""
        return field + (self.one([".count()", ".max()", ".min()", ".sum()", ".avg()"]) if self.some(0.15) else "")

    def leaf(self, of: str) -> str:
        if self.some(0.1):
            return f"{self.one(list(RELATIONS[of]))}.{self.one(['is.null', 'not.is.null'])}"
        field = self.field(of)
        return f"{field}.{self.test(field)}"

    def logic(self, of: str, depth: int = 0) -> str:
        return ",".join(
            f"{self.one(['', 'not.'])}{self.one(['and', 'or'])}({self.logic(of, depth + 1)})"
            if depth < 2 and self.some(0.25)
            else self.leaf(of)
            for _ in range(self.random.randint(1, 3))
        )

    def parameter(self, of: str) -> str:
        path = ""
        while self.some(0.3):
            relation, of = self.random.choice(list(RELATIONS[of].items()))
            path += f"{relation}."
        match self.random.randint(0, 5):
            case 0:
                return f"{path}{self.one(['and', 'or', 'not.and'])}=({self.logic(of)})"
            case 1:
                relation, target = self.random.choice(list(RELATIONS[of].items()))
                term = f"{relation}({self.field(target)})" if self.some(0.4) else self.field(of)
                return f"{path}order={term}{self.one(['', '.desc', '.desc.nullslast', '.nullsfirst'])}"
            case 2:
                return f"{path}{self.one(['limit', 'offset'])}={self.one(['0', '1', '2'])}"
            case 3:
                values = self.random.choices([1, 2, 3, None, "bo@x.org", 4500], k=self.random.randint(1, 2))
                return "after=" + urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()
            case _:
                field = self.field(of)
                return f"{path}{field}={self.test(field)}"

    def target(self) -> str:
        if self.some(0.1):
            return f"/api/rpc/{self.one(FUNCTIONS)}{self.one(ARGUMENTS)}"
        of = self.one(list(FIELDS))
        item = f"/{self.one(['1', '2', '3'])}" if self.some(0.1) else ""
        parts = [f"select={self.select(of)}"] if self.some(0.85) else []
        parts += [self.parameter(of) for _ in range(self.random.randint(0, 3))]
        return f"/api/{of}{item}?{'&'.join(parts)}"

    def headers(self) -> dict[str, str]:
        drawn: dict[str, str] = {}
        if self.some(0.3):
            drawn["prefer"] = f"count={self.one(['exact', 'planned', 'estimated'])}"
        if self.some(0.05):
            drawn["accept"] = self.one(["text/csv", "application/vnd.pgrst.object+json"])
        if self.some(0.05):
            drawn["range"] = self.one(["0-0", "1-2", "5-"])
        return drawn


@pytest.fixture(scope="module")
def pair(database_kind: str, new_url: Callable[[str], str], run: Any) -> Iterator[list[Client]]:
    both = [
        open_client(office, rows, new_url(database_kind), run, *joins(members))
        for rows, members in ((ROWS, MEMBERS), (OTHER_ROWS, OTHER_MEMBERS))
    ]
    yield both
    for client in both:
        run(client.application.close())


@pytest.mark.parametrize("asker", [NOBODY, ADA], ids=["nobody", "ada"])
def test_secrets_make_no_difference(pair: list[Client], asker: Asker, run: Any) -> None:
    requests = Requests(int(os.environ.get("BACKSMITH_SEED", "1")))
    shown = 0
    for _ in range(REQUESTS // 4):
        target, headers = requests.target(), requests.headers()
        one, other = (run(client.ask(target, asker, **headers)) for client in pair)
        assert comparable(one) == comparable(other), (target, headers)
        assert one.status < 500, f"{target} {headers}"
        shown += one.status == 200
    assert shown > REQUESTS // 40, "some requests should mean something"


def comparable(answer: Answer) -> object:
    """The reply without what differs from request to request."""
    headers = {name: value for name, value in answer.headers.items() if name not in ("x-request-id", "server-timing")}
    return answer.status, re.sub(r"urn:request:[^\"]*", "", answer.text), headers
