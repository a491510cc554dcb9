"""openapi-generator makes clients of the shop's document, and these compile: Java by Maven, Ruby by `ruby -c`.

Run by hand: `pip install openapi-generator-cli` (its package carries the program, which needs Java), then
BACKSMITH_GENERATOR=1. Maven fetches what the client is made with.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from backsmith.contract.openapi import document_of, written
from tests.contract.openapi.applications import contract_of

GENERATOR = "openapi-generator-cli"
pytestmark = pytest.mark.skipif(not os.environ.get("BACKSMITH_GENERATOR"), reason="BACKSMITH_GENERATOR=1 runs it")


def run(*command: str | Path, cwd: Path) -> None:
    done = subprocess.run([str(each) for each in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]


def generated(name: str, language: str, folder: Path) -> Path:
    """The folder of a client in a language."""
    for program in (GENERATOR, "java"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} isn't installed")
    (folder / "document.json").write_text(written(document_of(contract_of(name))), encoding="utf-8")
    # It leaves out the classes of forms and imports them, where a body may be JSON too.
    forms = ("--global-property", "skipFormModel=false")
    run(GENERATOR, "generate", "-i", "document.json", "-g", language, "-o", language, *forms, cwd=folder)
    return folder / language


@pytest.mark.parametrize("name", ["shop", "workshop"])
def test_java_compiles(name: str, tmp_path: Path) -> None:
    folder = generated(name, "java", tmp_path)
    if shutil.which("mvn") is None:
        pytest.skip("Maven isn't installed")
    run("mvn", "--quiet", "--batch-mode", "compile", cwd=folder)
    assert list(folder.glob("target/classes/**/*.class"))


@pytest.mark.parametrize("name", ["shop", "workshop"])
def test_ruby_is_ruby(name: str, tmp_path: Path) -> None:
    folder = generated(name, "ruby", tmp_path)
    if shutil.which("ruby") is None:
        pytest.skip("Ruby isn't installed")
    files = sorted(folder.glob("**/*.rb"))
    assert len(files) > 50
    for file in files:
        run("ruby", "-c", file, cwd=folder)
