"""Models are understood by a type checker in strict mode, without ignores."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from backsmith import blueprint

ROOT = Path(__file__).parents[2]
EDITOR = ROOT / "tests" / "model" / "editor.py"
SHOP = ROOT / "examples" / "shop" / "shop.py"


def test_pyright_has_nothing_to_say(tmp_path: Path) -> None:
    settings = {
        "include": [str(EDITOR), str(SHOP)],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "reportUnnecessaryTypeIgnoreComment": "error",
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--project", str(tmp_path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.stdout.strip().splitlines()[-1] == "0 errors, 0 warnings, 0 informations", done.stdout + done.stderr


def test_they_have_no_ignores() -> None:
    assert "type: ignore" not in EDITOR.read_text()
    assert "type: ignore" not in SHOP.read_text()


def test_what_the_type_checker_reads_also_compiles() -> None:
    compiled, _ = blueprint.compile(blueprint.load(str(EDITOR)))
    assert [entity.name for entity in compiled.entities] == ["User", "Badge", "Country", "Product", "Bundle", "Sales"]
    assert [query.name for query in compiled.queries] == ["cheap", "nothing"]
