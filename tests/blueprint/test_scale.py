"""A large application compiles."""

from __future__ import annotations

from pathlib import Path

from backsmith import blueprint
from tests.blueprint.large import large_application


def test_five_hundred_entities_compile(tmp_path: Path) -> None:
    (tmp_path / "large.py").write_text(large_application(500))
    compiled, lock = blueprint.compile(blueprint.load(str(tmp_path / "large.py")))
    assert len(compiled.entities) == 501, "and the account"
    assert len(lock.ids) == 11004
    assert blueprint.decode(blueprint.encode(compiled)).entities[7].name == "Thing7"
