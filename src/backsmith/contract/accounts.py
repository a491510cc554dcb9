"""The operations below `/auth`. In: the endpoints, which are data. Out: operations, and the shapes of their bodies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

from backsmith import errors
from backsmith.accounts.credentials import ADMINISTRATOR
from backsmith.accounts.endpoint import Endpoint, SignedInShown
from backsmith.accounts.serving import PREFIX
from backsmith.blueprint.types import Text
from backsmith.contract.audience import Audience
from backsmith.contract.contract import Answer, Content, Input, Operation, Shape
from backsmith.contract.endpoints import IDS, QUERIES, TRANSPORT
from backsmith.contract.inputs import JSON
from backsmith.contract.refusals import refusals_of
from backsmith.contract.structs import Structs
from backsmith.contract.values import key_type
from backsmith.contract.visible import Visible

_ACCESS = {
    "anyone": "Anyone.",
    "account": "You, if you are signed in.",
    "confirmed": "You, if you are signed in and proved who you are a moment ago.",
    "administrator": f"You, if you have the role '{ADMINISTRATOR}' and proved who you are a moment ago.",
}
_COOKIE = Input(name="Set-Cookie", place="header", type=Text(), doc="The session's cookie, where it is carried by one.")
_LOCATION = Input(name="Location", place="header", type=Text(), required=True, doc="Where the browser goes on.")


def auth_operations(
    endpoints: Sequence[Endpoint], visible: Visible, shapes: Sequence[Shape]
) -> tuple[list[Operation], list[Shape]]:
    """The operations that the audience may call, and the shapes that they need beside those there are."""
    blueprint, audience = visible.blueprint, visible.audience
    named = {"account": blueprint.account, "team": blueprint.team}
    keys = {word: key_type(visible.entities[name]) for word, name in named.items() if name is not None}
    structs = Structs(shapes, keys)
    operations = [_operation(each, structs) for each in endpoints if _may(audience, each)]
    return operations, structs.shapes


def _may(audience: Audience, endpoint: Endpoint) -> bool:
    kind = audience.kind
    if kind is None or endpoint.access == "anyone":
        return True
    if kind.scopes is not None:
        return False  # a key changes no account
    return audience.administrator if endpoint.access == "administrator" else not kind.anonymous


def _operation(endpoint: Endpoint, structs: Structs) -> Operation:
    address = endpoint.method, endpoint.path
    names = re.findall(r"{(\w+)}", endpoint.path)
    reply = () if endpoint.reply is None else (Content(media_type=JSON, type=structs.shown(endpoint.reply)),)
    body = () if endpoint.body is None else (Content(media_type=JSON, type=structs.given(endpoint.body)),)
    begins = SignedInShown in (endpoint.reply, *get_args(endpoint.reply))
    headers = (_LOCATION,) if endpoint.status == 303 else (_COOKIE,) if begins else ()
    return Operation(
        id=IDS.get(address) or _id(endpoint),
        kind="auth",
        tag=PREFIX,
        method=endpoint.method,
        path=f"/{PREFIX}{endpoint.path}",
        summary=endpoint.summary,
        inputs=(
            *(Input(name=name, place="path", type=Text(), required=True) for name in names),
            *QUERIES.get(address, ()),
            *((TRANSPORT,) if begins else ()),
        ),
        body=body,
        answers=(Answer(status=endpoint.status, doc="Done.", contents=reply, headers=headers),),
        refusals=_refusals(endpoint, parameters=bool(names)),
        access=_ACCESS[endpoint.access],
        anonymous=endpoint.access == "anyone",
    )


def _refusals(endpoint: Endpoint, *, parameters: bool) -> tuple[str, ...]:
    """What such an endpoint can be refused with, by who may call it and what it takes."""
    kinds = [errors.BAD_QUERY, errors.TOO_MANY, errors.CROSS_SITE, errors.REFUSED, errors.DUPLICATE]
    if endpoint.access == "anyone":
        kinds += [errors.WRONG_CREDENTIALS, errors.SPENT, errors.FORBIDDEN]
    else:
        kinds += [errors.UNAUTHENTICATED, errors.FORBIDDEN, errors.SPENT]
    if endpoint.path == "/invitations/accept":  # by who is somebody, or else to sign up with
        kinds.append(errors.UNAUTHENTICATED)
    if endpoint.access in ("confirmed", "administrator"):
        kinds.append(errors.CONFIRM_FIRST)
    if endpoint.body is not None:
        kinds += [errors.BAD_BODY, errors.INVALID, errors.TOO_LARGE, errors.UNSUPPORTED_BODY, errors.WRONG_CREDENTIALS]
    if parameters:
        kinds += [errors.NOT_FOUND, errors.NOTHING_HERE]
    if endpoint.path.startswith("/oidc/"):
        kinds += [errors.PROVIDER_FAILED, errors.NOT_LINKED]
    return refusals_of("auth", kinds)


def _id(endpoint: Endpoint) -> str:
    """`auth_get_sessions`: of the method and the path, which stay."""
    path = re.sub(r"\W+", "_", endpoint.path).strip("_")
    return f"{PREFIX}_{endpoint.method.lower()}_{path}"
