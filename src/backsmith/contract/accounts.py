"""The operations below `/auth`. In: the endpoints, which are data. Out: operations, and the shapes of their bodies."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backsmith.accounts.endpoint import Endpoint
from backsmith.accounts.serving import PREFIX
from backsmith.blueprint.types import Text
from backsmith.contract.audience import Audience
from backsmith.contract.collections import JSON
from backsmith.contract.contract import Answer, Content, Input, Operation, Shape
from backsmith.contract.refusals import refusals_of
from backsmith.contract.structs import Structs

_ACCESS = {
    "anyone": "Anyone.",
    "account": "Whoever is signed in.",
    "confirmed": "Whoever is signed in and proved who they are a moment ago.",
    "administrator": "Administrators who proved who they are a moment ago.",
}


def auth_operations(
    endpoints: Sequence[Endpoint], audience: Audience, shapes: Sequence[Shape]
) -> tuple[list[Operation], list[Shape]]:
    """The operations that the audience may call, and the shapes that they need beside those there are."""
    structs = Structs(shapes)
    operations = [_operation(each, structs) for each in endpoints if _may(audience, each)]
    return operations, structs.shapes


def _may(audience: Audience, endpoint: Endpoint) -> bool:
    kind = audience.kind
    if kind is None or endpoint.access == "anyone":
        return True
    return not kind.anonymous if endpoint.access != "administrator" else "admin" in kind.roles


def _operation(endpoint: Endpoint, structs: Structs) -> Operation:
    names = re.findall(r"{(\w+)}", endpoint.path)
    reply = () if endpoint.reply is None else (Content(media_type=JSON, type=structs.type_of(endpoint.reply)),)
    body = () if endpoint.body is None else (Content(media_type=JSON, type=structs.type_of(endpoint.body)),)
    return Operation(
        id=_id(endpoint),
        kind="auth",
        tag=PREFIX,
        method=endpoint.method,
        path=f"/{PREFIX}{endpoint.path}",
        summary=endpoint.summary,
        inputs=tuple(Input(name=name, place="path", type=Text(), required=True) for name in names),
        body=body,
        answers=(Answer(status=endpoint.status, doc="Done.", contents=reply),),
        refusals=refusals_of("auth"),
        access=_ACCESS[endpoint.access],
        anonymous=endpoint.access == "anyone",
    )


def _id(endpoint: Endpoint) -> str:
    """`auth_get_sessions`: of the method and the path, which stay."""
    path = re.sub(r"\W+", "_", endpoint.path).strip("_")
    return f"{PREFIX}_{endpoint.method.lower()}_{path}"
