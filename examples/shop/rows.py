"""The demo's rows: a few thousand, generated, believable, and the same for the same seed.

In: a seed. Out: rows by entity, each a dictionary by field name, in an order in which they can be inserted.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from examples.shop.words import COLOURS, FAMILY, GIVEN, KINDS, NOTES, REVIEWS, SHELVES, SIZES, TAGS, THINGS

Row = dict[str, Any]

CUSTOMERS = 600
ORDERS = 2500
STAFF = 3
OPENED = datetime(2023, 3, 1, 9, tzinfo=UTC)
"""When the shop opened."""
TODAY = datetime(2026, 6, 30, 18, tzinfo=UTC)
"""When the rows end. Fixed, so that the same seed gives the same rows on every day."""


class Rows(NamedTuple):
    """Everything the shop has."""

    entities: dict[str, list[Row]]
    """By name of the entity, an entity after those it points at."""
    shelved: list[tuple[int, int]]
    """Which product is in which category: their keys."""


def rows(seed: int = 1) -> Rows:
    """The rows of that seed."""
    random = Random(seed)
    categories = _categories()
    products, shelved = _products(random, categories)
    accounts, customers = _people(random)
    orders, lines = _orders(random, products, customers)
    entities = {
        "Account": accounts,
        "Category": categories,
        "Product": products,
        "Customer": customers,
        "Order": orders,
        "Line": lines,
        "Review": _reviews(random, orders, lines),
    }
    return Rows(entities, shelved)


def _categories() -> list[Row]:
    found: list[Row] = []
    for parent, children in SHELVES.items():
        found.append({"id": len(found) + 1, "name": parent, "slug": _slug(parent), "parent_id": None})
        above = len(found)
        for child in children:
            found.append({"id": len(found) + 1, "name": child, "slug": _slug(child), "parent_id": above})
    return found


def _products(random: Random, categories: list[Row]) -> tuple[list[Row], list[tuple[int, int]]]:
    products: list[Row] = []
    shelved: list[tuple[int, int]] = []
    keys = {category["name"]: category["id"] for category in categories}
    for shelf, (things, low, high) in THINGS.items():
        for thing in things:
            for kind in KINDS[shelf]:
                number = len(products) + 1
                price = Decimal(random.randint(low * 4, high * 4)) / 4 - Decimal("0.05")
                variant = random.choice(SIZES + COLOURS)
                products.append(
                    {
                        "id": number,
                        "name": f"{kind} {thing.lower()}, {variant}",
                        "sku": f"{_slug(shelf)[:3].upper()}-{number:04}",
                        "description": None if random.random() < 0.2 else f"A {thing.lower()}, {kind.lower()}.",
                        "price": price.quantize(Decimal("0.01")),
                        "cost": (price * Decimal(random.randint(40, 70)) / 100).quantize(Decimal("0.01")),
                        "stock": 0 if random.random() < 0.1 else random.randint(1, 180),
                        "active": random.random() > 0.06,
                        "tags": sorted(random.sample(TAGS, random.choice((0, 1, 1, 2, 2, 3)))),
                        "added_on": _day(random, OPENED.date(), TODAY.date()),
                    }
                )
                shelved.append((number, keys[shelf]))
                if random.random() < 0.15:  # something for the gift table too
                    other = random.choice([name for name in THINGS if name != shelf])
                    shelved.append((number, keys[other]))
    return products, shelved


def _people(random: Random) -> tuple[list[Row], list[Row]]:
    """Accounts and customers. The first customer has the first account; the last accounts are those of the staff."""
    accounts: list[Row] = []
    customers: list[Row] = []
    for number in range(1, CUSTOMERS + 1):
        given, family = random.choice(GIVEN), random.choice(FAMILY)
        name, email = f"{given} {family}", f"{_slug(given)}.{_slug(family)}.{number}@example.org"
        account: int | None = None
        if number == 1 or random.random() < 0.7:
            account = len(accounts) + 1
            accounts.append({"id": account, "email": email, "name": name})
        customers.append(
            {
                "id": number,
                "account_id": account,
                "name": name,
                "email": email,
                "newsletter": random.random() < 0.4,
                "joined_at": _instant(random, OPENED, TODAY - timedelta(days=30)),
            }
        )
    for number in range(1, STAFF + 1):
        name = f"{random.choice(GIVEN)} {random.choice(FAMILY)}"
        accounts.append({"id": len(accounts) + 1, "email": f"staff{number}@shop.example", "name": name})
    return accounts, customers


def _orders(random: Random, products: list[Row], customers: list[Row]) -> tuple[list[Row], list[Row]]:
    orders: list[Row] = []
    lines: list[Row] = []
    # A few customers order often and most seldom; the same with products, those no longer sold least of all.
    eager = [1 / rank**0.45 for rank in range(1, len(customers) + 1)]
    popular = [1 / rank**0.8 for rank in range(1, len(products) + 1)]
    ranked = sorted(random.sample(products, len(products)), key=lambda product: not product["active"])
    buyers = random.choices(customers, eager, k=ORDERS)
    times = sorted((_instant(random, buyer["joined_at"], TODAY), buyer["id"]) for buyer in buyers)
    for number, (placed_at, customer) in enumerate(times, 1):
        status = _status(random, placed_at)
        orders.append(
            {
                "id": number,
                "customer_id": customer,
                "status": status,
                "placed_at": None if status == "draft" else placed_at,
                "note": random.choice(NOTES) if random.random() < 0.12 else None,
            }
        )
        bought = dict.fromkeys(
            product["id"] for product in random.choices(ranked, popular, k=random.choice((1, 1, 2, 2, 3, 4, 6)))
        )
        for product in bought:
            lines.append(
                {
                    "id": len(lines) + 1,
                    "order_id": number,
                    "product_id": product,
                    "price": products[product - 1]["price"],
                    "quantity": random.choice((1, 1, 1, 1, 2, 2, 3, 4, 6)),
                }
            )
    return orders, lines


def _status(random: Random, placed_at: datetime) -> str:
    if random.random() < 0.04:
        return "cancelled"
    if placed_at > TODAY - timedelta(days=4):
        return random.choice(("draft", "placed", "placed"))
    return "draft" if random.random() < 0.02 else "shipped"


def _reviews(random: Random, orders: list[Row], lines: list[Row]) -> list[Row]:
    """Some of those who got something say what they think of it, each once about each product."""
    found: dict[tuple[int, int], Row] = {}
    for line in lines:
        number: int = line["order_id"]
        order = orders[number - 1]
        pair: tuple[int, int] = (line["product_id"], order["customer_id"])
        if order["status"] != "shipped" or pair in found or random.random() > 0.2:
            continue
        stars = random.choices((1, 2, 3, 4, 5), (3, 5, 12, 35, 45))[0]
        found[pair] = {
            "id": len(found) + 1,
            "product_id": pair[0],
            "customer_id": pair[1],
            "stars": stars,
            "text": None if random.random() < 0.25 else random.choice(REVIEWS[stars]),
            "written_at": min(order["placed_at"] + timedelta(minutes=random.randint(3000, 60000)), TODAY),
            "published": random.random() < 0.85,
        }
    return list(found.values())


def _instant(random: Random, first: datetime, last: datetime) -> datetime:
    return first + timedelta(seconds=random.randrange(max(1, int((last - first).total_seconds()))))


def _day(random: Random, first: date, last: date) -> date:
    return first + timedelta(days=random.randrange((last - first).days))


def _slug(text: str) -> str:
    """The text as it may stand in an address: `Pots and pans` -> `pots-and-pans`."""
    plain = unicodedata.normalize("NFKD", text.replace("ı", "i")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
