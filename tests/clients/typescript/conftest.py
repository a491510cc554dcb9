"""A folder with the clients of the gallery and the examples, and what is written against them, compiled by tsc.

What needs Node.js is skipped without it, and without `npm ci` in this folder, which `make test` runs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from backsmith.accounts.accounts import ENDPOINTS
from backsmith.app import compile_application
from backsmith.blueprint import load
from backsmith.clients.typescript import typescript_files
from backsmith.contract import EVERYBODY, Audience, Contract, contract_of
from backsmith.contract.files import write

HERE = Path(__file__).parent
EXAMPLES = HERE.parent.parent.parent / "examples"
ADOPTED = HERE.parent.parent / "adoption" / "golden"
GALLERY = HERE / "gallery.py"
TSC = HERE / "node_modules" / ".bin" / "tsc"
needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not TSC.exists(),
    reason="needs Node.js 20 and `npm ci` in tests/clients/typescript, which `make test` runs where there is Node.js",
)


@cache
def contract(model: Path, audience: Audience = EVERYBODY, *, accounts: bool = True) -> Contract:
    blueprint = compile_application(load(str(model)), write_lock=False, prefix="/api")
    return contract_of(blueprint, audience, endpoints=ENDPOINTS if accounts else ())


class Compiled(NamedTuple):
    """What tsc said, and where the JavaScript is."""

    said: str
    folder: Path


def compile_typescript(folder: Path) -> Compiled:
    """Compile all in a folder, as strictly as tsc can."""
    shutil.copy(HERE / "tsconfig.json", folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "node_modules").symlink_to(HERE / "node_modules")
    done = subprocess.run([TSC, "--project", folder], capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0 or done.stdout, done.stderr
    return Compiled(done.stdout, folder / "js")


@pytest.fixture(scope="package")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """The clients of the gallery, the examples and adopted databases, with the files of this folder."""
    folder = tmp_path_factory.mktemp("typescript")
    models = (
        GALLERY,
        HERE / "names.py",
        EXAMPLES / "shop/shop.py",
        EXAMPLES / "tracker/tracker.py",
        EXAMPLES / "conduit/conduit.py",
    )
    for model in models:
        write(typescript_files(contract(model), tanstack=True, zod=True), folder / model.stem)
    for file in HERE.glob("*.ts"):
        shutil.copy(file, folder)
    documented(folder / "docs")
    return compile_typescript(folder)


def documented(folder: Path) -> None:
    """The examples of docs/typescript.md, each a file; they are about the shop, whose client is called `api`."""
    write(typescript_files(contract(EXAMPLES / "shop/shop.py"), tanstack=True, zod=True), folder / "api")
    document = (EXAMPLES.parent / "docs" / "typescript.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```ts\n(.*?)^```$", document, re.MULTILINE | re.DOTALL)
    for number, block in enumerate(blocks):
        (folder / f"example{number}.ts").write_text(f"{block}\nexport {{}};\n", encoding="utf-8")
    (folder / "globals.d.ts").write_text('declare const api: import("./api/client.js").Client;\n')


def compare_with_golden(name: str, text: str) -> None:
    """The text is that of the golden file; BACKSMITH_WRITE_GOLDEN=1 writes them anew."""
    path = HERE / "golden" / name
    if os.environ.get("BACKSMITH_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{path} is no more what is written. See compare_with_golden."
