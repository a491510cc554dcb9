"""Definitions -> modules that type checkers can read. In: the text of types. Out: files by name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backsmith.clients.python.types import Block

LONGEST = 5_000
"""Lines of types in a file. pyright gives up on a module of some 40,000, and says that all in it is unknown."""
_SHAPES = "from .runtime import shapes as runtime"
_IMPORTS = ("datetime", "decimal", "typing", "uuid")


def types_modules(blocks: list[Block], kinds: str) -> dict[str, str]:
    """`types.py`; of a large model it collects what stands in `types_1.py` and so on, which type checkers can read."""
    parts = list(_parts(blocks))
    if len(parts) == 1:
        return {"types.py": importing("".join(map(_text, blocks)) + kinds + "\n", [_SHAPES])}
    modules = {block.name: f".types_{number}" for number, part in enumerate(parts, 1) for block in part}
    named = re.compile(r"\b[A-Za-z_]\w*\b")
    files: dict[str, str] = {}
    for number, part in enumerate(parts, 1):
        code = "".join(map(_text, part)).rstrip("\n") + "\n"
        others = {name for name in named.findall(code) if modules.get(name, f".types_{number}") != f".types_{number}"}
        lines = [f"    from {modules[name]} import {name} as {name}" for name in sorted(others)]
        code = "\n".join(["if typing.TYPE_CHECKING:", *lines, "", "", code]) if lines else code
        files[f"types_{number}.py"] = importing(code, [_SHAPES])
    collected = [f"from {module} import {name} as {name}" for name, module in modules.items()]
    files["types.py"] = "\n".join([importing("", [*collected, _SHAPES], all_used=True), kinds, ""])
    return files


def _parts(blocks: list[Block]) -> Iterator[list[Block]]:
    part: list[Block] = []
    length = 0
    for block in blocks:
        if part and length + len(block.lines) > LONGEST:
            yield part
            part, length = [], 0
        part.append(block)
        length += len(block.lines)
    yield part


def _text(block: Block) -> str:
    return "\n".join([*block.lines, ""])


def importing(code: str, imports: list[str], *, all_used: bool = False) -> str:
    """The code below what it uses: type checkers mind imports that nothing uses."""
    used = [f"import {name}" for name in _IMPORTS if re.search(rf"\b{name}\.", code)]
    others = [each for each in imports if all_used or re.search(rf"\b{each.split()[-1]}\.", code)]
    return "\n".join(["from __future__ import annotations", "", *used, *others, "", "", code])
