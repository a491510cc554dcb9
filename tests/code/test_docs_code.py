"""docs/code.md: its first example is served, and every request in it gets the reply that it shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from backsmith.app import asgi
from backsmith.blueprint.asker import NOBODY, Asker
from tests.engine.client import Client
from tests.engine.rows import fill

TEXT = (Path(__file__).parents[2] / "docs" / "code.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
MODEL = next(text for language, text in BLOCKS if language == "python")
REQUEST = re.compile(r"(\w+) (\S+)(?: as (\d+))?\n(?:(.+)\n)?\n(\d+)(?: (\S.*))?\n(.*)\n", re.DOTALL)
VARYING = re.compile(r'"(?:due|instance)":"[^"]*"')


def test_its_requests_are_answered_as_it_shows(tmp_path: Path, run: Any) -> None:
    (tmp_path / "library.py").write_text(MODEL)
    application = asgi(str(tmp_path / "library.py"), database=f"sqlite:///{tmp_path}/library.db", access_log=False)
    run(application.start())
    rows = {"Account": [{"id": 7}, {"id": 8}], "Book": [{"id": 1, "title": "Green Eggs", "slug": "green-eggs"}]}
    run(fill(application.database, application.blueprint, rows))
    client = Client(application, run)
    try:
        shown = [text for language, text in BLOCKS if language == "http"]
        assert len(shown) == 5
        for text in shown:
            match = REQUEST.fullmatch(text)
            assert match is not None, text
            method, target, who, body, status, kind, reply = match.groups()
            asker = Asker(int(who)) if who else NOBODY
            answer = client.get(target, asker, method, (body or "").encode(), content_type="application/json")
            assert (str(answer.status), VARYING.sub("", answer.text)) == (status, VARYING.sub("", reply)), text
            assert kind in (None, answer.headers["content-type"])
        assert client.get("/api/rpc/popular").json == {"Green Eggs": 1}
        assert client.get("/api/loans/1/give_back", Asker(7), "POST").status == 204
        assert client.get("/api/loans/1/give_back", Asker(7), "POST").status == 403
    finally:
        run(application.close())


@pytest.mark.parametrize("number", range(1, len([1 for language, _ in BLOCKS if language == "python"])))
def test_its_other_examples_are_served(number: int, tmp_path: Path, run: Any) -> None:
    """Money is given, or none; an error has the application's own form."""
    models = [text for language, text in BLOCKS if language == "python"]
    (tmp_path / f"example{number}.py").write_text(models[number])
    application = asgi(
        str(tmp_path / f"example{number}.py"), database=f"sqlite:///{tmp_path}/{number}.db", access_log=False
    )
    run(application.start())
    client = Client(application, run)
    try:
        if "Note" in models[number]:
            answer = client.get("/api/notes/7")
            assert (answer.status, answer.json) == (
                404,
                {"ok": False, "why": "There is no row 7 in notes", "fields": []},
            )
            assert client.get("/api/nothing").json["ok"] is False
            return
        run(fill(application.database, application.blueprint, {"Purse": PURSES}))
        body = b'{"giver": "a", "taker": "b", "money": 2.5}'
        assert client.get("/api/rpc/give", NOBODY, "POST", body, content_type="application/json").status == 204
        wrong = b'{"giver": "a", "taker": "c", "money": 1}'
        assert client.get("/api/rpc/give", NOBODY, "POST", wrong, content_type="application/json").status == 404
        kept = run(application.database.fetch("SELECT owner, money FROM purses ORDER BY owner", ()))
        assert [(row[0], row[1]) for row in kept] == [("a", 75_000), ("b", 25_000)]
    finally:
        run(application.close())


PURSES = [{"id": 1, "owner": "a", "money": 10}, {"id": 2, "owner": "b", "money": 0}]
