"""`backsmith advise`, and what `backsmith plan` shows of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backsmith.cli.advise import advice_lines
from backsmith.cli.main import run as command
from tests.evolution.advice import shop
from tests.evolution.advice.conftest import STAFF, Shop

MODEL = str(Path(shop.__file__))


def address(served: Shop) -> str:
    return served.application.settings.database


def test_it_says_what_to_write(
    served: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    served.ask("/api/orders?number=eq.5", asker=STAFF)
    served.run(served.application.shapes.flush())
    assert asked(served, monkeypatch) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[:3] == [
        "Order lacks an index on number.",
        "  number: Annotated[…, Indexed]",
        "  No index leads from number to the rows that these requests look for.",
    ]
    assert lines[3].startswith("    GET /api/orders?number=eq.… (a user with the role staff): 12 times, ")
    assert "Order: the index orders_channel_idx on channel is superfluous." in lines
    assert said.err.splitlines()[-1] == f"Next: backsmith plan {MODEL}"


def test_json_for_programs(served: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    served.ask("/api/orders?number=eq.5", asker=STAFF)
    served.run(served.application.shapes.flush())
    assert asked(served, monkeypatch, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [(each["kind"], each["fields"]) for each in found] == [("missing", ["number"]), ("duplicate", ["channel"])]
    assert set(found[0]["comparisons"][0]["before"]) == {"plan", "effort", "milliseconds"}
    assert "5" not in found[0]["comparisons"][0]["request"]


def test_before_any_request(served: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(served, monkeypatch) == 0
    assert capsys.readouterr().err.startswith("No requests are recorded yet: backsmith serve counts them")


def test_a_plan_has_a_line_of_each(served: Shop) -> None:
    served.ask("/api/orders?number=eq.5", asker=STAFF)
    served.run(served.application.shapes.flush())
    lines = served.run(advice_lines(served.database, served.application.blueprint, served.application.settings))
    assert len(lines) == 2
    assert lines[0].startswith("Order lacks an index on number. GET /api/orders?number=eq.…: ")
    assert lines[1] == (
        "Order: the index orders_channel_idx on channel is superfluous. The one on channel, placed_at serves wherever"
        ' this one does. Take Index("channel") out of Order.'
    )


def asked(served: Shop, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit code of the command, which has an event loop of its own."""
    monkeypatch.chdir(Path(MODEL).parent)
    return command(["advise", MODEL, "--database", address(served), *words])
