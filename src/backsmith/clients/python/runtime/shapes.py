"""What types of an application are made of."""

from .conditions import (
    Condition,
)
from .values import (
    FileInfo,
    Kinds,
)

__all__ = [
    "Condition",
    "FileInfo",
    "Kinds",
]
