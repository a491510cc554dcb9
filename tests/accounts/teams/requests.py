"""Random requests to the tracker: of every kind, for rows of both teams."""

from __future__ import annotations

import json
import random
from typing import Any, NamedTuple

from backsmith.blueprint.blueprint import Blueprint, Entity

IDS = ("1", "2", "3", "4", "5", "9")
WORDS = ("Garden", "Secret", "Hide", "Dig", "Ours", "Theirs", "urgent", "dirty", "deep", "cy", "done", "open", "paid",
         "owner", "admin", "x")  # fmt: skip
OPERATORS = ("eq", "neq", "gt", "lte", "isdistinct")
PREFERENCES = ("return=representation", "return=minimal", "count=exact", "resolution=merge-duplicates",
               "resolution=ignore-duplicates", "missing=default", "handling=strict", "max-affected=2")  # fmt: skip


class Drawn(NamedTuple):
    """A request."""

    method: str
    target: str
    body: bytes
    headers: dict[str, str]


class Requests:
    """Draws requests."""

    def __init__(self, seed: int, blueprint: Blueprint) -> None:
        self.random = random.Random(seed)
        self._entities = {entity.name: entity for entity in blueprint.entities}

    def one(self) -> Drawn:
        """A request."""
        if self._some(0.6):
            return self._read()
        return self._batch() if self._some(0.15) else self._write()

    def _some(self, chance: float) -> bool:
        return self.random.random() < chance

    def _entity(self) -> Entity:
        return self.random.choice(list(self._entities.values()))

    def _value(self) -> str:
        return self.random.choice((*IDS, *IDS, *WORDS, "null", "true"))

    # Reading ------------------------------------------------------------------------------------------------------

    def _read(self) -> Drawn:
        entity = self._entity()
        if self._some(0.05):
            return Drawn("GET", "/api/rpc/hours_by_project", b"", {})
        item = f"/{self.random.choice(IDS)}" if self._some(0.2) else ""
        parts = [f"select={self._select(entity, 0)}"] if self._some(0.8) else []
        parts += [self._parameter(entity) for _ in range(self.random.randint(0, 2))]
        headers = (
            {"prefer": f"count={self.random.choice(('exact', 'planned', 'estimated'))}"} if self._some(0.3) else {}
        )
        method = "HEAD" if self._some(0.05) else "GET"
        return Drawn(method, f"/api/{entity.collection}{item}?{'&'.join(parts)}", b"", headers)

    def _select(self, entity: Entity, depth: int) -> str:
        items: list[str] = []
        for number in range(self.random.randint(1, 3)):
            if depth < 3 and entity.relations and self._some(0.5):
                relation = self.random.choice(entity.relations)
                inner = self._select(self._entities[relation.entity], depth + 1)
                hint = "!inner" if self._some(0.2) else ""
                items.append(f"r{number}{depth}:{relation.name}{hint}({inner})")
            elif self._some(0.15):
                items.append(f"c{number}:count()")
            else:
                aggregate = self.random.choice((".count()", ".max()", ".sum()")) if self._some(0.15) else ""
                items.append(f"f{number}:{self._field(entity)}{aggregate}")
        return ",".join(items)

    def _field(self, entity: Entity) -> str:
        return self.random.choice(entity.fields).name

    def _parameter(self, entity: Entity) -> str:
        match self.random.randint(0, 5):
            case 0 if entity.relations:
                relation = self.random.choice(entity.relations)
                inner = self._field(self._entities[relation.entity])
                return f"{relation.name}.{inner}=eq.{self._value()}"
            case 1:
                return f"order={self._field(entity)}{self.random.choice(('', '.desc'))}"
            case 2:
                return f"{self.random.choice(('limit', 'offset'))}={self.random.choice('0123')}"
            case 3:
                tests = ",".join(f"{self._field(entity)}.eq.{self._value()}" for _ in range(2))
                return f"{self.random.choice(('or', 'and', 'not.or'))}=({tests})"
            case _:
                return self._filter(entity)

    def _filter(self, entity: Entity) -> str:
        return f"{self._field(entity)}={self.random.choice(OPERATORS)}.{self._value()}"

    # Writing ------------------------------------------------------------------------------------------------------

    def _write(self) -> Drawn:
        entity, headers = self._entity(), {"content_type": "application/json"}
        if self._some(0.5):
            headers["prefer"] = ",".join(self.random.sample(PREFERENCES, self.random.randint(1, 2)))
        base = f"/api/{entity.collection}"
        item = f"{base}/{self.random.choice(IDS)}"
        match self.random.randint(0, 7):
            case 7:
                id = self.random.choice(IDS[:5])
                body = {**json.loads(self._body(entity)), "id": int(id)}
                return Drawn("PUT", f"{base}?id=eq.{id}", json.dumps(body).encode(), headers)
            case 0:
                return Drawn("POST", base, self._body(entity), headers)
            case 1:
                rows = [json.loads(self._body(entity)) for _ in range(2)]
                return Drawn("POST", base, json.dumps(rows).encode(), headers)
            case 2:
                body = {**json.loads(self._body(entity)), "id": int(self.random.choice(IDS[:5]))}
                return Drawn("POST", f"{base}?on_conflict=id", json.dumps(body).encode(), headers)
            case 3:
                return Drawn("PATCH", item, self._body(entity, some=True), headers)
            case 4:
                return Drawn("PATCH", f"{base}?{self._filter(entity)}", self._body(entity, some=True), headers)
            case 5:
                target = item if self._some(0.6) else f"{base}?{self._filter(entity)}"
                return Drawn("DELETE", target, b"", {})
            case _:
                return Drawn("POST", f"/api/tasks/{self.random.choice(IDS)}/take", b"", {})

    def _body(self, entity: Entity, *, some: bool = False, depth: int = 0) -> bytes:
        values: dict[str, Any] = {}
        for relation in entity.relations:
            if relation.kind == "to_one":
                if not some or self._some(0.3):
                    likely = 1 if relation.name == "team" and self._some(0.7) else int(self.random.choice(IDS[:5]))
                    values[relation.name] = likely
            elif depth == 0 and self._some(0.2):
                many = [{"id": int(self.random.choice(IDS[:5]))}]
                if relation.kind == "to_many":
                    many = [json.loads(self._body(self._entities[relation.entity], depth=1))]
                values[relation.name] = many
        for field in entity.fields:
            if field.relation or field.computed is not None or field.identity or self._some(0.4 if some else 0.0):
                continue
            values[field.name] = {
                "archived": False, "status": "open", "hours": 1, "due": None, "plan": "free", "role": "member",
                "email": "x@example.org",
            }.get(field.name, self.random.choice(WORDS))  # fmt: skip
        return json.dumps(values).encode()

    def _batch(self) -> Drawn:
        operations: list[dict[str, Any]] = []
        for _ in range(2):
            drawn = self._write()
            operation: dict[str, Any] = {"method": drawn.method, "path": drawn.target.removeprefix("/api")}
            if drawn.body:
                operation["body"] = json.loads(drawn.body)
            operations.append(operation)
        body = json.dumps({"operations": operations}).encode()
        return Drawn("POST", "/api/batch", body, {"content_type": "application/json"})
