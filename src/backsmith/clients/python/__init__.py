"""A contract -> the files of its Python client. A pure function: writing and checking are `contract.files`.

The client is written once, for `await`; the other is made of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files as package_files

from backsmith.clients.python.client import client_text
from backsmith.clients.python.modules import importing, types_modules
from backsmith.clients.python.spelling import Types
from backsmith.clients.python.types import blocks_of, entities_of, kinds_of
from backsmith.contract.contract import Contract
from backsmith.contract.files import MARK, Files

_HEADER = f"# {MARK}: `backsmith client python` writes it anew. Changes in here get lost.\n# ruff: noqa\n"
_SYNC = (
    ("asyncio.Lock", "threading.Lock"),
    ("asyncio.sleep", "time.sleep"),
    ("async def ", "def "),
    ("async with ", "with "),
    ("async for ", "for "),
    ("await ", ""),
    ("AsyncIterator", "Iterator"),
    ("__aenter__", "__enter__"),
    ("__aexit__", "__exit__"),
    ("AsyncClient", "Client"),
    ("AsyncTransport", "Transport"),
    ("async_", ""),
    ("aclose", "close"),
)
"""What the client that doesn't await is called, in place of the one that does."""
_WAYS = {"threading": "Lock", "time": "sleep"}
"""What is used of them."""
_INIT = '''"""A client of {name}: `Client`, and `AsyncClient` for `await`."""

from .async_client import AsyncClient as AsyncClient
from .client import Client as Client
from .runtime.conditions import *
from .runtime.errors import BacksmithError as BacksmithError, Mistake as Mistake
from .runtime.transport import InMemory as InMemory, Tokens as Tokens, TokenStorage as TokenStorage
'''


def python_files(contract: Contract) -> Files:
    """The client's files: the same contract gives the same bytes."""
    types = Types(contract.shapes)
    entities = entities_of(contract, types)
    code = client_text(contract, entities, types)
    written = {
        "__init__.py": _INIT.format(name=re.sub(r"[^\w -]", " ", contract.name)),
        "async_client.py": importing(
            code, ["import httpx", "from . import types as model", "from .runtime import asynchronous as runtime"]
        ),
        "client.py": importing(
            _synchronous(code),
            ["import httpx", "from . import types as model", "from .runtime import synchronous as runtime"],
        ),
        "py.typed": "",
    }
    written |= types_modules(list(blocks_of(contract, entities, types)), "\n".join(kinds_of(contract, entities)))
    written |= {f"runtime/{name}": text for name, text in _runtime()}
    return {path: (_HEADER + text if path.endswith(".py") else f"# {MARK}\n") for path, text in sorted(written.items())}


def _synchronous(code: str) -> str:
    used = [name for name in ("threading", "time") if f"asyncio.{_WAYS[name]}(" in code]
    code = code.replace("import asyncio\n", "".join(f"import {name}\n" for name in used))
    for old, new in _SYNC:
        code = code.replace(old, new)
    return code


def _runtime() -> Iterator[tuple[str, str]]:
    """What is the same for all applications, as it is, and without `await`."""
    for file in package_files("backsmith.clients.python").joinpath("runtime").iterdir():
        if not file.name.endswith(".py"):
            continue
        code = file.read_text(encoding="utf-8")
        yield file.name, code
        if file.name.startswith("async_"):
            yield file.name.removeprefix("async_"), _synchronous(code)
        if file.name == "asynchronous.py":
            yield "synchronous.py", _synchronous(code)
