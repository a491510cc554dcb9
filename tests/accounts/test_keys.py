"""Keys that check tokens: which are taken, and what is said of those that aren't."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, OctKey, RSAKey

from backsmith.accounts import Authenticator
from backsmith.errors import UsageError
from backsmith.settings import ApiKey, Settings

RSA = RSAKey.generate_key(2048)
WEAK = generate_rsa(65537, 1024).public_key()


def base64_of(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


def said(**values: object) -> str:
    with pytest.raises(UsageError) as caught:
        Authenticator(Settings(**values), None)  # type: ignore[arg-type]
    return str(caught.value)


def file(folder: Path, content: object) -> str:
    path = folder / "keys"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return str(path)


def test_a_file_that_is_not_there():
    assert said(jwt_key_file="no/such/file") == "jwt_key_file: no/such/file can't be read: No such file or directory."


def test_a_short_secret_in_a_file(tmp_path: Path):
    assert said(jwt_key_file=file(tmp_path, b"secret\n")) == (
        "jwt_key_file: the secret has 6 bytes; one that can't be guessed has at least 32. "
        "Make one with: openssl rand -base64 32"
    )


def test_a_file_of_bytes(tmp_path: Path):
    path = file(tmp_path, b"\xff" * 40)
    assert said(jwt_key_file=path) == (
        f"jwt_key_file: {path} holds no text. Write the key in PEM form, or a secret as text."
    )


def test_a_private_key(tmp_path: Path):
    path = file(tmp_path, RSA.as_pem(private=True))
    assert said(jwt_key_file=path) == (
        "jwt_key_file: this is a private key. Checking tokens takes the public one only."
    )


def test_a_public_key_as_a_secret_in_another_form(tmp_path: Path):
    ssh = RSA.public_key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    assert said(jwt_key_file=file(tmp_path, ssh)) == (
        "jwt_key_file: a public key is no secret. Write it in PEM form to check RS256, …"
    )


def test_a_weak_key():
    assert said(jwt_key=WEAK.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()) == (
        "jwt_key: the RSA key has 1024 bits; it needs at least 2048."
    )


def test_a_key_of_another_curve():
    key = generate_private_key(SECP256K1()).public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert said(jwt_key=pem) == "jwt_key: keys are RSA, EC on the curve P-256, or Ed25519."


def test_a_key_that_is_cut_off():
    assert said(jwt_key="-----BEGIN PUBLIC KEY-----\nMIIB") == (
        "jwt_key: this is not a public key in PEM form. "
        "From a certificate: openssl x509 -pubkey -noout -in certificate.pem"
    )


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"keys": 5}', b'{"keys": ["a"]}', b'{"keys": [{"kid": 5}]}'])
def test_what_is_no_key_set(tmp_path: Path, content: bytes):
    assert said(jwks_file=file(tmp_path, content)) == (
        'jwks_file: this is not a JSON Web Key Set, {"keys": [{"kty": …}]}.'
    )


def test_a_key_set_without_a_key_for_us(tmp_path: Path):
    keys = [ECKey.generate_key("P-384").as_dict(private=False), {"kty": "AKP", "pub": "AAAA"}]
    assert said(jwks_file=file(tmp_path, {"keys": keys})) == (
        "jwks_file: none of the 2 keys checks RS256, ES256, EdDSA or HS256 signatures."
    )


def test_keys_of_a_set_without_names(tmp_path: Path):
    keys = [{name: value for name, value in RSAKey.generate_key(2048).as_dict(private=False).items() if name != "kid"}
            for _ in range(2)]  # fmt: skip
    assert said(jwks_file=file(tmp_path, {"keys": keys})) == (
        "jwks_file: each of several keys needs a `kid` of its own, so that a token can name one."
    )


def test_a_short_secret_in_a_set(tmp_path: Path):
    short = base64.urlsafe_b64encode(b"short").rstrip(b"=").decode()
    assert said(jwks_file=file(tmp_path, {"keys": [{"kty": "oct", "k": short, "kid": "a"}]})) == (
        "jwks_file, key a: the secret has 5 bytes; one that can't be guessed has at least 32. "
        "Make one with: openssl rand -base64 32"
    )


def test_a_broken_key_in_a_set(tmp_path: Path):
    assert said(jwks_file=file(tmp_path, {"keys": [{"kty": "RSA", "n": "!", "e": "AQAB", "kid": "a"}]})) == (
        "jwks_file, key a: this key can't be read."
    )


def test_a_weak_key_in_a_set(tmp_path: Path):
    key = {"kty": "RSA", "kid": "a", "n": base64_of(WEAK.public_numbers().n), "e": "AQAB"}
    assert said(jwks_file=file(tmp_path, {"keys": [key]})) == (
        "jwks_file, key a: the RSA key has 1024 bits; it needs at least 2048."
    )


def test_a_secret_key_in_a_file_is_taken(tmp_path: Path):
    Authenticator(Settings(jwks_file=file(tmp_path, {"keys": [OctKey.generate_key(256).as_dict()]})), None)


def test_an_api_key_for_an_account_of_another_type():
    from backsmith.blueprint.types import Integer  # noqa: PLC0415  only here

    with pytest.raises(UsageError) as caught:
        Authenticator(Settings(api_keys={"reporting": ApiKey("a" * 64, "seven")}), Integer())
    assert str(caught.value) == "api_keys.reporting: 'seven' is not the key of an account."
