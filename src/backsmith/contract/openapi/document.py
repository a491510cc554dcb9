"""`document_of(contract)`: the OpenAPI 3.1 document as data that JSON has, with decimals as `Decimal`."""

from __future__ import annotations

from typing import Any

from backsmith.contract.contract import Contract
from backsmith.contract.names import words
from backsmith.contract.openapi.components import Components
from backsmith.contract.openapi.descriptions import safe, told_of_all, told_of_collection
from backsmith.contract.openapi.operations import Operations
from backsmith.contract.openapi.security import schemes_of, usual_of

_TAGS = {
    "rpc": "Functions: questions and actions that are of no one row.",
    "auth": "Signing up and in, sessions, second factors, keys, teams: everything about one's own account.",
    "batch": "Several operations in one transaction.",
    "system": "For those who run it.",
}


def document_of(contract: Contract) -> dict[str, Any]:
    """The document of a contract. The same contract gives the same document, to the order of members."""
    components = Components()
    operations = Operations(contract, components)
    paths: dict[str, dict[str, Any]] = {}
    for operation in contract.operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = operations.written(operation)
    parts = components.all()
    if schemes := schemes_of(contract):
        parts["securitySchemes"] = schemes
    return {
        "openapi": "3.1.0",
        "info": {
            "title": words(contract.name).capitalize(),
            "description": told_of_all(contract) or f"The API of {contract.name}.",
            "version": contract.version,
        },
        "servers": [_server(contract)],
        "security": usual_of(contract),
        "tags": _tags(contract),
        "paths": paths,
        "components": parts,
    }


def _server(contract: Contract) -> dict[str, str]:
    if contract.address is None:
        return {"url": "/", "description": "Where this document is."}
    return {"url": contract.address, "description": "Where the application is reached."}


def _tags(contract: Contract) -> list[dict[str, str]]:
    """The tags that operations have, collections first, in the order of their first operations."""
    told = {each.name: told_of_collection(each) for each in contract.collections}
    used = dict.fromkeys(operation.tag for operation in contract.operations)
    return [{"name": tag, "description": told.get(tag) or _TAGS.get(tag) or f"Below `/{safe(tag)}`."} for tag in used]
