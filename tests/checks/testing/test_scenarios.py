"""Scenarios: a file in, what isn't as it says out, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backsmith.checks.testing.results import Finding
from backsmith.checks.testing.scenarios.nouns import ScenarioError
from backsmith.checks.testing.scenarios.playing import play
from backsmith.checks.testing.scenarios.reading import scenarios_of
from examples.shop import shop
from examples.tracker import tracker
from tests.checks.matrix.models import MODELS
from tests.checks.testing.conftest import Model
from tests.conftest import Run

FOLDERS = {
    name: Path(name_of).parent / "scenarios"
    for name, name_of in (("shop", str(shop.__file__)), ("tracker", str(tracker.__file__)))
}
FILES = [
    (name, path.name, number)
    for name, folder in FOLDERS.items()
    for path in sorted(folder.glob("*.yaml"))
    for number in range(len(scenarios_of(path)))
]


@pytest.mark.parametrize(("name", "file", "number"), FILES)
async def test_the_scenarios_of_the_examples(
    name: str, file: str, number: int, database_kind: str, new_url: Callable[[str], str]
) -> None:
    scenario = scenarios_of(FOLDERS[name] / file)[number]
    model = MODELS[name]
    assert await play(scenario, model.application, model.blueprint, new_url(database_kind)) == ()


GIVEN = """\
given:
  accounts:
    ann: {name: Ann, email: ann@example.org}
  notes:
    milk: {author: ann, text: Milk, price: 0.30, due: 2026-02-01}

"""


@pytest.fixture
def played(
    model: Model,
    database_kind: str,
    new_url: Callable[[str], str],
    tmp_path: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
):
    """Plays the one scenario of a text, with the rows above."""
    monkeypatch.chdir(tmp_path)

    def play_text(text: str) -> tuple[Finding, ...]:
        path = Path("notes.yaml")
        path.write_text(GIVEN + text)
        [scenario] = scenarios_of(path)
        return run(play(scenario, *model, new_url(database_kind)))

    return play_text


Played = Callable[[str], tuple[Finding, ...]]


def test_names_stand_for_keys_and_values_and_numbers_are_exact(played: Played) -> None:
    assert (
        played("""\
What is written is read:
  - ann: POST /notes?select=id,text,price
    headers: {Prefer: return=representation}
    send: {author: ann, text: "As {milk.text}", price: 12345678.10}
    reply: 201
    shows exactly: [{id: <number>, text: As Milk, price: 12345678.10}]
    named: other
  - ann: GET /notes?select=text,price&order=id
    reply: 200
    reply headers: {Content-Type: /^application.json/}
    shows exactly: [{text: Milk, price: 0.30}, {text: As Milk, price: 12345678.10}]
  - ben: GET /notes/{other}
    reply: 404
  - ben (keeper): DELETE /notes/{other}
    reply: 404
  - database: GET /notes/{other}
    reply: 200
    shows: {author_id: "{ann}", due: null, done: false}
""")
        == ()
    )


def test_an_action_and_its_refusal(played: Played) -> None:
    assert (
        played("""\
A note is finished once:
  - nobody: POST /notes/{milk}/finish
    reply: 401
  - ann: POST /notes/{milk}/finish
    reply: 204
  - ann: POST /notes/{milk}/finish
    reply: 409
    shows: {message: It is done already.}
  - nobody: GET /rpc/count
    reply: 200
    shows: 1
""")
        == ()
    )


def test_what_is_not_so_is_told_with_its_place(played: Played) -> None:
    [finding] = played("""\
A day is another:
  - ann: GET /notes/{milk}?select=due,price
    reply: 200
    shows: {due: 2026-02-02, price: 0.3, text: Milk}
""")
    assert finding.where == "notes.yaml:8"
    assert finding.what.splitlines()[:2] == [
        'due is "2026-02-01"; "2026-02-02" was expected',
        "text isn't there",
    ]
    assert finding.reproduce == "GET /api/notes/1?select=due,price (account 1)"


def test_a_status_that_is_another(played: Played) -> None:
    [finding] = played("""\
Everybody reads everything:
  - nobody: GET /notes
    reply: 200
""")
    assert finding.where == "notes.yaml:8"
    assert finding.what.startswith("200 was expected\nThe reply was 401: {")


MISTAKES = {
    "There: 5": 'notes.yaml:7: A list is needed here. A step is "ada: GET /orders" with reply: 200 below it; '
    "docs/testing.md has examples.",
    "There: []": 'notes.yaml:7: A scenario without a step says nothing. A step is "ada: GET /orders" with reply: 200 '
    "below it; docs/testing.md has examples.",
    "There:\n  - ann: FETCH /notes\n    reply: 200": "notes.yaml:8: 'ann: FETCH /notes' isn't a request. A step is "
    '"ada: GET /orders" with reply: 200 below it; docs/testing.md has examples.',
    "There:\n  - ann: GET /notes": "notes.yaml:8: It isn't said what the reply is. Write reply: 200.",
    "There:\n  - ann: GET /notes\n    reply: ok": "notes.yaml:9: A reply is a status. Write reply: 200.",
    "There:\n  - ann: GET /notes\n    reply: 200\n    show: 5": "notes.yaml:10: A step has no 'show'. It has: send, "
    "headers, reply, shows, shows exactly, reply headers, named.",
    "There:\n  - ann: GET /notes\n    reply: 200\n    shows: 5\n    shows exactly: 5": "notes.yaml:10: Either `shows` "
    "or `shows exactly`. Leave one of them out.",
    "There:\n  - ann: GET /notes\n    reply: 200\n    shows: [{text: /(/}]": "notes.yaml:10: /(/ is no pattern: "
    "missing ), unterminated subpattern. Write \\ before what stands for itself: /\\(new\\)/.",
    "There:\n  - ann: GET /notes\n    reply: 200\n    shows: [{due: <dya>}]": "notes.yaml:10: There is no <dya>. There "
    "are <any>, <text>, <time>, <day>, <uuid>, <number>, and /patterns/.",
    "There:\n  - ann (keper): GET /notes\n    reply: 200": "notes.yaml:8: No rule knows the role 'keper'. Did you mean "
    "keeper?",
    "There:\n  - ann: 'GET": "notes.yaml:8: It isn't YAML: found unexpected end of stream.",
    "There:\n  - given: {tees: [{a: 1}]}\n  - ann: GET /notes\n    reply: 200": "notes.yaml:8: There is no collection "
    "tees. There are accounts, notes.",
    "There:\n  - given: {notes: [{author: ann, txt: Tea}]}\n  - ann: GET /notes\n    reply: 200": "notes.yaml:8: notes "
    "has no field 'txt'. Did you mean 'text'? text is missing.",
    "There:\n  - ann: GET /notes/{tea}\n    reply: 200": "notes.yaml:8: No row is called 'tea'. Give it, or name it "
    "in a step before.",
    "There:\n  - ann: PATCH /notes/{milk}\n    send: {done: true}\n    reply: 204\n    named: it": "notes.yaml:8: The "
    "reply shows no row with its key, so it can't be named. Send headers: {Prefer: return=representation}.",
}


@pytest.mark.parametrize("text", MISTAKES, ids=[f"mistake{number}" for number in range(len(MISTAKES))])
async def test_a_mistake_is_told_with_its_line(
    text: str, model: Model, new_url: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("notes.yaml").write_text(GIVEN + text)
    with pytest.raises(ScenarioError) as raised:
        for scenario in scenarios_of(Path("notes.yaml")):
            await play(scenario, *model, new_url("sqlite"))
    assert str(raised.value) == MISTAKES[text]
