"""What is written passes pyright as strictly as it can be, hostile names included; wrong uses don't."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from shutil import copy

from tests.clients.python.conftest import HERE


def test_right_uses_pass_and_wrong_ones_do_not(folder: Path) -> None:
    for name in ("using.py", "wrong.py"):
        copy(HERE / name, folder)
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict", "pythonVersion": "3.11"}')
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(folder)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    found = {
        (Path(each["file"]).relative_to(folder.resolve()).as_posix(), each["range"]["start"]["line"] + 1)
        for each in told["generalDiagnostics"]
        if each["severity"] == "error"
    }
    lines = (HERE / "wrong.py").read_text().splitlines()
    assert found == {("wrong.py", number) for number, line in enumerate(lines, start=1) if "# wrong:" in line}
    assert told["summary"]["filesAnalyzed"] > 50
