"""`outbox_of` makes outboxes on an empty database, `put` puts a mail into one, `waiting` counts what is left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backsmith.databases import Database
from backsmith.databases.account_tables import OUTBOX
from backsmith.databases.own_tables import make_own
from backsmith.mail.outbox import Outbox
from backsmith.secrets import Secrets
from backsmith.settings import Settings
from tests.mail.post import Post


@pytest.fixture
def post(database: Database, tmp_path: Path, run: Callable[..., Any]) -> Post:
    settings = Settings(folder=str(tmp_path), name="Notes", mail=str(tmp_path / "mail"))
    secrets = Secrets(settings)
    run(make_own(database, OUTBOX))
    run(secrets.start(database))
    return Post(database, secrets, settings, Outbox(settings, database, secrets))
