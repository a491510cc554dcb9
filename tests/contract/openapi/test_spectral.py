"""Spectral's recommended rules and the OWASP rules find nothing in any document; spectral/ruleset.yaml has what is off.

Run by hand, since Spectral is 70 MB: npm ci --prefix tests/contract/openapi/spectral, then BACKSMITH_SPECTRAL=1.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from backsmith.contract.openapi import document_of, written
from tests.contract.openapi.applications import APPLICATIONS, ROOT, audiences_of, contract_of

FOLDER = Path(__file__).parent / "spectral"
SPECTRAL = FOLDER / "node_modules" / ".bin" / "spectral"
RULESET = (FOLDER / "ruleset.yaml").read_text(encoding="utf-8")

by_hand = pytest.mark.skipif(not os.environ.get("BACKSMITH_SPECTRAL"), reason="BACKSMITH_SPECTRAL=1 runs it")


@by_hand
@pytest.mark.parametrize("name", APPLICATIONS)
def test_spectral_finds_nothing(name: str) -> None:
    assert SPECTRAL.exists(), "npm ci --prefix tests/contract/openapi/spectral"
    paths: list[Path] = []
    for audience in audiences_of(name):
        path = FOLDER / f"{name}.{audience}.json"  # beside the ruleset, whose overrides name files there
        path.write_text(written(document_of(contract_of(name, audience))), encoding="utf-8")
        paths.append(path)
    try:
        command = [SPECTRAL, "lint", *paths, "--ruleset", FOLDER / "ruleset.yaml", "--format", "json", "--quiet"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = json.loads(done.stdout)
    finally:
        for path in paths:
            path.unlink()
    assert [(Path(each["source"]).name, each["code"], each["path"]) for each in found] == []


def test_each_rule_that_is_off_has_its_reason_beside_it_and_in_the_documentation() -> None:
    told = (ROOT / "docs" / "openapi.md").read_text(encoding="utf-8")
    lines = RULESET.splitlines()
    off = [line.strip().removesuffix(": off") for line in lines if line.endswith(": off")]
    assert len(off) > 10
    assert [rule for rule in off if f"`{rule}`" not in told] == []
    own = lines[lines.index("rules:") + 1 : lines.index("overrides:")]
    assert own[0].lstrip().startswith("#")
    assert re.search(r": off\n  (?!#)(?!.*owasp:api9)", "\n".join(own)) is None
