"""What the source says below the members of a class, which msgspec doesn't keep. In: a class. Out: texts by member.

Read when a contract is made, not when the class is: who only serves never needs it. Each module is parsed once.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import cast


def member_docs(cls: type) -> Mapping[str, str]:
    """The docstrings of a class's members, inherited ones too; none where there is no source."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        module = inspect.getmodule(base)
        if module is not None and base.__module__ not in ("builtins", "msgspec"):
            found.update(_of_module(module).get(base.__qualname__, {}))
    return found


@cache
def _of_module(module: ModuleType) -> Mapping[str, Mapping[str, str]]:
    """The members' docstrings of each class at the top of a module."""
    try:
        tree = ast.parse(Path(inspect.getfile(module)).read_bytes())
    except (OSError, TypeError, SyntaxError, ValueError):  # it is compiled, or was never a file
        return {}
    return {node.name: dict(_members(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _members(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for member, below in zip(node.body, node.body[1:], strict=False):
        if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
            match below:
                case ast.Expr(ast.Constant(str())):
                    text = cast(str, cast(ast.Constant, below.value).value)
                    yield member.target.id, inspect.cleandoc(text)
                case _:
                    pass
