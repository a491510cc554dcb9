"""`backsmith contract diff`: where documents come from, what it says, and how it ends."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from backsmith.cli.main import run

from .documents import base, with_fragment

MODEL = """
from backsmith import Entity, allow

class Note(Entity):
    text: str
    {}

    @allow("read", "create")
    def everyone(self) -> bool:
        return True
"""


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.json").write_text(json.dumps(with_fragment("property sent", {"type": ["string", "null"]})))
    Path("new.json").write_text(json.dumps(with_fragment("property sent", {"type": "string"})))


def test_two_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["contract", "diff", "old.json", "new.json"]) == 1
    said = capsys.readouterr()
    assert said.out == (
        "Breaking (1)\n"
        "  x of the body can't be null any more.  [request-property-became-not-nullable]\n"
        "      in PUT /orders/{id}\n"
        '      breaks: PUT /orders/{id} {"x": null}\n'
    )
    assert said.err == "Clients break. backsmith plan says how the change is released without: see --expand.\n"


def test_nothing_that_breaks_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["contract", "diff", "new.json", "old.json"]) == 0
    assert capsys.readouterr().out.startswith("Compatible (1)\n")
    assert run(["contract", "diff", "old.json", "old.json"]) == 0
    assert capsys.readouterr().out == "No difference that a client would notice.\n"


def test_json_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["contract", "diff", "old.json", "new.json", "--json"]) == 1
    pointer = "#/paths/~1orders~1{id}/put/requestBody/content/application~1json/schema/properties/x"
    assert json.loads(capsys.readouterr().out) == [
        {
            "kind": "request-property-became-not-nullable",
            "level": "breaking",
            "place": {"pointer": pointer, "operation": "put_order", "method": "PUT", "path": "/orders/{id}"},
            "text": "x of the body can't be null any more.",
            "request": 'PUT /orders/{id} {"x": null}',
        }
    ]


def test_a_model_at_a_revision_of_git_and_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Path("below").mkdir()
    Path("below/at_git.py").write_text(MODEL.format("phone: str | None"))
    Path("below/told.json").write_text(json.dumps(base()))
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one"]):
        subprocess.run(["git", *words], check=True)
    Path("below/at_git.py").write_text(MODEL.format(""))
    assert run(["contract", "diff", "HEAD:below/at_git.py", "below/at_git.py"]) == 1
    told = capsys.readouterr().out
    assert run(["contract", "diff", "below/at_git.py"]) == 1  # a model alone is compared with what git has of it
    assert capsys.readouterr().out == told
    assert run(["contract", "diff", "HEAD:below/at_git.py", "below/at_git.py"]) == 1
    assert "phone of the reply 200 isn't there any more.  [response-property-removed]" in capsys.readouterr().out
    assert run(["contract", "diff", "HEAD:below/told.json", "HEAD:below/told.json"]) == 0
    capsys.readouterr()
    assert run(["contract", "diff", "HEAD:below/at_git.json", "old.json"]) == 2
    assert "HEAD:below/at_git.json: git says: " in capsys.readouterr().err
    assert run(["contract", "diff", "--json", "HEAD:nothing.py", "old.json"]) == 2
    assert capsys.readouterr().err == "HEAD has no nothing.py.\n"
    assert run(["contract", "diff", "nowhere:below/at_git.py", "old.json"]) == 2
    assert "nowhere:below/at_git.py: git says: " in capsys.readouterr().err


class Serving(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps(base()).encode()
        self.send_response(200 if self.path == "/openapi.json" else 401)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    http = HTTPServer(("127.0.0.1", 0), Serving)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    http.server_close()
    thread.join()


def test_a_running_server(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["contract", "diff", server, f"{server}/openapi.json"]) == 0
    assert capsys.readouterr().out == "No difference that a client would notice.\n"
    assert run(["contract", "diff", f"{server}/docs", "old.json"]) == 2
    assert "/docs answers 401, not with a document." in capsys.readouterr().err
    assert run(["contract", "diff", "http://127.0.0.1:1", "old.json"]) == 2
    assert "can't be reached" in capsys.readouterr().err


def test_yaml(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("yaml")
    Path("one.yaml").write_text(
        "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      deprecated: true\n      x-sunset: 2026-01-01\n"
        "      responses:\n        200:\n          description: Done.\n"
    )
    Path("two.yaml").write_text("openapi: 3.0.3\npaths: {}\n")
    assert run(["contract", "diff", "one.yaml", "two.yaml"]) == 0
    assert "GET /a is gone (404); it was to end on 2026-01-01.  [path-removed-after-sunset]" in capsys.readouterr().out
    Path("two.yaml").write_text("a: [")
    assert run(["contract", "diff", "one.yaml", "two.yaml"]) == 2
    assert capsys.readouterr().err.startswith("two.yaml is no OpenAPI document: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["diff", "old.json", "nowhere.json"], "There is no file nowhere.json."),
        (["diff", "old.json", "list.json"], "list.json is no OpenAPI document: "),
        (["diff", "old.json", "swagger.json"], "The new document is no OpenAPI 3 document: it is Swagger 2."),
        (["diff", "old.json", "new.json", "--output", "x.md"], "--output is of changelog"),
        (["changelog", "a.py", "b.py"], "changelog takes one model."),
        (["diff", "--upload-pack=x:a.py", "new.json"], "Unknown option"),
    ],
)
def test_what_can_t_be_compared_is_said(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("list.json").write_text("[]")
    Path("swagger.json").write_text('{"swagger": "2.0"}')
    assert run(["contract", *words]) == 2
    assert said in capsys.readouterr().err
