"""Random rows of the model: as records by field, which go into the databases, and as objects, which Python asks.

The values are those that are apt to be treated differently: texts with odd cases and white space, numbers at the edges.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from backsmith.blueprint.blueprint import Blueprint, Entity
from tests.expressions import model

Record = dict[str, Any]

LETTERS = [
    "a", "A", "b", "B", "z", "0", "İ", "ı", "i", "ß", "ẞ", "K", "k", "ς", "σ", "Σ", "ΑΣ", "Σ.", "é", "e\u0301", "É",
    "ﬁ", "ŉ", "ΐ", "ǆ", "ǅ", "և", "𐐀", "𐐨", "😀", "\t", "\n", "\x0b", "\x1c", "\x1f", "\x85", "\xa0", "\u1680",
    "\u2003", "\u2028", "\u202f", "\u3000", "\u200b", "\x01", "\x7f", "'", '"', "\\", "%", "_", "*", "?", "[", "ﾊ",
    "\ufffd", "\U0010ffff", "\u0345", "\u00ad", "ᾳ", "Ⴀ", "ა", "Ა", "Ꭰ", "ꭰ", "ſ", "μ", "µ", "\u212a", "\u212b",
]  # fmt: skip
WORDS = ["", "a", "b", "A", "ß", "SS", "staff", "admin", " ", "\u3000a", "a\x1c"]
INSTANTS = [
    datetime(2026, 1, 23, tzinfo=UTC),
    datetime(2026, 1, 23, 0, 0, 0, 1, tzinfo=UTC),
    datetime(2026, 1, 23, 0, 0, 0, 500000, tzinfo=UTC),
    datetime(2025, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999900, tzinfo=UTC),
]
CODES = [UUID(int=0), UUID(int=2**128 - 1), UUID("018f4e7c-1a2b-7c3d-8e4f-5a6b7c8d9e0f")]
NOW = datetime(2026, 1, 23, 12, 30, 0, 250000, tzinfo=UTC)


class Values:
    """Draws values of the types of the model."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def text(self) -> str:
        if self.random.random() < 0.4:
            return self.random.choice(WORDS)
        return "".join(self.random.choices(LETTERS, k=self.random.randint(0, 5)))

    def small(self) -> int:
        return self.random.choice([0, 0, 1, 1, 2, 3, -1, -2, 7, 100, -100, self.random.randint(-1000, 1000)])

    def big(self) -> int:
        edges = [0, 1, -1, 2**31, -(2**31) - 1, 2**53, -(2**53), 2**53 - 1, self.random.randint(-(2**53), 2**53)]
        return self.random.choice(edges)

    def int32(self) -> int:
        return self.random.choice([0, 1, -1, 2**31 - 1, -(2**31), self.random.randint(-1000, 1000)])

    def int16(self) -> int:
        return self.random.choice([0, 1, -1, 2**15 - 1, -(2**15)])

    def dyadic(self) -> float:
        return self.random.choice([0.0, 1.0, -1.0, 0.5, 2.5, -0.0, self.random.randint(-(2**20), 2**20) / 16])

    def decimal(self, places: int, most: int) -> Decimal:
        number = self.random.choice([0, 1, -1, 10**places, 5 * 10 ** (places - 1), self.random.randint(-most, most)])
        return Decimal(number).scaleb(-places)

    def day(self) -> date:
        return self.random.choice(INSTANTS).date() + timedelta(days=self.random.randint(-3, 3))

    def instant(self) -> datetime:
        moved = timedelta(
            microseconds=self.random.choice([0, 0, 1, -1, 86_400_000_000, self.random.randint(0, 10**12)])
        )
        return self.random.choice(INSTANTS) + moved

    def clock(self) -> time:
        return self.random.choice(
            [time(0), time(12, 30), time(12, 30, 0, 1), time(23, 59, 59, 999999), time(12, 30, 0, 500000)]
        )

    def span(self) -> timedelta:
        edges = [0, 1, -1, 86_400_000_000, -86_400_000_000, 43_200_000_000, 90_061_000_001]
        return timedelta(microseconds=self.random.choice([*edges, self.random.randint(-(10**13), 10**13)]))

    def maybe(self, draw: Callable[[], Any]) -> Any:
        return None if self.random.random() < 0.4 else draw()

    def list(self, draw: Callable[[], Any]) -> list[Any]:
        return [draw() for _ in range(self.random.choice([0, 1, 2, 3]))]


