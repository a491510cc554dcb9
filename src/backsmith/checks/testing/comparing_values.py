"""Whether a value that was read is the one that was written; and what a cell of a table holds."""

from __future__ import annotations

import csv
import io
from decimal import Decimal, InvalidOperation
from typing import Any

from backsmith.blueprint.types import Bytes, Text, Type, plain_of
from backsmith.checks.testing import exact


def same_value(written: Any, read: Any) -> bool:
    """Whether both are the same JSON; numbers by their value."""
    if isinstance(written, bool) or isinstance(read, bool) or written is None or read is None:
        return written is read
    if isinstance(written, int | Decimal) and isinstance(read, int | Decimal):
        return Decimal(written) == Decimal(read)
    return type(written) is type(read) and written == read


def table_value(table: str, type: Type) -> Any:
    """The value of the one cell in the second line of a table: null where it is empty and not in quotes."""
    _, _, line = table.partition("\n")
    line = line.removesuffix("\n")
    if line == "":
        return None
    cell = next(csv.reader(io.StringIO(line), strict=True))[0]
    if isinstance(plain_of(type), Text | Bytes):
        return cell
    try:
        return exact.decoded(cell.encode())
    except (ValueError, InvalidOperation):
        return cell
