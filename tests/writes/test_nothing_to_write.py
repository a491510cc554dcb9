"""An application that only reads keeps no requests: it has no table for them, and nothing could be done twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from backsmith.app import asgi
from tests.engine.client import Client

MODEL = """
from backsmith import Entity, allow


class Stone(Entity):
    name: str

    @allow("read")
    def everyone(self) -> bool:
        return True
"""
KEY = "3d0ab7f4-9b8c-4d7c-8a55-0d5f5a3a6c11"


def test_a_batch_that_reads_may_have_an_idempotency_key(database_url: str, tmp_path: Path, run: Any) -> None:
    path = tmp_path / "stones_that_are_read.py"
    path.write_text(MODEL, encoding="utf-8")
    client = Client(asgi(path, database=database_url, access_log=False), run)
    run(client.application.start())
    body = json.dumps({"operations": [{"method": "GET", "path": "/stones?select=name"}]})
    for _ in range(2):
        answer = client.get(
            "/api/batch", method="POST", body=body.encode(), content_type="application/json", idempotency_key=KEY
        )
        assert (answer.status, [each["body"] for each in answer.json["results"]]) == (200, [[]])
        assert "idempotency-replayed" not in answer.headers
    run(client.application.close())
