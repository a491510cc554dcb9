"""The SQL that Backsmith runs for a request, to measure the limit of the drivers with it.

In: the model's file, the database's URL, an address and who asks. Out: the statement that the spine would run.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from backsmith import blueprint
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.databases import open_database
from backsmith.engine.access import Authorizer
from backsmith.engine.catalogue import Catalogue
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.planning.plans import PlanKey, Planner
from backsmith.engine.reading import read
from backsmith.engine.spelling.binding import Inputs
from backsmith.http.request import Request
from peers.peer import Statement


class Spoken:
    """Reads, authorizes and plans as the engine does, and stops before it runs."""

    def __init__(self, model: Path, database: str) -> None:
        compiled, _ = blueprint.compile(blueprint.load(str(model)))
        self.catalogue = Catalogue(compiled)
        self.authorizer = Authorizer(compiled)
        self.limits = Limits()
        dialect = open_database(database).dialect
        self.planner = Planner(self.catalogue, self.authorizer, dialect, self.limits, max_rows=1000)

    def statement(self, address: str, account: int | None) -> Statement:
        """The statement of a GET."""
        path, _, query = address.removeprefix("/api/").partition("?")
        request = Request("GET", tuple(path.split("/")), address, query, {})
        asked = read(request, self.catalogue, self.limits)
        asker = NOBODY if account is None else Asker(account)
        key = PlanKey(asked.resource.entity.collection, asked.shape, self.authorizer.kind(asker), asked.key_parts)
        plan, _ = self.planner.plan(key, asked.resource, asked.query_texts)
        inputs = Inputs(asked.values, asker, datetime.now(UTC))
        return Statement(plan.statement.sql, tuple(plan.statement.parameters(inputs)))
