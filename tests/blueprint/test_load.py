"""Finding an application by its file, its folder or its dotted name."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

import backsmith
from backsmith import blueprint
from backsmith.blueprint import load
from backsmith.errors import ModelError, UsageError

MODEL = """
from backsmith import Entity

class {name}(Entity, private=True):
    name: str
"""

PACKAGE = {
    "company/__init__.py": '"""Our company."""\n',
    "company/shop/__init__.py": '"""Our shop."""\n',
    "company/shop/people.py": MODEL.format(name="Customer"),
    "company/shop/orders.py": """
        from __future__ import annotations
        from typing import TYPE_CHECKING
        from backsmith import Entity
        from .people import Customer
        if TYPE_CHECKING:
            from .stock import Product

        class Order(Entity, private=True):
            customer: Customer
            product: Product
    """,
    "company/shop/stock.py": MODEL.format(name="Product"),
    "company/shop/__main__.py": "raise SystemExit('never imported')\n",
}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text))


def names(name: str) -> list[str]:
    return [entity.name for entity in blueprint.compile(load(name))[0].entities]


def test_a_file(folder: Path) -> None:
    write(folder, {"shop.py": '"""Our shop."""\n' + MODEL.format(name="Order")})
    application = load("shop.py")
    assert (application.name, application.doc) == ("shop", "Our shop.")
    assert application.path == folder / "shop.py"
    assert application.lock_path == folder / "shop.lock.json"
    assert names("shop.py") == ["Order"]
    assert names(str(folder / "shop.py")) == ["Order"]


def test_a_package_with_all_its_modules(folder: Path) -> None:
    write(folder, PACKAGE)
    assert names("company/shop") == names("company/shop/") == ["Customer", "Order", "Product"]
    assert names("company.shop") == ["Customer", "Order", "Product"]
    application = load("company/shop")
    assert (application.name, application.doc) == ("shop", "Our shop.")
    assert application.lock_path == folder / "company" / "shop.lock.json"


def test_a_module_of_a_package(folder: Path) -> None:
    write(folder, PACKAGE)
    assert names("company/shop/stock.py") == names("company.shop.stock") == ["Product"]


def test_two_models_of_one_name_do_not_mix(folder: Path) -> None:
    write(folder, {"a/shop.py": MODEL.format(name="First"), "b/shop.py": MODEL.format(name="Second")})
    assert [names("a/shop.py"), names("b/shop.py"), names("a/shop.py")] == [["First"], ["Second"], ["First"]]


def test_entities_that_a_model_imports_belong_to_it(folder: Path) -> None:
    write(folder, {"base.py": MODEL.format(name="Customer"), "shop.py": "from base import Customer\n"})
    assert names("shop.py") == ["Customer"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing.py", "There is no file nothing.py."),
        ("no-thing", "There is no file no-thing. Give a Python file, a package's folder, or a dotted name."),
        ("nothing.at.all", "There is no file or module nothing.at.all."),
        ("notes.txt", "notes.txt isn't a Python file."),
        ("plain", "plain is a folder without __init__.py. Add one, or give a Python file."),
        ("my-shop.py", "'my-shop' can't be imported: use letters, digits and _ in the names of files and folders."),
        ("queue.py", "A model can't be called queue: Python has a module of that name. Rename it."),
    ],
)
def test_what_is_no_application(folder: Path, name: str, message: str) -> None:
    write(folder, {"notes.txt": "", "plain/shop.py": "", "my-shop.py": "", "queue.py": ""})
    with pytest.raises(UsageError) as error:
        load(name)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            "total = (1\n",
            "shop.py:1:9: This isn't Python: '(' was never closed. [syntax]\n"
            "  1 | total = (1\n"
            "    |         ^\n"
            "\n"
            "1 mistake found.",
        ),
        (
            "from backsmith import Entity\n\nclass Order(Entity):\n    customer: Customer\n",
            "shop.py:4:15: 'Customer' isn't known here. [unknown-name]\n"
            "  4 |     customer: Customer\n"
            "    |               ^^^^^^^^\n"
            '    = What is defined further down stands in quotes: "Customer".\n'
            "\n"
            "1 mistake found.",
        ),
        (
            "from backsmith import Entity\n\nclass Order(Entiti):\n    name: str\n",
            "shop.py:3:13: 'Entiti' isn't known here. Did you mean 'Entity'? [unknown-name]\n"
            "  3 | class Order(Entiti):\n"
            "    |             ^^^^^^\n"
            "\n"
            "1 mistake found.",
        ),
        (
            "from backsmith import Enity\n",
            "shop.py:1:1: ImportError: cannot import name 'Enity' from 'backsmith' (PLACE) [import-failed]\n"
            "  1 | from backsmith import Enity\n"
            "    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "\n"
            "1 mistake found.",
        ),
        (
            "from backsmith import Entity, now\nfrom datetime import datetime, timedelta\n\n"
            "class Order(Entity):\n    due: datetime = now() + timedelta(days=3)\n",
            "shop.py:5:21: TypeError: A default can be now() alone, not something calculated from it. [import-failed]\n"
            "  5 |     due: datetime = now() + timedelta(days=3)\n"
            "    |                     ^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "\n"
            "1 mistake found.",
        ),
        (
            "import nothing_of_that_name\n",
            "shop.py:1:1: ModuleNotFoundError: No module named 'nothing_of_that_name' [import-failed]\n"
            "  1 | import nothing_of_that_name\n"
            "    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "\n"
            "1 mistake found.",
        ),
        (
            "from backsmith import Entity\n\nclass Order(Entity, tabel='orders'):\n    name: str\n",
            "shop.py:3:21: 'tabel' is no class keyword of an entity. Did you mean 'table'? [unknown-keyword]\n"
            "  3 | class Order(Entity, tabel='orders'):\n"
            "    |                     ^^^^^\n"
            "\n"
            "1 mistake found.",
        ),
        (
            "from backsmith import Entity\n\nclass Order(\n    Entity,\n    audited=True,\n):\n    name: str\n",
            "shop.py:5:5: 'audited' is no class keyword of an entity. [unknown-keyword]\n"
            "  5 |     audited=True,\n"
            "    |     ^^^^^^^\n"
            "    = The keywords of an entity are 'table', 'schema', 'collection', 'key', 'unique', 'indexes', "
            "'sql_checks', 'view', 'private', 'log', 'abstract' and 'renamed_from'.\n"
            "\n"
            "1 mistake found.",
        ),
        (
            "class Base:\n    def __init_subclass__(cls, *, size: int) -> None: ...\n\n"
            "class Order(Base, sise=1):\n    name: str\n",
            "shop.py:4:1: TypeError: Base.__init_subclass__() got an unexpected keyword argument 'sise' "
            "[import-failed]\n"
            "  4 | class Order(Base, sise=1):\n"
            "    | ^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "\n"
            "1 mistake found.",
        ),
    ],
)
def test_a_model_that_cannot_be_imported(folder: Path, model: str, message: str) -> None:
    write(folder, {"shop.py": model})
    with pytest.raises(ModelError) as error:
        load("shop.py")
    assert str(error.value).replace(str(backsmith.__file__), "PLACE") == message
