"""Clients written into a folder, and a server of the shop for them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from backsmith.checks.testing.server import Server, served
from backsmith.clients.python import modules, python_files
from backsmith.contract.files import write
from tests.checks.matrix.models import MODELS
from tests.clients.typescript.conftest import EXAMPLES, GALLERY, contract

HERE = Path(__file__).parent
NAMES = GALLERY.parent / "names.py"


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the packages `shop_api`, `gallery_api`, `names_api`, and `parted_api`, whose types are in several files."""
    folder = tmp_path_factory.mktemp("python")
    for model in (EXAMPLES / "shop/shop.py", GALLERY, NAMES):
        write(python_files(contract(model)), folder / f"{model.stem}_api")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(modules, "LONGEST", 100)
        write(python_files(contract(GALLERY)), folder / "parted_api")
    return folder


@pytest.fixture(scope="package")
def shop_api(folder: Path) -> Iterator[ModuleType]:
    sys.path.insert(0, str(folder))
    yield importlib.import_module("shop_api")
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def shop(database_kind: str, new_url: Callable[[str], str]) -> Iterator[Server]:
    with served(*MODELS["shop"], new_url(database_kind)) as server:
        yield server
