"""What a large model costs: 500 entities, compiled and served.

In: nothing; `python bench/scale.py 500` prints the model. Out: seconds to compile, and for the served model the time to
the first answer and the memory an entity adds (against the same model with one entity).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from secrets import token_urlsafe
from statistics import median
from typing import Any

from processes import MIB, BenchError, free_port, running

ENTITIES = 500
REPEATS = 3

HEAD = '''"""A model of {count} entities."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge, MaxLen
from backsmith import Account, Entity, Indexed, Unique, allow, check, computed
'''

ENTITY = '''

class {name}(Entity):
    """Number {number} of many."""

    code: Annotated[str, Unique, MaxLen(20)]
    title: Annotated[str, MaxLen(120)]
    price: Annotated[Decimal, Ge(0)]
    quantity: Annotated[int, Ge(0)] = 0
    status: Literal["draft", "placed", "shipped"] = "draft"
    made_at: Annotated[datetime, Indexed]
    note: str | None = None
    owner: Account
{relations}
    @computed
    def total(self) -> Decimal:
        return self.price * self.quantity

    @check
    def shipped_things_have_a_quantity(self) -> bool:
        """What is shipped has a quantity."""
        return self.status != "shipped" or self.quantity > 0

    @allow("read")
    def open(self) -> bool:
        return self.status != "draft"

    @allow("read", "update")
    def own(self, user: Account) -> bool:
        return self.owner == user
{rule}'''

PARENT_RULE = """
    @allow("read")
    def of_the_parent(self, user: Account) -> bool:
        return self.parent.owner == user
"""

COMPILE = """
import gc, json, sys, time
import psutil
import backsmith
from backsmith import blueprint

process = psutil.Process()
before, began = process.memory_info().rss, time.perf_counter()
application = blueprint.load(sys.argv[1])
loaded = time.perf_counter()
compiled = blueprint.compile(application)
ended = time.perf_counter()
gc.collect()
print(json.dumps({"load": loaded - began, "compile": ended - loaded, "rss": process.memory_info().rss - before}))
"""


def model(count: int) -> str:
    """The source of a model: each entity but the first belongs to an earlier one, four to each."""
    return HEAD.format(count=count) + "".join(entity(number, count) for number in range(count))


def entity(number: int, count: int) -> str:
    children = [child for child in range(4 * number + 1, 4 * number + 5) if child < count]
    relations = [f'    children_{child}: list["{name_of(child)}"]' for child in children]
    if number:
        relations.insert(0, f"    parent: Annotated[{name_of((number - 1) // 4)}, Indexed]")
    rule = PARENT_RULE if number else ""
    return ENTITY.format(
        name=name_of(number), number=number, relations="".join(f"{line}\n" for line in relations), rule=rule
    )


def name_of(number: int) -> str:
    """Names that are nouns with a number written in letters, as no entity's name ends with a digit in real life."""
    letters = "ABCDEFGHIJ"
    return "Thing" + "".join(
        letters[int(digit)].lower() if i else letters[int(digit)] for i, digit in enumerate(f"{number:03}")
    )


def measure(folder: Path) -> dict[str, Any]:
    """Compiles the large model, serves it and the one of a single entity, and compares."""
    home = folder / "scale"
    home.mkdir()
    files = {count: home / f"model{count}.py" for count in (1, ENTITIES)}
    for count, file in files.items():
        file.write_text(model(count))
    runs = [compile_once(files[ENTITIES]) for _ in range(REPEATS)]
    served = {count: serve(file) for count, file in files.items()}
    small, large = served[1], served[ENTITIES]
    return {
        "entities": ENTITIES,
        "load_seconds": median(run["load"] for run in runs),
        "compile_seconds": median(run["compile"] for run in runs),
        "compile_kib_per_entity": median(run["rss"] for run in runs) / 1024 / ENTITIES,
        "served_kib_per_entity": (large["pss"] - small["pss"]) * 1024 / (ENTITIES - 1),
        "first_answer": large["first_answer"],
        "first_answer_of_one": small["first_answer"],
    }


def compile_once(file: Path) -> dict[str, float]:
    """One compilation in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", COMPILE, str(file)], capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode != 0:
        raise BenchError(f"The model of {ENTITIES} entities didn't compile:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout)


def serve(file: Path) -> dict[str, float]:
    """Time to the first answer and memory, at the second start: the first creates the tables."""
    seen: dict[str, float] = {}
    for _ in range(2):
        port = free_port()
        command = [str(Path(sys.executable).with_name("backsmith")), "serve", str(file), "--workers", "1"]
        command += ["--database", f"sqlite:///{file.with_suffix('.db')}", "--host", "127.0.0.1", "--port", str(port)]
        environment = {"BACKSMITH_ENVIRONMENT": "production", "BACKSMITH_JWT_KEY": token_urlsafe(36)}
        place = {"log": file.with_suffix(".log"), "cwd": file.parent, "env": environment}
        with running(command, port, "/api/thing_aaas", **place) as server:
            memory = server.memory()
            seen = {"first_answer": server.first_answer, "pss": memory.pss, "rss": memory.rss * MIB}
    return seen


if __name__ == "__main__":
    print(model(int(sys.argv[1]) if len(sys.argv) > 1 else ENTITIES))