def records(seed: int) -> dict[str, list[Record]]:
    """Records of all entities by their names, in an order in which they can be inserted; and `things_labels`."""
    v = Values(seed)
    choose, ids = v.random.choice, range(1, 6)
    teams = [{"id": id, "name": v.text(), "rank": v.small(), "rate": v.decimal(3, 999_999)} for id in range(1, 4)]
    people = [
        {
            "id": id, "email": None if id == 1 else f"{id}@example.org", "name": v.maybe(v.text), "nick": v.text(),
            "age": v.maybe(v.small), "team_id": v.maybe(lambda: choose(range(1, 4))),
        }
        for id in ids
    ]  # fmt: skip
    badges = [{"id": id, "person_id": id, "code": v.text()} for id in ids if id % 2]
    shelves = [{"room": room, "number": number, "width": v.dyadic()} for room in ("a", "Å") for number in (1, 2)]
    labels = [{"id": id, "name": v.text(), "weight": v.small()} for id in ids]
    things: list[Record] = []
    for id in range(1, 13):
        shelf = v.maybe(lambda: choose(shelves)) or {"room": None, "number": None}
        things.append(
            {
                "id": id, "owner_id": v.maybe(lambda: choose(ids)), "maker_id": choose(ids),
                "shelf_room": shelf["room"], "shelf_number": shelf["number"],
                "parent_id": v.maybe(lambda id=id: choose(range(1, id))) if id > 1 else None,
                "name": v.text(), "note": v.maybe(v.text), "status": choose(["draft", "placed", "Ω"]),
                "mood": v.maybe(lambda: choose(["good", "bad"])), "count": v.small(), "spare": v.maybe(v.big),
                "small": v.int32(), "tiny": v.maybe(v.int16), "size": v.dyadic(), "heat": v.maybe(v.dyadic),
                "price": v.decimal(2, 999_999), "cost": v.decimal(4, 99_999_999),
                "fee": v.maybe(lambda: v.decimal(3, 999_999)),
                "open": choose([True, False]), "sold": v.maybe(lambda: choose([True, False])), "day": v.day(),
                "last_day": v.maybe(v.day), "at": v.instant(), "seen": v.maybe(v.instant), "clock": v.clock(),
                "alarm": v.maybe(v.clock), "span": v.span(), "delay": v.maybe(v.span), "code": choose(CODES),
                "twin": v.maybe(lambda: choose(CODES)), "words": v.list(v.text), "numbers": v.list(v.small),
                "prices": v.list(lambda: v.decimal(2, 9_999)),
            }
        )  # fmt: skip
    parts = [
        {
            "id": id, "thing_id": choose(range(1, 11)), "label_id": v.maybe(lambda: choose(ids)), "name": v.text(),
            "remark": v.maybe(v.text), "amount": v.small(), "left": v.maybe(v.int32), "price": v.decimal(2, 999_999),
            "due": v.maybe(v.day), "sent": v.instant(), "good": choose([True, False]),
        }
        for id in range(1, 31)
    ]  # fmt: skip
    pairs = sorted({(choose(range(1, 13)), choose(ids)) for _ in range(20)})
    return {
        "Team": teams, "Person": people, "Badge": badges, "Shelf": shelves, "Label": labels, "Thing": things,
        "Part": parts, "pairs": [{"thing": thing, "label": label} for thing, label in pairs],
    }  # fmt: skip


def objects(blueprint: Blueprint, made: dict[str, list[Record]]) -> dict[str, list[Any]]:
    """The records as objects of the model's classes that hold one another."""
    entities = {entity.name: entity for entity in blueprint.entities}
    found: dict[str, list[Any]] = {}
    by_key: dict[tuple[str, tuple[Any, ...]], Any] = {}
    for name, entity in entities.items():
        found[name] = []
        for record in made[name]:
            values = {field.name: record[field.name] for field in entity.fields if _plain(entity, field.name)}
            row = getattr(model, name)(**values)
            found[name].append(row)
            by_key[name, tuple(record[field] for field in entity.key)] = row
    for name, entity in entities.items():
        for row, record in zip(found[name], made[name], strict=True):
            for relation in entity.relations:
                if relation.kind == "to_one":
                    key = tuple(record[field] for field in relation.fields)
                    row.__dict__[relation.name] = by_key.get((relation.entity, key))
                elif relation.kind == "to_many":
                    mine = tuple(record[field] for field in relation.fields)
                    many = [
                        other
                        for other, theirs in zip(found[relation.entity], made[relation.entity], strict=True)
                        if tuple(theirs[field] for field in relation.target_fields) == mine
                    ]
                    row.__dict__[relation.name] = (many or [None])[0] if relation.unique else many
                else:
                    here, there = ("thing", "label") if name == "Thing" else ("label", "thing")
                    row.__dict__[relation.name] = [
                        by_key[relation.entity, (pair[there],)] for pair in made["pairs"] if pair[here] == record["id"]
                    ]
    return found


def _plain(entity: Entity, name: str) -> bool:
    field = next(field for field in entity.fields if field.name == name)
    return field.relation is None and field.computed is None
