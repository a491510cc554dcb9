"""Tokens: which are accepted, and the attacks on them that are refused, each with what the sender is told."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, Key, KeySet, OctKey, OKPKey, RSAKey

from backsmith.accounts import Authenticator
from backsmith.accounts.cache import TokenCache
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.types import Integer, Text, Type, Uuid
from backsmith.errors import RequestError
from backsmith.settings import ApiKey, Settings

SECRET = "a secret of thirty-two bytes, or more"
OCT = OctKey.import_key(SECRET)
RSA = RSAKey.generate_key(2048)
EC = ECKey.generate_key("P-256")
ED = OKPKey.generate_key("Ed25519")
RSA_PEM = RSA.as_pem(private=False).decode()
PUBLIC = {"RS256": RSA_PEM, "ES256": EC.as_pem(private=False).decode(), "EdDSA": ED.as_pem(private=False).decode()}
PRIVATE: dict[str, Key] = {"HS256": OCT, "RS256": RSA, "ES256": EC, "EdDSA": ED}
NOW = int(time.time())
INTEGER = Integer()


def settings(**values: Any) -> Settings:
    return Settings(**{"jwt_key": SECRET, "environment": "production", **values})


def claims(**values: Any) -> dict[str, Any]:
    return {"sub": "12", "exp": NOW + 600, **values}


def sign(payload: dict[str, Any] | bytes, key: Key = OCT, **header: Any) -> str:
    """A token made by hand: whatever the header says, signed with the algorithm of the key."""
    head = {"alg": "HS256", "typ": "JWT", **header}
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return jws.serialize_compact({k: v for k, v in head.items() if v is not None}, body, key, registry=Anything())


class Anything(jws.JWSRegistry):
    """Signs with every algorithm and any header: attackers have no rules."""

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]

    def check_header(self, header: Any) -> None:
        pass


def part(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def hmac_token(header: dict[str, Any], payload: dict[str, Any], secret: bytes) -> str:
    signed = f"{part(header)}.{part(payload)}"
    return f"{signed}.{part(hmac.digest(secret, signed.encode(), 'sha256'))}"


def identify(token: str, account: Type | None = INTEGER, **values: Any) -> Asker:
    return Authenticator(settings(**values), account).identify(f"Bearer {token}")


def refused(token: str, account: Type | None = INTEGER, **values: Any) -> str:
    """What the sender of a token that must be refused is told."""
    with pytest.raises(RequestError) as caught:
        identify(token, account, **values)
    error = caught.value
    assert (error.kind.status, error.kind.slug) == (401, "bad-token")
    assert dict(error.headers)["WWW-Authenticate"].startswith('Bearer error="invalid_token", error_description="')
    return error.message


# What is accepted


def test_no_credential_is_nobody():
    assert Authenticator(settings(), Integer()).identify(None) is NOBODY


def test_a_token_gives_the_account_and_its_roles():
    token = sign(claims(roles=["staff", "admin"]))
    assert identify(token) == Asker(12, frozenset({"staff", "admin"}), "token")


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_token_signed_by_a_private_key_is_checked_with_the_public_one(algorithm: str):
    token = sign(claims(), PRIVATE[algorithm], alg=algorithm)
    assert identify(token, jwt_key=PUBLIC[algorithm]) == Asker(12, frozenset(), "token")


def test_the_newer_name_of_eddsa_means_the_same():
    assert identify(sign(claims(), ED, alg="Ed25519"), jwt_key=PUBLIC["EdDSA"]).id == 12


@pytest.mark.parametrize(
    ("type", "written", "key"),
    [
        (Integer(), "12", 12),
        (Integer(), "-1", -1),
        (Integer(), "9223372036854775807", 2**63 - 1),
        (Uuid(), "0190A4B4-3C3C-7000-8000-000000000001", UUID("0190a4b4-3c3c-7000-8000-000000000001")),
        (Text(), "ann@example.org", "ann@example.org"),
        (None, "auth0|12", "auth0|12"),
    ],
)
def test_the_account_is_read_as_the_type_of_its_key(type: Type | None, written: str, key: object):
    assert identify(sign(claims(sub=written)), type).id == key


@pytest.mark.parametrize("kind", ["JWT", "jwt", "at+jwt", "application/at+jwt", None])
def test_the_types_of_token_that_show_who_asks(kind: str | None):
    assert identify(sign(claims(), typ=kind)).id == 12


def test_unknown_members_of_the_header_are_passed_over():
    assert identify(sign(claims(), cat="cl_B7d4PD")).id == 12


@pytest.mark.parametrize(
    ("path", "payload", "roles"),
    [
        ("roles", {"roles": "staff"}, {"staff"}),
        ("roles", {"roles": []}, set()),
        ("roles", {}, set()),
        ("realm_access.roles", {"realm_access": {"roles": ["a", "b"]}}, {"a", "b"}),
        ("realm_access.roles", {"realm_access": "none"}, set()),
        ("https://shop.example/roles", {"https://shop.example/roles": ["a"]}, {"a"}),
    ],
)
def test_roles_are_found_where_the_setting_says(path: str, payload: dict[str, Any], roles: set[str]):
    assert identify(sign(claims(**payload)), jwt_roles_claim=path).roles == roles


def test_the_account_is_found_where_the_setting_says():
    assert identify(sign(claims(user={"id": 7})), jwt_account_claim="user.id").id == 7


def test_audience_and_issuer_that_fit():
    token = sign(claims(aud=["other", "shop"], iss="https://issuer.example"))
    assert identify(token, jwt_audience="shop", jwt_issuer="https://issuer.example").id == 12


def test_clocks_may_differ_by_the_leeway():
    token = sign(claims(exp=NOW - 5, nbf=NOW + 5, iat=NOW + 5))
    assert identify(token, jwt_leeway=60.0).id == 12


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Token", "TOKEN"])
def test_the_name_of_the_scheme_is_in_any_case(scheme: str):
    assert Authenticator(settings(), Integer()).identify(f"{scheme} {sign(claims())}").id == 12


# Attacks on the signature


def test_alg_none():
    token = f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims())}."
    assert refused(token) == "The token's algorithm is not one of ES256, EdDSA, HS256, RS256."


@pytest.mark.parametrize("name", ["None", "nOnE", "NONE", "", "hs256", None, 5, ["HS256"], {"a": 1}])
def test_other_spellings_of_no_algorithm(name: object):
    token = f"{part({'alg': name, 'typ': 'JWT'})}.{part(claims())}."
    assert refused(token) == "The token's algorithm is not one of ES256, EdDSA, HS256, RS256."


def test_no_signature():
    assert refused(sign(claims()).rpartition(".")[0] + ".") == "The token's signature doesn't fit."


def test_a_public_key_taken_for_a_secret():
    token = hmac_token({"alg": "HS256", "typ": "JWT"}, claims(), RSA_PEM.encode())
    assert refused(token, jwt_key=RSA_PEM) == "The token is signed with a key that is not known here."


def test_a_public_key_of_a_set_taken_for_a_secret(tmp_path: Path):
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [{**RSA.as_dict(private=False), "kid": "a"}]}))
    token = hmac_token({"alg": "HS256", "kid": "a"}, claims(), RSA_PEM.encode())
    assert refused(token, jwt_key="", jwks_file=str(file)) == "The token is signed with a key that is not known here."


def test_another_secret():
    assert refused(sign(claims(), OctKey.import_key("x" * 40))) == "The token's signature doesn't fit."


def test_changed_claims_under_the_old_signature():
    head, _, signature = sign(claims()).split(".")
    assert refused(f"{head}.{part(claims(sub='1'))}.{signature}") == "The token's signature doesn't fit."


def test_an_algorithm_left_out_of_the_list():
    token = sign(claims())
    assert refused(token, jwt_algorithms=("RS256",)) == "The token's algorithm is not one of RS256."


def test_a_stronger_algorithm_of_the_same_key():
    token = sign(claims(), alg="HS512")
    assert refused(token) == "The token's algorithm is not one of ES256, EdDSA, HS256, RS256."


def test_a_key_that_the_token_brings_along():
    own = RSAKey.generate_key(2048)
    token = sign(claims(), own, alg="RS256", jwk=own.as_dict(private=False))
    assert refused(token, jwt_key=RSA_PEM) == "The token's signature doesn't fit."


def test_an_address_of_keys_that_the_token_brings_along():
    own = RSAKey.generate_key(2048)
    token = sign(claims(), own, alg="RS256", jku="http://127.0.0.1:1/keys", x5u="http://127.0.0.1:1/cert")
    assert refused(token, jwt_key=RSA_PEM) == "The token's signature doesn't fit."


@pytest.mark.parametrize("kid", ["../../../../dev/null", "' OR 1=1 --", "a\0b", "/etc/passwd", "", "b"])
def test_the_name_of_a_key_is_only_looked_up(tmp_path: Path, kid: str):
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [{**OCT.as_dict(), "kid": "a"}]}))
    message = refused(sign(claims(), kid=kid), jwt_key="", jwks_file=str(file))
    assert message == "The token is signed with a key that is not known here."


@pytest.mark.parametrize("kid", [5, ["a"], {"a": 1}, "k" * 300])
def test_names_of_keys_that_are_none(kid: object):
    token = hmac_token({"alg": "HS256", "kid": kid}, claims(), SECRET.encode())
    assert refused(token) == "The token's `kid` is not a name of a key."


# Attacks on the header


def test_critical_extensions():
    token = hmac_token({"alg": "HS256", "crit": ["exp"], "exp": NOW + 5}, claims(), SECRET.encode())
    assert refused(token) == "The token asks for extensions (`crit`) that are not known here."


def test_an_empty_list_of_critical_extensions():
    token = hmac_token({"alg": "HS256", "crit": []}, claims(), SECRET.encode())
    assert refused(token) == "The token asks for extensions (`crit`) that are not known here."


def test_an_unencoded_payload():
    token = hmac_token({"alg": "HS256", "b64": False}, claims(), SECRET.encode())
    assert refused(token) == "The token asks for extensions (`crit`) that are not known here."


@pytest.mark.parametrize("kind", ["logout+jwt", "dpop+jwt", "JWE", "", 5])
def test_a_token_for_another_purpose(kind: object):
    token = hmac_token({"alg": "HS256", "typ": kind}, claims(), SECRET.encode())
    assert refused(token) == "The token is of another type (`typ`) than JWT."


def test_a_header_with_a_member_twice():
    header = urlsafe_b64encode(b'{"alg":"HS256","alg":"HS256"}').rstrip(b"=").decode()
    signed = f"{header}.{part(claims())}"
    token = f"{signed}.{part(hmac.digest(SECRET.encode(), signed.encode(), 'sha256'))}"
    assert refused(token) == "The token is not made of JSON, or has a member twice."


# Attacks on the form


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("abc", "This is not a signed token: three parts with dots between."),
        ("a.b.c.d.e", "This is not a signed token: three parts with dots between."),
        ("é.é.é", "This is not a signed token: three parts with dots between."),
        ("..", "The token is not made of JSON, or has a member twice."),
        ("!.!.!", "The token is not made of JSON, or has a member twice."),
        ("a.b.c", "The token's header can't be read."),
        (f"{part([1])}.{part({})}.x", "The token doesn't hold an object."),
        (f"{part(b'[' * 3000)}.x.x", "The token is not made of JSON, or has a member twice."),
        ("x" * 9000, "The token has more than 8192 characters."),
    ],
)
def test_what_is_no_token(token: str, message: str):
    assert refused(token) == message


def test_a_payload_nested_too_deeply():
    assert refused(sign(b"[" * 5000)) == "The token is not made of JSON, or has a member twice."


def test_a_payload_that_is_a_list():
    assert refused(sign(b"[1]")) == "The token doesn't hold an object."


def test_claims_twice():
    payload = b'{"sub":"12","sub":"1","exp":%d}' % (NOW + 600)
    assert refused(sign(payload)) == "The token is not made of JSON, or has a member twice."


# Attacks on the claims


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"exp": None}, "The token lacks exp."),
        ({"exp": NOW - 60}, "The token has expired."),
        ({"exp": str(NOW + 600)}, "The token's `exp` can't be read."),
        ({"exp": True}, "The token's `exp` can't be read."),
        ({"exp": [NOW + 600]}, "The token's `exp` can't be read."),
        ({"nbf": NOW + 600}, "The token is not valid yet (`nbf`)."),
        ({"iat": NOW + 600}, "The token is from the future (`iat`)."),
        (
            {"aud": "shop"},
            "The token names an audience (`aud`), and the setting jwt_audience doesn't say which is ours.",
        ),
        ({"sub": None}, "The token's `sub` can't be read."),
        ({"sub": ""}, "The token's sub is not the key of an account."),
        ({"sub": 12}, "The token's `sub` can't be read."),
        ({"sub": "twelve"}, "The token's sub is not the key of an account."),
        ({"sub": " 12"}, "The token's sub is not the key of an account."),
        ({"sub": "+12"}, "The token's sub is not the key of an account."),
        ({"sub": "012"}, "The token's sub is not the key of an account."),
        ({"sub": "１２"}, "The token's sub is not the key of an account."),
        ({"sub": "1e1"}, "The token's sub is not the key of an account."),
        ({"sub": "9223372036854775808"}, "The token's sub is not the key of an account."),
        ({"roles": {"staff": True}}, "The token's roles is not a list of texts."),
        ({"roles": ["staff", 1]}, "The token's roles is not a list of texts."),
        ({"roles": 5}, "The token's roles is not a list of texts."),
    ],
)
def test_claims_that_are_refused(change: dict[str, Any], message: str):
    assert refused(sign(claims(**change))) == message


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 5000])
def test_times_that_never_come(number: bytes):
    assert refused(sign(b'{"sub":"12","exp":%s}' % number)) in {
        "The token is not made of JSON, or has a member twice.",
        "The token's `exp` can't be read.",
    }


@pytest.mark.parametrize("aud", [None, "other", ["other"], [], "", "sho", "shops", {"shop": 1}, 5])
def test_a_token_for_another_audience(aud: object):
    message = refused(sign(claims(aud=aud)), jwt_audience="shop")
    assert message in {
        "The token lacks aud.",
        "The token is meant for another audience (`aud`).",
    }


@pytest.mark.parametrize("iss", [None, "https://issuer.example.evil", ["https://issuer.example"], ""])
def test_a_token_of_another_issuer(iss: object):
    message = refused(sign(claims(iss=iss)), jwt_issuer="https://issuer.example")
    assert message in {"The token lacks iss.", "The token is from another issuer (`iss`)."}


@pytest.mark.parametrize(
    ("type", "sub"),
    [
        (Uuid(), "12"),
        (Uuid(), "{0190a4b4-3c3c-7000-8000-000000000001}"),
        (Text(max_length=3), "long"),
        (Text(), "a\0b"),
    ],
)
def test_an_account_of_another_type(type: Type, sub: str):
    assert refused(sign(claims(sub=sub)), type) == "The token's sub is not the key of an account."


# No key to check with


def test_without_a_key_no_token_is_valid_and_nobody_is_not_the_answer():
    assert refused(sign(claims()), jwt_key="") == "No token is valid here: there is no key to check it with."


# Several keys


def test_a_key_set_with_several_keys(tmp_path: Path):
    keys = [RSAKey.generate_key(2048, {"kid": "old"}), RSAKey.generate_key(2048, {"kid": "new"})]
    encryption = {**RSA.as_dict(private=False), "kid": "enc", "use": "enc"}
    other = {"kty": "AKP", "kid": "later", "pub": "AAAA"}
    document = KeySet(list(keys)).as_dict(private=False)
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [*document["keys"], encryption, other]}))
    at = {"jwt_key": "", "jwks_file": str(file)}
    assert identify(sign(claims(), keys[0], alg="RS256", kid="old"), **at).id == 12
    assert identify(sign(claims(), keys[1], alg="RS256", kid="new"), **at).id == 12
    assert refused(sign(claims(), keys[1], alg="RS256", kid="old"), **at) == "The token's signature doesn't fit."
    unknown = "The token is signed with a key that is not known here."
    assert refused(sign(claims(), keys[1], alg="RS256"), **at) == unknown
    assert refused(sign(claims(), RSA, alg="RS256", kid="enc"), **at) == unknown


# Tokens seen before


def test_a_token_seen_before_is_not_checked_again():
    authenticator = Authenticator(settings(), Integer())
    header = f"Bearer {sign(claims())}"
    assert authenticator.identify(header) is authenticator.identify(header)


def test_a_token_seen_before_ends_when_it_expires():
    now = [float(NOW)]
    authenticator = Authenticator(settings(jwt_leeway=10.0), Integer(), clock=lambda: now[0])
    header = f"Bearer {sign(claims(exp=NOW + 60))}"
    now[0] += 69.9
    assert authenticator.identify(header).id == 12
    now[0] += 0.1
    with pytest.raises(RequestError, match=r"The token has expired\."):
        authenticator.identify(header)


def test_the_cache_is_bounded_and_drops_the_oldest():
    cache = TokenCache(max_entries=2, max_characters=10)
    for text in ("aaa", "bbb", "ccc"):
        cache.put(text, NOBODY, 0.0)
    assert list(cache.entries) == ["bbb", "ccc"]
    cache.put("d" * 8, NOBODY, 0.0)
    assert list(cache.entries) == ["dddddddd"]
    cache.put("e" * 11, NOBODY, 0.0)
    assert list(cache.entries) == ["dddddddd"]


# API keys

KEY = "bsk_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
KEYS = {"reporting": ApiKey(sha256(KEY.encode()).hexdigest(), 7, ("staff",))}


@pytest.mark.parametrize(
    ("authorization", "api_key"),
    [(None, KEY), (f"Bearer {KEY}", None), (f"ApiKey {KEY}", None), (f"apikey  {KEY}", None)],
)
def test_an_api_key_in_each_place(authorization: str | None, api_key: str | None):
    asker = Authenticator(settings(api_keys=KEYS), Integer()).identify(authorization, api_key)
    assert asker == Asker(7, frozenset({"staff"}), "key", "reporting")


@pytest.mark.parametrize("key", ["", "bsk_", KEY[:-1], KEY + "x", KEY.upper(), KEYS["reporting"].sha256, "\udcff"])
def test_a_wrong_api_key(key: str):
    with pytest.raises(RequestError, match=r"There is no such API key\."):
        Authenticator(settings(api_keys=KEYS), Integer()).identify(None, key)


def test_a_token_and_an_api_key_at_once():
    with pytest.raises(RequestError) as caught:
        Authenticator(settings(api_keys=KEYS), Integer()).identify(f"Bearer {sign(claims())}", KEY)
    error = caught.value
    assert (error.kind.status, error.message, error.hint) == (
        400,
        "The request has a token and an API key.",
        "Send either Authorization or X-API-Key, not both.",
    )


@pytest.mark.parametrize("header", ["", " ", "Bearer", "Bearer ", "Basic YTpi", "Digest x", "bearer\tx", "ApiKey"])
def test_other_contents_of_the_header(header: str):
    with pytest.raises(RequestError) as caught:
        Authenticator(settings(), Integer()).identify(header)
    assert (caught.value.kind.status, caught.value.message) == (401, "The header Authorization can't be read.")


def test_signing_and_checking_by_the_library_agree():
    token = jwt.encode({"alg": "HS256"}, claims(), OCT)
    assert identify(token).id == 12
