"""How long the TypeScript client of a large model takes: to write, and for tsc to check.

    python -m bench.typescript [ENTITIES]

In: a number of entities (500). Out: the seconds of each, the best of three, and how large the files are. tsc is that of
tests/clients/typescript (`npm ci` there); it checks the types, a use of the client, and @supabase/postgrest-js's
inference of selects on them. A program of one's own may be given in TSC: that of an older version.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from backsmith.accounts.accounts import ENDPOINTS
from backsmith.clients.typescript import typescript_files
from backsmith.contract import contract_of
from backsmith.contract.files import write
from bench.documents import ENTITIES, blueprint_of, timed

TESTS = Path(__file__).parent.parent / "tests" / "clients" / "typescript"
TSC = os.environ.get("TSC", str(TESTS / "node_modules" / ".bin" / "tsc"))
USE = """\
import { PostgrestClient } from "@supabase/postgrest-js";
import { createClient } from "./client/client.js";
import type { Database } from "./client/database.js";
import { queries } from "./client/query.js";

const api = createClient();
const { items } = await api.thing1s.list({
  select: ["name"],
  where: { price: { gte: 1 }, or: [{ state: "new" }, { note: null }] },
  with: { next: { with: { first: true } } },
});
export const name: string | undefined = items[0]?.next.first?.name;
await api.thing2s.create({ name: "x", code: "y", price: 1, next: { name: "x", code: "z", price: 1, next_id: 1 } });
export const options = queries(api).thing3s.pages({ select: ["id"] });
const db = new PostgrestClient<Database>("");
const { data } = await db.from("thing4s").select("name, next(name), first(name)").single();
export const next: string | undefined = data?.next.name;
"""


def main(entities: int) -> None:
    """Measure and print."""
    blueprint = blueprint_of(entities)
    made, contract = timed(lambda: contract_of(blueprint, endpoints=ENDPOINTS))
    written, files = timed(lambda: typescript_files(contract, tanstack=True, zod=True))
    size = sum(len(each) for each in files.values())
    print(f"{entities} entities: contract {made:.2f} s, {len(files)} files of {size / 1e6:.1f} MB {written:.2f} s")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write(files, folder / "client")
        for name, parts in (("all of it", ["."]), ("types alone", ["client/types.ts", "client/database.ts"])):
            (folder / "use.ts").write_text(USE)
            print(f"tsc --noEmit, {name}: {checked(folder, parts):.2f} s")


def checked(folder: Path, parts: list[str]) -> float:
    """The seconds of tsc, the best of three."""
    if not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(TESTS / "node_modules")
        (folder / "package.json").write_text('{"type": "module"}')
    options = {
        "strict": True,
        "noUncheckedIndexedAccess": True,
        "exactOptionalPropertyTypes": True,
        "noEmit": True,
        "skipLibCheck": True,
        "target": "es2022",
        "module": "nodenext",
        "lib": ["es2022", "dom", "dom.iterable", "dom.asynciterable"],
        "types": [],
    }
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "include": parts}))
    best = float("inf")
    for _ in range(3):
        start = perf_counter()
        done = subprocess.run([TSC, "-p", "."], capture_output=True, text=True, check=False, cwd=folder)
        best = min(best, perf_counter() - start)
        if done.returncode:
            sys.exit(done.stdout[:4000] + done.stderr)
    return best


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ENTITIES)
