"""The keys that check tokens: from a secret, a PEM file or a JSON Web Key Set to a frozen `Keyring`.

Each key is bound to the one algorithm that fits it, so that no token can have its own choice (an RSA key taken for an
HMAC secret is how others were broken into). Raises UsageError, which says what is wrong with the key.
"""

from __future__ import annotations

from base64 import b64decode
from typing import Any, NamedTuple, cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey, import_key
from msgspec import DecodeError, json

from backsmith.errors import UsageError

_MINIMUM_SECRET = 32
"""Bytes of an HS256 secret (RFC 7518, 3.2)."""
_MINIMUM_RSA = 2048
"""Bits of an RSA key (RFC 7518, 3.3)."""
_PUBLIC_MEMBERS = ("kty", "kid", "crv", "x", "y", "n", "e")


class VerificationKey(NamedTuple):
    """A key, and the only algorithm whose signatures it checks."""

    algorithm: str
    key: Key
    kid: str | None = None


class Keyring(NamedTuple):
    """All keys of one source."""

    keys: tuple[VerificationKey, ...]

    def find(self, algorithm: str, kid: str | None) -> VerificationKey | None:
        """The key that a token means: of that algorithm, and of that name where keys have names.

        A token that names no key has one only where a single key fits.
        """
        fitting = [key for key in self.keys if key.algorithm == algorithm]
        if kid is not None and any(key.kid is not None for key in self.keys):
            fitting = [key for key in fitting if key.kid == kid]
        return fitting[0] if len(fitting) == 1 else None

    def knows(self, kid: str | None) -> bool:
        """Whether a key of that name is here."""
        return any(key.kid == kid for key in self.keys)


def keyring_of_text(text: str, where: str) -> Keyring:
    """The keyring of one key: a public key in PEM form, or else a secret for HS256. `where` names it in messages."""
    stripped = text.strip()
    if stripped.startswith("-----BEGIN"):
        return Keyring((_public_key(stripped, where),))
    return Keyring((secret_key(stripped.encode(), where),))


def secret_key(secret: bytes, where: str) -> VerificationKey:
    """The key of a secret of at least 32 bytes."""
    if len(secret) < _MINIMUM_SECRET:
        raise UsageError(
            f"{where}: the secret has {len(secret)} bytes; one that can't be guessed has at least {_MINIMUM_SECRET}. "
            "Make one with: openssl rand -base64 32"
        )
    try:
        return VerificationKey("HS256", OctKey.import_key(secret))
    except ValueError as error:  # a public key, which everybody knows, in a form other than PEM
        raise UsageError(f"{where}: a public key is no secret. Write it in PEM form to check RS256, …") from error


def _public_key(pem: str, where: str) -> VerificationKey:
    if "PRIVATE KEY" in pem:
        raise UsageError(f"{where}: this is a private key. Checking tokens takes the public one only.")
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(
            f"{where}: this is not a public key in PEM form. "
            "From a certificate: openssl x509 -pubkey -noout -in certificate.pem"
        ) from error
    if isinstance(key, RSAPublicKey):
        _check_rsa(key.key_size, where)
        return VerificationKey("RS256", RSAKey.import_key(pem))
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return VerificationKey("ES256", ECKey.import_key(pem))
    if isinstance(key, Ed25519PublicKey):
        return VerificationKey("EdDSA", OKPKey.import_key(pem))
    raise UsageError(f"{where}: keys are RSA, EC on the curve P-256, or Ed25519.")


def keyring_of_set(document: bytes, where: str, *, secrets: bool) -> Keyring:
    """The keyring of a JSON Web Key Set (RFC 7517). Keys for encryption and of other kinds are left out, as the
    standard says. `secrets` tells whether secret keys may be in it; a set that is published has none.
    """
    try:
        entries: list[dict[str, Any]] = json.decode(document, type=dict[str, Any])["keys"]
        found = tuple(key for entry in entries if (key := _key_of_set(entry, where, secrets=secrets)) is not None)
    except (DecodeError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f'{where}: this is not a JSON Web Key Set, {{"keys": [{{"kty": …}}]}}.') from error
    if not found:
        raise UsageError(f"{where}: none of the {len(entries)} keys checks RS256, ES256, EdDSA or HS256 signatures.")
    names = [key.kid for key in found]
    if len(found) > 1 and (None in names or len(set(names)) < len(names)):
        raise UsageError(f"{where}: each of several keys needs a `kid` of its own, so that a token can name one.")
    return Keyring(found)


def _key_of_set(entry: dict[str, Any], where: str, *, secrets: bool) -> VerificationKey | None:
    if entry.get("use", "sig") != "sig" or "verify" not in entry.get("key_ops", ["verify"]):
        return None
    kid = entry.get("kid")
    if not isinstance(kid, str | None):
        raise TypeError(kid)
    match entry.get("kty"), entry.get("crv"):
        case "oct", _ if secrets:
            algorithm = "HS256"
        case "RSA", _:
            algorithm = "RS256"
        case "EC", "P-256":
            algorithm = "ES256"
        case "OKP", "Ed25519":
            algorithm = "EdDSA"
        case _:
            return None
    if _canonical(entry.get("alg", algorithm)) != algorithm:
        return None
    name = f"{where}, key {kid}" if kid else where
    try:
        if algorithm == "HS256":
            return secret_key(_bytes(entry["k"]), name)._replace(kid=kid)
        if algorithm == "RS256":  # before the library, which would only warn
            _check_rsa(int.from_bytes(_bytes(entry["n"]), "big").bit_length(), name)
        # Only the public members: a private key in a set would otherwise be kept in memory for nothing.
        key = import_key(cast("Any", {member: entry[member] for member in _PUBLIC_MEMBERS if member in entry}))
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{name}: this key can't be read.") from error
    return VerificationKey(algorithm, key, kid)


def _check_rsa(bits: int, where: str) -> None:
    if bits < _MINIMUM_RSA:
        raise UsageError(f"{where}: the RSA key has {bits} bits; it needs at least {_MINIMUM_RSA}.")


def _bytes(text: str) -> bytes:
    return b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)


def _canonical(algorithm: object) -> object:
    """RFC 9864 renames EdDSA on the curve Ed25519 to Ed25519; both names are in use."""
    return "EdDSA" if algorithm == "Ed25519" else algorithm
