"""The header Prefer of each kind of operation: what it can hold. No pattern, since a preference that isn't known is
passed over (RFC 7240), unless `handling=strict` asks for it to be refused.
"""

from __future__ import annotations

from typing import Any

from backsmith.contract.contract import OperationKind

_SHOWN = ("return=representation", "return=minimal", "count=exact", "tx=rollback")
_OF: dict[OperationKind, tuple[str, ...]] = {
    "list": ("count=exact", "count=planned", "count=estimated"),
    "create": (*_SHOWN, "missing=default", "resolution=merge-duplicates", "resolution=ignore-duplicates"),
    "update_many": (*_SHOWN, "handling=strict, max-affected=10"),
    "delete_many": (*_SHOWN, "handling=strict, max-affected=10"),
}


def prefer_schema(kind: OperationKind) -> dict[str, Any]:
    """What the header can hold: preferences with commas between them, some of them as examples."""
    return {"type": "string", "examples": list(_OF.get(kind, _SHOWN))}


def prefer_example(kind: OperationKind) -> str:
    """One of them."""
    return _OF.get(kind, _SHOWN)[0]
