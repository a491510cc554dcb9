"""A contract -> the files of its TypeScript client. A pure function: writing and checking are `contract.files`."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files as package_files

from backsmith.clients.typescript.client import client_text, methods_of
from backsmith.clients.typescript.database import database_text
from backsmith.clients.typescript.entities import entities_of
from backsmith.clients.typescript.queries import query_text
from backsmith.clients.typescript.rows import rows_of
from backsmith.clients.typescript.schemas import schemas_text
from backsmith.clients.typescript.spelling import Types
from backsmith.clients.typescript.types import types_text
from backsmith.contract.contract import Contract
from backsmith.contract.files import MARK, Files

_HEADER = f"""\
// {MARK}: `backsmith client typescript` writes it anew. Changes in here get lost.
/* eslint-disable */

"""


def typescript_files(contract: Contract, *, tanstack: bool = False, zod: bool = False) -> Files:
    """The client's files: the same contract gives the same bytes.

    Arguments:
        contract: What it is a client of.
        tanstack: With `query.ts`, options for TanStack Query.
        zod: With `schemas.ts`, Zod's schemas of bodies.
    """
    types = Types(contract.shapes)
    entities = entities_of(contract, types)
    collections = rows_of(entities.values(), types)
    methods = methods_of(contract, types)
    written = {
        "types.ts": types_text(contract, entities, types),
        "database.ts": database_text(contract, entities, types),
        "client.ts": client_text(contract, collections, methods),
    }
    if tanstack:
        written["query.ts"] = query_text(collections, methods)
    if zod:
        written["schemas.ts"] = schemas_text(entities, types)
    left_out = {*(() if tanstack else ["tanstack.ts"]), *(() if zod else ["times.ts", "zod.ts"])}
    written |= {f"runtime/{name}": text for name, text in _runtime() if name not in left_out}
    return {path: _HEADER + text for path, text in sorted(written.items())}


def _runtime() -> Iterator[tuple[str, str]]:
    """What is the same for all applications, as it is."""
    for file in package_files("backsmith.clients.typescript").joinpath("runtime").iterdir():
        if file.name.endswith(".ts"):
            yield file.name, file.read_text(encoding="utf-8")
