"""The audit trail for those who read it: by the API, by the command; giving up what is old; denials."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backsmith.accounts.denials import MOST
from backsmith.accounts.sessions import Client
from backsmith.accounts.trail_reading import prune
from backsmith.accounts.trail_verdict import verify
from backsmith.cli.main import run as command
from backsmith.databases import Database
from backsmith.databases.transaction import Transaction
from tests.accounts.application import Served
from tests.accounts.guarded import ANN, guarded

PHONE = Client("192.0.2.7", "Phone")


async def _signed_in(served: Served, email: str, *roles: str) -> tuple[int, str]:
    """An account that is signed in: its key, and its access token."""
    assert served.application.accounts is not None
    services = served.application.accounts.services

    async def work(transaction: Transaction) -> tuple[int, str]:
        person = await services.people.create(transaction, {"email": email}, "r0")
        text, now = services.people.text(person.key), services.clock()
        await services.tables.states.insert(transaction, account=text, kind="person", created_at=now)
        for role in roles:
            await services.tables.roles.insert(transaction, account=text, role=role, granted_at=now)
        session = await services.sessions.begin(transaction, person.key, ("password",), PHONE, "token")
        await services.trail.note(transaction, "sign-in", client=PHONE, request_id="r1", account=person.key)
        return person.key, session.access_token or ""

    return await services.database.transact(work)


async def test_people_see_what_happened_to_their_own_account(served: Served) -> None:
    ann, token = await _signed_in(served, "ann@example.com")
    await _signed_in(served, "bob@example.com")
    answer = await served.ask("GET", "/auth/activity", authorization=f"Bearer {token}")
    assert answer.status == 200
    (event,) = answer.json["events"]
    assert event.pop("at")[:2] == "20"
    assert event == {
        "number": 1,
        "event": "sign-in",
        "account": ann,
        "actor": None,
        "address": "192.0.2.7",
        "user_agent": "Phone",
        "request_id": "r1",
        "details": {},
    }
    assert answer.json["next"] is None


async def test_only_administrators_see_all_of_it(served: Served) -> None:
    ann, token = await _signed_in(served, "ann@example.com")
    _, root = await _signed_in(served, "root@example.com", "admin")
    assert (await served.ask("GET", "/auth/admin/audit-log")).status == 401
    assert (await served.ask("GET", "/auth/admin/audit-log", authorization=f"Bearer {token}")).status == 403
    bearer = f"Bearer {root}"
    answer = await served.ask("GET", "/auth/admin/audit-log", authorization=bearer)
    assert [event["number"] for event in answer.json["events"]] == [2, 1]
    answer = await served.ask("GET", f"/auth/admin/audit-log?account={ann}&event=sign-in", authorization=bearer)
    assert [event["number"] for event in answer.json["events"]] == [1]
    answer = await served.ask("GET", "/auth/admin/audit-log?before=2", authorization=bearer)
    assert [event["number"] for event in answer.json["events"]] == [1]
    answer = await served.ask("GET", "/auth/admin/audit-log?since=2999-01-01", authorization=bearer)
    assert answer.json == {"events": [], "next": None}
    for query in ("before=x", "since=yesterday", f"before={'9' * 30}"):
        answer = await served.ask("GET", f"/auth/admin/audit-log?{query}", authorization=bearer)
        assert answer.status == 400


async def test_denials_are_added_up(served: Served) -> None:
    assert served.application.accounts is not None
    accounts = served.application.accounts
    ann, token = await _signed_in(served, "ann@example.com")
    for _ in range(5):
        await served.ask("GET", "/api/notes", address="192.0.2.8")
    for _ in range(3):
        await served.ask("GET", "/auth/admin/audit-log", authorization=f"Bearer {token}")
    await accounts.denials.write()
    rows = await accounts.services.tables.audit_log.find(accounts.services.database, order="number", event="denied")
    assert [(row["account"], row["address"], json.loads(row["details"])) for row in rows] == [
        (None, "192.0.2.8", {"count": 5, "method": "GET", "reason": "unauthenticated", "route": "/api/notes"}),
        (
            str(ann),
            "192.0.2.1",
            {"count": 3, "method": "GET", "reason": "forbidden", "route": "/auth/admin/audit-log"},
        ),
    ]


async def test_wrong_codes_by_mail_are_added_up_and_name_nobody(served: Served) -> None:
    assert served.application.accounts is not None
    accounts = served.application.accounts
    flow = (await served.ask("POST", "/auth/code", {"email": "nobody@example.com"})).json["flow"]
    for _ in range(3):
        await served.ask("POST", "/auth/code/confirm", {"flow": flow, "code": "00000000"}, address="192.0.2.8")
    await accounts.denials.write()
    rows = await accounts.services.tables.audit_log.find(accounts.services.database, order="number")
    assert [(row["event"], row["account"], row["address"]) for row in rows] == [
        ("code.asked", None, "192.0.2.1"),
        ("denied", None, "192.0.2.8"),
    ]
    assert json.loads(rows[1]["details"]) == {
        "count": 3, "method": "POST", "reason": "spent", "route": "/auth/code/confirm",
    }  # fmt: skip
    assert not any("nobody@example.com" in str(row) for row in rows)


async def test_who_is_refused_from_everywhere_doesn_t_fill_the_disk(served: Served) -> None:
    assert served.application.accounts is not None
    accounts = served.application.accounts
    for number in range(200):
        await served.ask("GET", "/api/notes", address=f"10.0.0.{number}")
    await accounts.denials.write()
    rows = await accounts.services.tables.audit_log.find(accounts.services.database, order="number")
    assert len(rows) == MOST + 1
    assert sum(json.loads(row["details"])["count"] for row in rows) == 200


async def test_pruning_gives_up_the_beginning_and_keeps_the_chain(database: Database, tmp_path: Path) -> None:
    one = await guarded(database, tmp_path)
    for number in range(1, 1201):
        one.clock.go(minutes=1)
        if number in (1, 600, 1100, 1101, 1200):
            await one.note(f"event-{number}")

    async def many(transaction: Transaction) -> None:
        for _ in range(600):
            await one.trail.note(transaction, "many", client=ANN, request_id="r1")

    await database.transact(many)
    one.clock.go(minutes=1)
    await one.note("last")
    count = await prune(database, one.tables, one.secrets, one.trail, one.clock.now)
    rows = await one.tables.audit_log.find(database, order="number")
    assert count == 605
    assert [(row["number"], row["event"]) for row in rows] == [(606, "last"), (607, "audit-log.pruned")]
    verdict = await verify(database, one.tables, one.secrets)
    assert (verdict.rows, verdict.broken) == (2, None)
    assert await prune(database, one.tables, one.secrets, one.trail, one.clock.now) == 0


async def test_pruning_everything_leaves_a_chain_that_goes_on(database: Database, tmp_path: Path) -> None:
    one = await guarded(database, tmp_path)
    await one.note()
    one.clock.go(days=1)
    assert await prune(database, one.tables, one.secrets, one.trail, one.clock.now) == 1
    await one.note()
    verdict = await verify(database, one.tables, one.secrets)
    assert (verdict.rows, verdict.broken) == (2, None)


def test_the_command_checks_shows_and_prunes(
    served: Served, database_url: str, run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    run(_signed_in(served, "ann@example.com"))
    run(_signed_in(served, "bob@example.com"))
    (model,) = served.folder.glob("application_*.py")

    def said(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = command(["audit-log", *words, str(model), "--database", database_url])
        return code, capsys.readouterr().out

    assert said("verify") == (0, "The audit trail is as it was written: 2 rows.\n")
    code, head = said("head")
    assert (code, head[:2], len(head)) == (0, "2:", 67)
    assert said("verify", "--anchor", head)[0] == 0
    code, out = said("list", "--account", "2")
    assert (code, out.split("  ", 2)[0], out.split("  ", 2)[2]) == (0, "2", "sign-in  account 2  192.0.2.7\n")
    assert [json.loads(line)["number"] for line in said("list", "--json")[1].splitlines()] == [1, 2]
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert said("prune", "--before", tomorrow)[0] == 0
    assert said("verify")[1] == "The audit trail is as it was written: 2 rows.\n"
    assert said("prune", "--before", tomorrow, "--yes")[0] == 0
    assert said("verify") == (0, "The audit trail is as it was written: 1 row. Rows up to 2 were pruned.\n")
    assert said("verify", "--anchor", head)[0] == 0
    assert said("prune")[0] == said("verify", "--anchor", "x")[0] == said("list", "--since", "x")[0] == 2

    statement = "UPDATE backsmith_audit_chain SET hash = 'x' WHERE kind = 'head'"
    run(served.application.database.execute(statement))
    code, out = said("verify", "--json")
    assert (code, json.loads(out)["broken"]["what"]) == (1, "changed")
