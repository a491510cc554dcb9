"""`backsmith plan` and `backsmith contract diff` never contradict one another about the same change of a model.

What breaks by the documents breaks by the plan. The plan knows more: of rows, of what functions do, of rights. So each
kind of change that it calls breaking and the documents don't is named here, with the reason.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backsmith.blueprint.blueprint import Blueprint
from backsmith.contract import contract_of
from backsmith.contract.diff import differences, worst
from backsmith.contract.openapi import document_of, encoded
from backsmith.evolution.api_changes import api_changes
from tests.evolution.api.test_table import CASES
from tests.evolution.versions import Versions

UNSAID = {
    "unique now": "whether a value is another row's",
    "unique together": "whether values are another row's",
    "after a day": "bounds of days, which JSON Schema has no keyword for",
    "file smaller": "how large a file may be",
    "file of fewer types": "what a file may hold",
    "check added": "checks, which are about several fields",
    "check narrower": "checks, which are about several fields",
    "read only enum value removed": "which values filters know",
    "restrict": "what deleting a row does to others",
    "default whoever asks": "that nobody has to have asked",
    "returns something": "that there was no body",
    "returns nothing": "that there is no body",
}
"""Changes that break, and what documents don't say."""
OVERSAID = {
    "inverse named": "a relation that has a name now is embedded by the collection's name as before; one is told",
}
"""Changes that don't break, and why documents look as if they did."""


def document(blueprint: Blueprint) -> dict[str, object]:
    return json.loads(encoded(document_of(contract_of(blueprint))))


@pytest.mark.parametrize(("name", "old", "new"), [pytest.param(*case[:3], id=case[0]) for case in CASES])
def test_the_plan_and_the_documents_agree(name: str, old: str, new: str, tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    before, after = versions.next(old), versions.next(new)
    planned = any(change.breaking for change in api_changes(before, after))
    told = worst(differences(document(before), document(after))) == "breaking"
    assert planned or name not in UNSAID
    assert not planned or name not in OVERSAID
    assert told == planned or name in UNSAID or name in OVERSAID
