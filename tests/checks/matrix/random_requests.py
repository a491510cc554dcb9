"""Random requests to any application, drawn so that they ask for what is none of the asker's business.

In: a blueprint, worlds whose values are asked for, a seed. Out: questions.
"""

from __future__ import annotations

import json
import random
from base64 import urlsafe_b64encode
from datetime import date, datetime, time
from typing import Any
from urllib.parse import quote

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Entity, Field, Relation
from backsmith.blueprint.types import Json, List, Numeric, Text
from backsmith.checks.matrix.serving import Question
from backsmith.checks.matrix.world import World

UNDONE = "tx=rollback"


class Requests:
    """Draws requests."""

    def __init__(self, worlds: list[World], asker: Asker, seed: int, *, writes: bool) -> None:
        self.random = random.Random(seed)
        self.worlds = worlds
        self.asker = asker
        self.writes = writes
        self.entities = worlds[0].entities
        self.served = [entity for entity in self.entities.values() if not entity.private and entity.key]
        self.values: dict[tuple[str, str], list[Any]] = {
            (entity.name, field.name): self._values(entity, field)
            for entity in self.entities.values()
            for field in entity.fields
        }

    def _values(self, entity: Entity, field: Field) -> list[Any]:
        rows = [row for world in self.worlds for row in world.rows[entity.name]]
        found = [row.values.get(field.name) for row in rows]
        return list({repr(value): value for value in found if value is not None}.values()) or [0, 1, "a"]

    def one(self, of: Any) -> Any:
        return self.random.choice(list(of))

    def some(self, chance: float) -> bool:
        return self.random.random() < chance

    def question(self) -> Question:
        if self.writes and self.some(0.7):
            return self.write()
        entity = self.one(self.served)
        target = self.read(entity)
        if self.some(0.06):
            operations = [{"method": "GET", "path": self.read(self.one(self.served))[4:]} for _ in range(2)]
            return Question("/api/batch", self.asker, "POST", {"operations": operations})
        return Question(target, self.asker, self.one(["GET"] * 9 + ["HEAD"]), headers=self.headers())

    def read(self, entity: Entity) -> str:
        item = f"/{self.key(entity)}" if self.some(0.12) else ""
        parts = [f"select={self.select(entity)}"] if self.some(0.85) else []
        parts += [self.parameter(entity) for _ in range(self.random.randint(0, 3))]
        return f"/api/{entity.collection}{item}?{'&'.join(parts)}"

    def headers(self) -> dict[str, str]:
        drawn: dict[str, str] = {}
        if self.some(0.3):
            drawn["prefer"] = f"count={self.one(['exact', 'planned', 'estimated'])}"
        if self.some(0.06):
            drawn["accept"] = self.one(["text/csv", "application/vnd.pgrst.object+json"])
        if self.some(0.05):
            drawn["range"] = self.one(["0-0", "1-2", "5-"])
        if self.some(0.05):
            drawn["if-none-match"] = "*"
        return drawn

    def key(self, entity: Entity) -> str:
        row = self.one(self.one(self.worlds).rows[entity.name] or [None])
        return ",".join(self.text(row.values[name]) for name in entity.key) if row is not None else "1"

    def field(self, entity: Entity) -> Field:
        return self.one(entity.fields)

    def relation(self, entity: Entity) -> tuple[Relation, Entity] | None:
        if not entity.relations:
            return None
        relation = self.one(entity.relations)
        return relation, self.entities[relation.entity]

    def select(self, entity: Entity, depth: int = 0) -> str:
        return ",".join(
            text if text[0] in ".*" or ":" in text.split("(")[0] else f"x{number}{depth}:{text}"
            for number, text in enumerate(self.item(entity, depth) for _ in range(self.random.randint(1, 3)))
        )

    def item(self, entity: Entity, depth: int) -> str:
        there = self.relation(entity)
        if there is not None and depth < 3 and self.some(0.4):
            relation, target = there
            spread = "..." if self.some(0.15) else f"{relation.name}:" if self.some(0.7) else ""
            inside = self.select(target, depth + 1) if self.some(0.8) else ""
            return f"{spread}{relation.name}{self.one(['', '', '!inner'])}({inside})"
        if self.some(0.15):
            return self.one(["count()", "*"])
        name = self.field(entity).name
        name += self.one(["::text", "::int", "::numeric"]) if self.some(0.1) else ""
        return name + (self.one([".count()", ".max()", ".min()", ".sum()", ".avg()"]) if self.some(0.15) else "")

    def text(self, value: Any) -> str:
        match value:
            case bool():
                return str(value).lower()
            case datetime() | date() | time():
                return quote(value.isoformat(), safe="")
            case list() | dict():
                return quote(json.dumps(value, default=str), safe="")
            case _:
                return quote(str(value), safe="")

    def test(self, entity: Entity, field: Field) -> str:
        value = self.text(self.one(self.values[entity.name, field.name]))
        tests = [
            f"eq.{value}",
            f"neq.{value}",
            f"gt.{value}",
            f"lte.{value}",
            f"in.({value})",
            "is.null",
            "not.is.null",
        ]
        tests += [f"isdistinct.{value}", f"gt(any).{{{value}}}"]
        if isinstance(field.type, Text):
            tests += [f"like.{value[:1]}*", f"ilike.*{value[:2]}*", f"match.^{value[:1]}", "match.[", f"fts.{value}"]
        if isinstance(field.type, Json | List):
            tests += [f"cs.{value}", f"cd.{value}"]
        return ("not." if self.some(0.2) else "") + self.one(tests)

    def leaf(self, entity: Entity) -> str:
        field = self.field(entity)
        return f"{field.name}.{self.test(entity, field)}"

    def logic(self, entity: Entity, depth: int = 0) -> str:
        return ",".join(
            f"{self.one(['', 'not.'])}{self.one(['and', 'or'])}({self.logic(entity, depth + 1)})"
            if depth < 2 and self.some(0.25)
            else self.leaf(entity)
            for _ in range(self.random.randint(1, 3))
        )

    def parameter(self, entity: Entity) -> str:
        path = ""
        while self.some(0.25) and (there := self.relation(entity)) is not None:
            path += f"{there[0].name}."
            entity = there[1]
        match self.random.randint(0, 6):
            case 0 | 1:
                return f"{path}{self.one(['and', 'or', 'not.and'])}=({self.logic(entity)})"
            case 2:
                there = self.relation(entity)
                term = self.field(entity).name
                if there is not None and self.some(0.3):
                    term = f"{there[0].name}({self.field(there[1]).name})"
                return f"{path}order={term}{self.one(['', '.desc', '.desc.nullslast', '.nullsfirst'])}"
            case 3:
                return f"{path}{self.one(['limit', 'offset'])}={self.one(['0', '1', '2'])}"
            case 4:
                drawn = [self.one(self.values[entity.name, self.field(entity).name]), 1]
                text = json.dumps(drawn[: self.random.randint(1, 2)], default=str).encode()
                return "after=" + urlsafe_b64encode(text).rstrip(b"=").decode()
            case _:
                field = self.field(entity)
                return f"{path}{field.name}={self.test(entity, field)}"

    def write(self) -> Question:
        entity = self.one(self.served)
        address = f"/api/{entity.collection}"
        headers = {"prefer": UNDONE + self.one(["", ",return=representation", ",count=exact"])}
        match self.random.randint(0, 6):
            case 0:
                return Question(f"{address}/{self.key(entity)}", self.asker, "PATCH", self.body(entity, 2), headers)
            case 1:
                field = self.field(entity)
                query = f"{field.name}={self.test(entity, field)}"
                return Question(f"{address}?{query}", self.asker, "PATCH", self.body(entity, 1), headers)
            case 2:
                return Question(address, self.asker, "POST", self.body(entity, 5), headers)
            case 3:
                headers["prefer"] += f",resolution={self.one(['merge', 'ignore'])}-duplicates"
                return Question(address, self.asker, "POST", self.body(entity, 5, key=True), headers)
            case 4:
                return Question(f"{address}/{self.key(entity)}", self.asker, "DELETE", headers=headers)
            case 5:
                headers["if-match"] = self.one(["*", '"x"'])
                return Question(f"{address}/{self.key(entity)}", self.asker, "PATCH", self.body(entity, 1), headers)
            case _:
                path = f"/{entity.collection}/{self.key(entity)}"
                operations = [
                    {"method": "PATCH", "path": path, "body": self.body(entity, 1)},
                    {"method": "GET", "path": self.read(entity)[4:]},
                ]
                return Question("/api/batch", self.asker, "POST", {"operations": operations}, {"prefer": UNDONE})

    def body(self, entity: Entity, count: int, *, key: bool = False) -> dict[str, Any]:
        fields = [field for field in entity.fields if field.computed is None and (key or field.name not in entity.key)]
        needed = [field for field in fields if not field.nullable and field.default is None] if count > 2 else []
        drawn = {field.name: field for field in [*needed, *self.random.sample(fields, min(count, len(fields)))]}
        return {name: self.json(field, self.one([*self.values[entity.name, name]])) for name, field in drawn.items()}

    @staticmethod
    def json(field: Field, value: Any) -> Any:
        if isinstance(field.type, Numeric):
            return float(value) if not isinstance(value, str) else value
        if isinstance(value, datetime | date | time):
            return value.isoformat()
        return value if isinstance(value, int | float | str | list | dict | bool) else str(value)
