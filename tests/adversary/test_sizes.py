"""Requests that are large, deep or of much work: refused, or answered without falling over."""

from __future__ import annotations

import pytest

from backsmith.blueprint.asker import Asker
from tests.engine.client import Client

ADA = Asker(1)
DEEP = "id"
for level in range(12):
    DEEP = f"id,{'owner' if level % 2 else 'documents'}({DEEP})"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("documents?select=" + ",".join(f"a{number}:id" for number in range(250)), 200),
        ("documents?select=" + ",".join(f"a{number}:id" for number in range(300)), 400),
        ("documents?select=" + ",".join(f"a{number}:owner(name)" for number in range(100)), 200),
        ("documents?select=id,id,id", 400),
        ("documents?select=" + ",".join(["owner(id)"] * 20), 400),
        ("documents?select=" + "owner(" * 7 + "id" + ")" * 7, 400),
        ("persons?select=" + DEEP, 400),
        ("documents?select=" + "(" * 3000, 400),
        ("documents?select=" + '"' * 3001, 400),
        ("documents?select=id&" + "&".join(["id=gt.0"] * 64), 200),
        ("documents?select=id&" + "&".join(["id=gt.0"] * 65), 400),
        ("documents?select=id&or=(" + ",".join(["id.gt.0"] * 65) + ")", 400),
        ("documents?select=id&or=(" + "and(" * 20 + "id.gt.0" + ")" * 21, 400),
        ("documents?select=id&order=" + ",".join(["title"] * 33), 400),
        ("documents?select=id&id=in.(" + ",".join(["1"] * 1000) + ")", 200),
        ("documents?select=id&id=in.(" + ",".join(["1"] * 1001) + ")", 400),
        ("documents?select=id&title=like(any).{" + ",".join(["*a*b*"] * 900) + "}", 200),
        ("documents?select=id&title=like." + "*a" * 500, 200),
        ("documents?select=id&title=like." + "*a" * 501, 400),
        ("documents?select=id&title=ilike." + "*[*" * 300, 200),
        ("documents?select=id&title=match." + "(a*)*" * 100 + "b", 200),
        ("documents?select=id&title=match." + "(" * 1000, 400),
        ("documents?select=id&title=match." + "((((a{1,99}){1,99}){1,99}){1,99})", 400),
        ("documents?select=id&title=fts." + "(" * 900, 400),
        ("documents?select=id&title=fts." + "!" * 900 + "a", 400),
        ("documents?select=id&title=fts." + "a|" * 499 + "a", 200),
        ("documents?select=id&id=eq." + "9" * 7000, 400),
        ("documents?select=id&words=eq." + "0" * 7000 + "1", 200),
        ("persons?select=id&salary=eq.1e999999999", 400),
        ("persons?select=id&salary=eq.1e-999999999", 400),
        ("persons?select=id&salary=eq." + "1" * 7000, 400),
        ("persons?select=id&salary=lt.1e900", 200),
        ("documents?select=id&limit=" + "9" * 7000, 200),
        ("documents?select=id&offset=" + "9" * 7000, 200),
        ("documents?select=id&data=eq." + "[" * 3000 + "]" * 3000, 400),
        ("documents?select=id&data=eq." + "[" * 400 + "]" * 400, 200),
        ("documents?select=id&data=cs." + '{"a":' * 400 + "1" + "}" * 400, 200),
        ("documents?select=id&data=eq.1e999999", 400),
        ("documents?select=data" + "->a" * 17, 400),
        ("documents?select=id&" + "a." * 1000 + "id=eq.1", 400),
        ("documents?" + "x" * 9000, 414),
        ("documents?select=id&words=eq.P" + "9" * 4000 + "D", 400),
    ],
    ids=range(42),
)
def test_a_request_has_its_limits(client: Client, query: str, status: int) -> None:
    answer = client.get(f"/api/{query}", ADA)
    assert answer.status == status, answer.text[:300]


def test_headers_have_theirs(client: Client) -> None:
    for name, value in (
        ("accept", "application/json;" * 5000), ("accept", '"' * 60_000), ("accept", ",".join(["a/b;q=0.1"] * 5000)),
        ("prefer", "count=exact," * 5000), ("prefer", "timezone=../../etc/passwd"),
        ("prefer", "max-affected=" + "9" * 9000),
        ("range", "0-" + "9" * 9000), ("range", "9" * 19 + "-"), ("if_none_match", '"a",' * 9000),
    ):  # fmt: skip
        assert client.get("/api/documents?select=id", ADA, **{name: value}).status < 500, (name, value[:30])
