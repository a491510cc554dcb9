"""`module:qualified.name` of the blueprint -> the class or function it names, which the application has loaded."""

from __future__ import annotations

import sys
from typing import Any

from backsmith.errors import UsageError


def found(path: str) -> Any:
    """What the path names. Raises UsageError where it isn't there, which a compiled model rules out."""
    module, _, name = path.partition(":")
    value: Any = sys.modules.get(module)
    for part in name.split("."):
        value = getattr(value, part, None)
    if not callable(value):
        raise UsageError(f"There is no function or class {path}.")
    return value
