"""Twenty versions of a shop, planned and applied one after the other to a database with rows in it.

python examples/history/story.py [URL]
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from backsmith.blueprint import compile as compile_model
from backsmith.blueprint import load, lock_text, read_lock
from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases import Database, open_database
from backsmith.evolution.applying import apply
from backsmith.evolution.create import create_missing
from backsmith.evolution.plan import Plan
from backsmith.evolution.releases import Release, plan_release

VERSIONS = Path(__file__).parent / "versions"
ROWS = """
INSERT INTO customers (id, name, email, fax, street) VALUES (1, 'Ada Lovelace', 'ada@example.org', '1', 'St James 12');
INSERT INTO customers (id, name, email, fax, street) VALUES (2, 'Grace Brewster Hopper', 'g@example.org', NULL, NULL);
INSERT INTO customers (id, name, email, fax, street) VALUES (3, 'Cher', 'cher@example.org', NULL, 'Hill 3');
INSERT INTO products (id, title, cents) VALUES (1, 'Boat', 1250000);
INSERT INTO products (id, title, cents) VALUES (2, 'Oar', 4900);
INSERT INTO orders (id, customer_id, status, note) VALUES (1, 1, 'shipped', 'by water');
INSERT INTO orders (id, customer_id, status, note) VALUES (2, 2, 'draft', NULL);
INSERT INTO lines (id, order_id, product_id, quantity) VALUES (1, 1, 1, 1);
INSERT INTO lines (id, order_id, product_id, quantity) VALUES (2, 1, 2, 2);
INSERT INTO lines (id, order_id, product_id, quantity) VALUES (3, 2, 2, 1)
"""


class Chapter(NamedTuple):
    """How a version is brought out."""

    version: int
    releases: tuple[Release, ...] = ("direct",)
    approve: tuple[str, ...] = ()
    meanwhile: str | None = None
    """What somebody writes before it, by SQL."""


EXPANDED: tuple[Release, ...] = ("expand", "contract")
STORY = (
    Chapter(2),
    Chapter(3),
    Chapter(4, meanwhile="INSERT INTO categories (id, name) VALUES (1, 'Boats');\nUPDATE products SET category_id = 1"),
    Chapter(5),
    Chapter(6, EXPANDED),
    Chapter(7, approve=("break:lines.quantity",)),
    Chapter(8, approve=("break:customers.phone",)),
    Chapter(9, EXPANDED),
    Chapter(10),
    Chapter(11, approve=("break:orders.status",)),
    Chapter(12, EXPANDED),
    Chapter(13, approve=("drop:products.category_id", "break:products.category")),
    Chapter(14),
    Chapter(15, approve=("break:order_lines.total",)),
    Chapter(16, EXPANDED),
    Chapter(17, approve=("drop:customers.fax", "drop:customers.street")),
    Chapter(
        18,
        approve=(
            "convert:products.id",
            "convert:order_lines.product_id",
            "break:/api/products",
            "break:order_lines.product_id",
        ),
    ),
    Chapter(19, approve=("break:/api/order_lines",)),
    Chapter(20, approve=("drop:categories", "drop:categories_products", "break:products.categories")),
)


async def story(url: str, folder: Path) -> AsyncIterator[tuple[int, Release, Plan, Database]]:
    """Each plan, after it was carried out. `folder` holds the model and its lock file, as a project does."""
    blueprint = _version(folder, 1)
    async with _opened(url) as database:
        await create_missing(database, blueprint)
        await database.execute(ROWS)
    for chapter in STORY:
        blueprint = _version(folder, chapter.version)
        for release in chapter.releases:
            async with _opened(url) as database:
                if chapter.meanwhile is not None:
                    await database.execute(chapter.meanwhile)
                planned = await plan_release(database, blueprint, release, approvals=chapter.approve)
                await apply(database, planned.plan, planned.blueprint)
                yield chapter.version, release, planned.plan, database


def _version(folder: Path, number: int) -> Blueprint:
    """The model becomes that version; the lock file goes along."""
    path = folder / "shop_of_history.py"
    shutil.copy(VERSIONS / f"v{number:02}.py", path)
    sys.modules.pop(path.stem, None)
    application = load(str(path))
    blueprint, lock = compile_model(application, read_lock(application.lock_path))
    application.lock_path.write_text(lock_text(lock), encoding="utf-8")
    return blueprint


@asynccontextmanager
async def _opened(url: str) -> AsyncGenerator[Database]:
    database = open_database(url)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def main() -> None:
    """Tell it."""
    with tempfile.TemporaryDirectory() as name:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{name}/shop.db"
        async for version, release, plan, _ in story(url, Path(name)):
            print(f"\nVersion {version}" + ("" if release == "direct" else f", {release}"))
            for step in plan.steps:
                print(f"  {step.title}")


if __name__ == "__main__":
    asyncio.run(main())
