"""The documentation names everything there is, and what it shows works."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import backsmith
from backsmith import asgi
from backsmith.blueprint import compile as compile_model
from backsmith.blueprint import load
from backsmith.blueprint.asker import Asker
from backsmith.cli.main import COMMANDS
from backsmith.engine.grammar.query import Aggregate, Operator, Truth
from backsmith.engine.serving.error_pages import error_page
from backsmith.errors import KINDS, Kind
from backsmith.settings.fields import ABOUT
from tests.conftest import Run
from tests.engine.client import Client

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
MODEL = (ROOT / "docs" / "model.md").read_text()
API = (ROOT / "docs" / "api.md").read_text()
CODE = (ROOT / "docs" / "code.md").read_text()
FILES = (ROOT / "docs" / "files.md").read_text()
SETTINGS = (ROOT / "docs" / "settings.md").read_text()
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + [*(ROOT / "docs").glob("*.md")]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def in_code(text: str) -> set[str]:
    """The words that stand in code somewhere in a document."""
    spans = re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)
    return {word for span in spans for word in re.findall(r"\w+", span)}


def test_the_model_language_is_documented() -> None:
    source = ast.parse(Path(backsmith.__file__).read_text())
    imports = [node for node in ast.walk(source) if isinstance(node, ast.ImportFrom)]
    exported = {name.asname for node in imports for name in node.names if name.asname}
    assert exported >= {"Entity", "allow", "asgi"}
    assert exported - in_code(MODEL + CODE) == set()


def test_what_a_request_can_say_is_documented() -> None:
    nouns = {*get_args(Operator), *get_args(Aggregate), *get_args(Truth), "any", "all", "not", "and", "or", "after"}
    assert nouns - in_code(API) == set()


def test_every_setting_is_documented() -> None:
    assert set(ABOUT) - in_code(SETTINGS) == set()


def test_every_command_is_documented() -> None:
    documented = set(re.findall(r"^\| `backsmith ([\w-]+)", README, re.MULTILINE))
    assert {name for name, _, _ in COMMANDS} - documented == set()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_every_error_has_a_page(kind: Kind) -> None:
    page = error_page(kind.slug, html=False)
    assert page is not None
    assert page.body.decode().startswith(f"{kind.title} ({kind.status}, {kind.code})\n\n")


MODELS = [text for document in (README, MODEL, FILES) for text in blocks(document, "python") if "(Entity" in text]


@pytest.mark.parametrize("number", range(len(MODELS)))
def test_the_models_shown_have_no_mistakes(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shown.py").write_text(MODELS[number])
    blueprint, _ = compile_model(load("shown.py"))
    assert blueprint.entities


def test_the_readme_does_what_it_says(tmp_path: Path, run: Run) -> None:
    """Its example as written, but for the network: the same requests go to the application directly."""
    [model] = blocks(README, "python")
    (tmp_path / "shop.py").write_text(model)
    [words] = re.findall(r"^backsmith (accounts .+)$", README, re.MULTILINE)
    command = [sys.executable, "-m", "backsmith", *words.split()]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    written, read = re.findall(r'curl "http://127\.0\.0\.1:8000(\S+)"', README)
    body = re.search(r"-d '(.+)'", README)
    assert body is not None
    application = asgi(str(tmp_path / "shop.py"), access_log=False)
    run(application.start())
    try:
        client = Client(application, run)
        made = client.get(written, Asker(1), "POST", body[1].encode(), content_type="application/json")
        answer = client.get(read, Asker(1))
    finally:
        run(application.close())
    assert made.status == 201, made.text
    assert [answer.text] == [text.strip() for text in blocks(README, "json")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", document.read_text())
    targets = [(document.parent / path if path else document, anchor) for path, anchor in links]
    assert [path for path, _ in targets if not path.exists()] == []
    lost = [(path.name, anchor) for path, anchor in targets if anchor and anchor not in anchors(path)]
    assert lost == []


def anchors(document: Path) -> set[str]:
    """What can be linked to in a document, as GitHub names it."""
    prose = re.sub(r"^```.*?^```$", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
