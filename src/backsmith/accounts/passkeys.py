"""The ceremonies of passkeys (WebAuthn Level 3): what a browser is asked for, and whether its answer is right.

In: challenges, and answers as browsers have them in JSON (`PublicKeyCredential.toJSON`). Out: what is to be kept of a
new passkey, or what an old one says. Nothing is looked up or kept here. A passkey is asked to verify its user (PIN,
finger, face), so that it counts as two factors; attestation is not asked for, as any authenticator will do.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import urlsplit

from backsmith.accounts.browsers import own_address
from backsmith.errors import BacksmithError
from backsmith.settings import Settings

if TYPE_CHECKING:
    from webauthn.helpers.cose import COSEAlgorithmIdentifier

CHALLENGE_BYTES = 32
"""At least 16 (WebAuthn, 13.4.3)."""
HANDLE_BYTES = 64
"""Random, as many as a handle may have, so that it tells nothing about the account (WebAuthn, 14.6.1)."""
MOST_ID_BYTES = 1023
"""Of a credential's id (WebAuthn, 4)."""
_TIMEOUT = 300_000
"""Milliseconds that people have (WebAuthn, 15.1, recommends 300 to 600 seconds)."""
_TRANSPORTS = frozenset({"ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"})

Json = dict[str, Any]


class BadPasskey(BacksmithError):  # noqa: N818  the reason of a refusal, which the endpoint turns into one
    """An answer that proves nothing; the text says why, for the log."""


class NewPasskey(NamedTuple):
    """A passkey that was made."""

    id: str
    """Base64url, as browsers write it."""
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    backed_up: bool


class Known(NamedTuple):
    """What is kept of the passkey that an answer names."""

    id: str
    public_key: bytes
    handle: bytes


class Answered(NamedTuple):
    """What a passkey says of itself."""

    sign_count: int
    backed_up: bool


def registration_options(
    settings: Settings, challenge: bytes, handle: bytes, name: str, display_name: str, existing: Sequence[NewPasskey]
) -> Json:
    """What to give `navigator.credentials.create`; `existing` are the account's passkeys, of which a device that has
    one makes no other."""
    import webauthn  # noqa: PLC0415  slow to import
    from webauthn.helpers import options_to_json_dict, structs  # noqa: PLC0415  slow to import

    options = webauthn.generate_registration_options(
        rp_id=party_of(settings),
        rp_name=party_of(settings),
        user_id=handle,
        user_name=name,
        user_display_name=display_name,
        challenge=challenge,
        timeout=_TIMEOUT,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(
                id=webauthn.base64url_to_bytes(each.id),
                transports=[structs.AuthenticatorTransport(transport) for transport in each.transports],
            )
            for each in existing
        ],
        supported_pub_key_algs=_algorithms(),
    )
    return options_to_json_dict(options)


def sign_in_options(settings: Settings, challenge: bytes) -> Json:
    """What to give `navigator.credentials.get`. It names no passkey: the browser shows those that it has, and nobody
    learns here who has any."""
    import webauthn  # noqa: PLC0415  slow to import
    from webauthn.helpers import options_to_json_dict  # noqa: PLC0415  slow to import
    from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415  slow to import

    options = webauthn.generate_authentication_options(
        rp_id=party_of(settings),
        challenge=challenge,
        timeout=_TIMEOUT,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def registered(settings: Settings, challenge: bytes, credential: Json) -> NewPasskey:
    """The passkey that was made for that challenge, on our own pages. Raises BadPasskey."""
    import webauthn  # noqa: PLC0415  slow to import

    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party_of(settings),
            expected_origin=_origin(settings),
            require_user_verification=True,
            supported_pub_key_algs=_algorithms(),
        )
    except Exception as error:  # CBOR and ASN.1 from outside fail in many ways
        raise BadPasskey(str(error)) from error
    if not 16 <= len(made.credential_id) <= MOST_ID_BYTES:
        raise BadPasskey(f"The id has {len(made.credential_id)} bytes")
    said: Any = credential["response"].get("transports")
    transports = cast("list[Any]", said) if isinstance(said, list) else []
    return NewPasskey(
        id=_base64url(made.credential_id),
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=tuple(sorted({each for each in transports if isinstance(each, str)} & _TRANSPORTS)),
        backed_up=made.credential_backed_up,
    )


def answered(settings: Settings, challenge: bytes, credential: Json, known: Known) -> Answered:
    """What the passkey says, whose answer is signed by its key, for that challenge, on our own pages, with its user
    verified. Raises BadPasskey."""
    import webauthn  # noqa: PLC0415  slow to import
    from webauthn.helpers import parse_authentication_credential_json  # noqa: PLC0415  slow to import

    try:
        parsed = parse_authentication_credential_json(credential)
        if _base64url(parsed.raw_id) != known.id:
            raise BadPasskey("The answer is of another passkey")
        if not hmac.compare_digest(parsed.response.user_handle or b"", known.handle):
            raise BadPasskey("The answer is for another account")
        said = webauthn.verify_authentication_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=party_of(settings),
            expected_origin=_origin(settings),
            credential_public_key=known.public_key,
            credential_current_sign_count=0,  # looked at later, where the row is locked
            require_user_verification=True,
        )
    except BadPasskey:
        raise
    except Exception as error:  # as above
        raise BadPasskey(str(error)) from error
    return Answered(said.new_sign_count, said.credential_backed_up)


def is_copied(kept: int, said: int) -> bool:
    """Whether a counter that should only grow did not: somebody may use a copy of the passkey (WebAuthn, 6.1.1).
    Passkeys on several devices don't count and always say 0."""
    return (kept > 0 or said > 0) and said <= kept


def party_of(settings: Settings) -> str:
    """The name that passkeys are made for (the relying party): the host of the application's own address."""
    return urlsplit(own_address(settings)).hostname or "localhost"


def _origin(settings: Settings) -> str:
    address = urlsplit(own_address(settings))
    return f"{address.scheme}://{address.netloc}".lower()


def _algorithms() -> list[COSEAlgorithmIdentifier]:
    """Those that all authenticators have one of, the best first."""
    from webauthn.helpers.cose import COSEAlgorithmIdentifier  # noqa: PLC0415  slow to import

    return [
        COSEAlgorithmIdentifier.EDDSA,
        COSEAlgorithmIdentifier.ECDSA_SHA_256,
        COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
    ]


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
