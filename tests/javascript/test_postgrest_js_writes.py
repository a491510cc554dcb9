"""PostgREST's own JavaScript client, unmodified, writes to a running server; what it sends and gets stands in
writing/*.test.js."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backsmith.app import asgi
from tests.http.live import Live, live
from tests.javascript.conftest import SECRET
from tests.javascript.test_postgrest_js import pytestmark as needs
from tests.javascript.test_postgrest_js import token
from tests.writes import workshop
from tests.writes.rows import ROWS, begin_anew

HERE = Path(__file__).parent / "writing"

pytestmark = needs


@pytest.fixture
def served_workshop(
    database_kind: str, borrow: Callable[[str], Any], run: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    with borrow(database_kind) as url:
        application = asgi(workshop, database=url, access_log=False)

        async def begin() -> None:
            await application.start()
            await begin_anew(application.database, application.blueprint, ROWS)
            await application.close()

        run(begin())
        flags = ("--production", "--database", url, "--jwt-key", SECRET)
        with live(tmp_path_factory.mktemp("workshop"), Path(workshop.__file__ or ""), *flags) as server:
            server.wait_until_ready()
            yield server


@pytest.mark.parametrize("file", sorted(path.name for path in HERE.glob("*.test.js")))
def test_the_client_gets_what_it_expects(served_workshop: Live, file: str) -> None:
    tokens = {"ada": token(1), "bo": token(2), "staff": token(3, "staff")}
    environment = os.environ | {"BACKSMITH_URL": served_workshop.url, "BACKSMITH_TOKENS": json.dumps(tokens)}
    command = ["node", "--test", "--test-reporter=spec", str(HERE / file)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr + served_workshop.said()
