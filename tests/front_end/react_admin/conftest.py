"""What these tests share: whether the packages are there, and the filled shop, served on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.front_end.shop import Shop, served_shop

HERE = Path(__file__).parent
needs_packages = pytest.mark.skipif(
    shutil.which("node") is None or not (HERE / "node_modules" / "react-admin").exists(),
    reason="needs Node.js 20 and `npm ci` in tests/front_end/react_admin, which `make test` runs",
)


@pytest.fixture(scope="module")
def shop(database_kind: str, new_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with served_shop(tmp_path_factory.mktemp("shop"), new_url(database_kind)) as served:
        yield served
