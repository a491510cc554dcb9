"""Models written in a test, as in tests/blueprint."""

from __future__ import annotations

from tests.blueprint.conftest import compiled, folder, mistakes

__all__ = ["compiled", "folder", "mistakes"]
