"""What a provider says of itself and of who signed in, true and false."""

from __future__ import annotations

import json
from time import time
from typing import Any

import pytest
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey

from backsmith.accounts.oidc import provider as providers
from backsmith.accounts.oidc.fetching import MOST_BYTES, ProviderError, is_safe
from backsmith.accounts.oidc.provider import Identity, OtherProvider
from backsmith.settings import Provider
from tests.accounts.oidc.provider import ANOTHER, CLIENT, OURS, LyingProvider, at_hash, public_key_as_secret

BACK = "https://shop.example/auth/oidc/liar/callback"
SECRET = "the secret that the liar gave this client"
FAILED = "Signing in by the other provider didn't work: "


def other(liar: LyingProvider, secret: str = SECRET, **about: Any) -> OtherProvider:
    return OtherProvider("liar", Provider(issuer=liar.address, client_id=CLIENT, **about), secret)


async def signed_in(liar: LyingProvider, provider: OtherProvider | None = None) -> Identity:
    liar.nonce = "the nonce"
    return await (provider or other(liar)).exchange(f"code {time()}", BACK, "the nonce", "the verifier")


async def refused(liar: LyingProvider, provider: OtherProvider | None = None) -> str:
    with pytest.raises(ProviderError) as caught:
        await signed_in(liar, provider)
    assert caught.value.status == 502
    assert caught.value.message.startswith(FAILED)
    return caught.value.message.removeprefix(FAILED)


async def test_who_signed_in_is_what_a_true_id_token_says(liar: LyingProvider):
    liar.claims = {
        "email": "ann@shop.example",
        "email_verified": True,
        "name": " Ann ",
        "at_hash": at_hash("an access token"),
    }
    assert await signed_in(liar) == Identity(
        issuer=liar.address, subject="ann-at-the-provider", email="ann@shop.example", email_verified=True, name="Ann"
    )
    assert [asked.path for asked in liar.asked] == ["/.well-known/openid-configuration", "/token", "/keys"]


async def test_the_code_is_exchanged_with_its_verifier(liar: LyingProvider):
    liar.claims = {"email": "ann@shop.example"}
    await signed_in(liar)
    sent = liar.asked[1]
    assert {**sent.form, "code": ""} == {
        "grant_type": "authorization_code", "code": "", "redirect_uri": BACK, "code_verifier": "the verifier",
    }  # fmt: skip
    assert sent.headers["authorization"] == (
        "Basic b3VyLWNsaWVudDp0aGUlMjBzZWNyZXQlMjB0aGF0JTIwdGhlJTIwbGlhciUyMGdhdmUlMjB0aGlzJTIwY2xpZW50"
    )


@pytest.mark.parametrize(
    ("about", "secret", "offered", "form"),
    [
        ({"client_authentication": "post"}, SECRET, None, {"client_id": CLIENT, "client_secret": SECRET}),
        ({}, SECRET, ["client_secret_post"], {"client_id": CLIENT, "client_secret": SECRET}),
        ({}, SECRET, ["client_secret_post", "client_secret_basic"], {}),
        ({}, "", None, {"client_id": CLIENT}),
    ],
    ids=["as the settings say", "as the provider says", "rather in a header", "a client without a secret"],
)
async def test_how_the_secret_is_shown(
    liar: LyingProvider, about: dict[str, Any], secret: str, offered: list[str] | None, form: dict[str, str]
):
    liar.claims = {"email": "ann@shop.example"}
    if offered is not None:
        liar.document["token_endpoint_auth_methods_supported"] = offered
    await signed_in(liar, other(liar, secret, **about))
    sent = liar.asked[1]
    assert {name: sent.form[name] for name in ("client_id", "client_secret") if name in sent.form} == form
    assert ("authorization" in sent.headers) == (form == {})


# What is signed


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://accounts.google.com"}, "The ID token is from another issuer (`iss`)"),
        ({"iss": None}, "The ID token lacks iss"),
        ({"aud": "another-client"}, "The ID token is meant for another audience (`aud`)"),
        ({"aud": None}, "The ID token lacks aud"),
        ({"aud": [CLIENT, "another-client"]}, "The ID token was given to another client (`azp`)"),
        (
            {"aud": [CLIENT, "another-client"], "azp": "another-client"},
            "The ID token was given to another client (`azp`)",
        ),
        ({"azp": "another-client"}, "The ID token was given to another client (`azp`)"),
        ({"nonce": "of another sign-in"}, "The ID token is of another sign-in (`nonce`)"),
        ({"nonce": None}, "The ID token is of another sign-in (`nonce`)"),
        ({"nonce": ["the nonce"]}, "The ID token is of another sign-in (`nonce`)"),
        ({"exp": int(time()) - 120}, "The ID token has expired"),
        ({"exp": None}, "The ID token lacks exp"),
        ({"iat": int(time()) + 3600}, "The ID token is from the future (`iat`)"),
        ({"iat": None}, "The ID token lacks iat"),
        ({"nbf": int(time()) + 3600}, "The ID token is not valid yet (`nbf`)"),
        ({"sub": None}, "The ID token doesn't say whose it is (`sub`)"),
        ({"sub": ""}, "The ID token doesn't say whose it is (`sub`)"),
        ({"sub": 7}, "The ID token's `sub` can't be read"),
        ({"sub": "a" * 256}, "The ID token doesn't say whose it is (`sub`)"),
        ({"sub": "a\0b"}, "The ID token doesn't say whose it is (`sub`)"),
        ({"at_hash": at_hash("another")}, "The ID token came with another access token (`at_hash`)"),
        ({"at_hash": 7}, "The ID token came with another access token (`at_hash`)"),
    ],
)
async def test_a_token_whose_claims_do_not_fit_is_refused(liar: LyingProvider, claims: dict[str, Any], reason: str):
    liar.claims = claims
    assert await refused(liar) == reason


async def test_a_token_for_several_is_good_where_it_was_given_to_this_client(liar: LyingProvider):
    liar.claims = {"aud": [CLIENT, "another-client"], "azp": CLIENT, "email": "ann@shop.example"}
    assert (await signed_in(liar)).subject == "ann-at-the-provider"


ALGORITHMS = "The ID token's algorithm is not one of ES256, EdDSA, RS256"


async def test_a_token_without_a_signature_is_refused(liar: LyingProvider):
    liar.header, liar.unsigned = {"alg": "none"}, True
    assert await refused(liar) == ALGORITHMS


@pytest.mark.parametrize("none", ["None", "NONE", "nOnE", ""])
async def test_nor_does_it_help_to_spell_that_otherwise(liar: LyingProvider, none: str):
    liar.header, liar.unsigned = {"alg": none}, True
    assert await refused(liar) == ALGORITHMS


async def test_a_signature_left_out_is_noticed(liar: LyingProvider):
    liar.unsigned = True
    assert await refused(liar) == "The ID token's signature doesn't fit"


async def test_a_public_key_is_no_secret(liar: LyingProvider):
    liar.header, liar.key = {"alg": "HS256", "kid": "ours"}, public_key_as_secret()
    assert await refused(liar) == ALGORITHMS
    assert await refused(liar, other(liar, algorithms=("RS256", "HS256"))) == (
        "The ID token is signed with a key that is not known here"
    )


async def test_the_clients_secret_signs_nothing_unless_the_settings_say_so(liar: LyingProvider):
    liar.header, liar.key = {"alg": "HS256"}, OctKey.import_key(SECRET)
    liar.claims = {"email": "ann@shop.example"}
    assert await refused(liar) == ALGORITHMS
    assert (await signed_in(liar, other(liar, algorithms=("HS256",)))).subject == "ann-at-the-provider"


async def test_a_key_of_somebody_else_is_refused(liar: LyingProvider):
    liar.key = ANOTHER
    assert await refused(liar) == "The ID token's signature doesn't fit"


async def test_a_key_that_the_token_brings_along_is_not_looked_at(liar: LyingProvider):
    liar.key = ANOTHER
    liar.header = {"alg": "RS256", "kid": "ours", "jwk": ANOTHER.as_dict(private=False), "jku": f"{liar.address}/evil"}
    assert await refused(liar) == "The ID token's signature doesn't fit"
    assert "/evil" not in [asked.path for asked in liar.asked]


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
async def test_keys_of_other_kinds(liar: LyingProvider, algorithm: str):
    key = (
        ECKey.generate_key("P-256", {"kid": "k"})
        if algorithm == "ES256"
        else OKPKey.generate_key("Ed25519", {"kid": "k"})
    )
    liar.keys = json.dumps(KeySet([OURS, key]).as_dict(private=False)).encode()
    liar.key, liar.header, liar.claims = key, {"alg": algorithm, "kid": "k"}, {"email": "ann@shop.example"}
    assert (await signed_in(liar)).subject == "ann-at-the-provider"
    assert await refused(liar, other(liar, algorithms=("RS256",))) == "The ID token's algorithm is not one of RS256"


async def test_a_new_key_is_fetched_when_a_token_names_it_but_not_for_each_token(
    liar: LyingProvider, monkeypatch: pytest.MonkeyPatch
):
    liar.claims, provider = {"email": "ann@shop.example"}, other(liar)
    await signed_in(liar, provider)
    new = ECKey.generate_key("P-256", {"kid": "new"})
    liar.keys = json.dumps(KeySet([OURS, new]).as_dict(private=False)).encode()
    liar.key, liar.header = new, {"alg": "ES256", "kid": "new"}
    assert await refused(liar, provider) == "The ID token is signed with a key that is not known here"
    monkeypatch.setattr(providers, "KEYS_NOT_BEFORE", 0.0)
    assert (await signed_in(liar, provider)).subject == "ann-at-the-provider"


# What is said of the person


async def test_an_address_that_the_id_token_lacks_comes_from_the_other_source_with_its_being_verified(
    liar: LyingProvider,
):
    liar.claims = {"email_verified": True}
    liar.userinfo = {"sub": "ann-at-the-provider", "email": "ann@shop.example"}
    found = await signed_in(liar)
    assert (found.email, found.email_verified) == ("ann@shop.example", False)
    assert liar.asked[-1].headers["authorization"] == "Bearer an access token"


@pytest.mark.parametrize("subject", ["bob-at-the-provider", None, 7, "ann-at-the-provider "])
async def test_what_is_said_of_somebody_else_is_refused(liar: LyingProvider, subject: Any):
    liar.userinfo = {"sub": subject, "email": "bob@shop.example", "email_verified": True}
    assert await refused(liar) == "it speaks of somebody else than who signs in (`sub`)"


@pytest.mark.parametrize(
    ("verified", "is_verified"),
    [(True, True), ("true", True), (False, False), ("false", False), (1, False), (None, False), ("yes", False)],
)
async def test_an_address_is_verified_where_the_provider_says_so(liar: LyingProvider, verified: Any, is_verified: bool):
    liar.claims = {"email": "ann@shop.example", "email_verified": verified}
    assert (await signed_in(liar)).email_verified is is_verified


async def test_or_where_the_settings_do(liar: LyingProvider):
    liar.claims = {"email": "ann@shop.example"}
    assert (await signed_in(liar, other(liar, trust_email=True))).email_verified is True


# How it is asked


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (
            {"issuer": "https://accounts.google.com"},
            "it gives itself another name than the setting providers has (`issuer`)",
        ),
        ({"issuer": "ADDRESS/"}, "it gives itself another name than the setting providers has (`issuer`)"),
        ({"token_endpoint": "http://169.254.169.254/latest"}, "it names addresses that are not https"),
        ({"jwks_uri": "file:///etc/passwd"}, "it names addresses that are not https"),
        ({"userinfo_endpoint": "http://10.0.0.7/"}, "it names addresses that are not https"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "it names addresses that are not https"),
        ({"token_endpoint": None}, "what it says of itself can't be read"),
    ],
)
async def test_what_it_says_of_itself_has_to_fit(liar: LyingProvider, document: dict[str, Any], reason: str):
    liar.document |= {k: v.replace("ADDRESS", liar.address) if v else v for k, v in document.items()}
    assert await refused(liar) == reason


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token", "/userinfo"])
async def test_redirects_are_not_followed(liar: LyingProvider, path: str):
    liar.status[path] = 302
    assert "302" in await refused(liar)
    assert liar.asked[-1].path == path


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token", "/userinfo"])
async def test_a_reply_without_end_is_not_read_to_its_end(liar: LyingProvider, path: str):
    liar.bodies[path] = b" " * (MOST_BYTES + 1)
    assert await refused(liar) == "its reply is too large"


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token", "/userinfo"])
async def test_a_reply_that_is_no_json_is_refused(liar: LyingProvider, path: str):
    liar.bodies[path] = b"<html>"
    assert "can't be read" in (said := await refused(liar)) or "no ID token" in said or "JSON Web Key Set" in said


async def test_a_provider_that_is_away(liar: LyingProvider):
    provider = OtherProvider("away", Provider(issuer="http://127.0.0.1:9", client_id=CLIENT), SECRET)
    assert await refused(liar, provider) == "it can't be reached"


async def test_one_that_is_away_is_not_asked_again_at_once(liar: LyingProvider):
    provider, path = other(liar), "/.well-known/openid-configuration"
    liar.bodies[path] = b" " * (MOST_BYTES + 1)
    assert await refused(liar, provider) == "its reply is too large"
    del liar.bodies[path]
    assert await refused(liar, provider) == "it can't be reached"
    assert [asked.path for asked in liar.asked] == [path]
    provider._away_until = 0.0  # five seconds later
    assert (await signed_in(liar, provider)).subject == "ann-at-the-provider"


async def test_a_code_is_good_once_there(liar: LyingProvider):
    liar.claims, provider, liar.nonce = {"email": "ann@shop.example"}, other(liar), "the nonce"
    await provider.exchange("a code", BACK, "the nonce", "the verifier")
    with pytest.raises(ProviderError, match=r"it doesn't take its own code \(status 400\)"):
        await provider.exchange("a code", BACK, "the nonce", "the verifier")


async def test_another_type_of_token_is_refused(liar: LyingProvider):
    liar.token = {"token_type": "mac"}
    assert await refused(liar) == "it gives tokens of another type than Bearer"


@pytest.mark.parametrize(
    ("address", "safe_here", "safe"),
    [
        ("https://accounts.example/token", True, True),
        ("https://accounts.example:8443/token", True, True),
        ("http://127.0.0.1:9/token", True, False),
        ("http://[::1]:9/token", True, False),
        ("http://localhost/token", True, False),
        ("http://10.0.0.7/token", False, False),
        ("http://localhost.evil.example/", False, False),
        ("https://user@evil.example/", False, False),
        ("https:///token", False, False),
        ("https://a:0/", False, False),
        ("https://a:b/", False, False),
        ("ftp://accounts.example/", False, False),
        ("/token", False, False),
        (None, False, False),
    ],
)
def test_addresses_that_requests_may_go_to(address: object, safe_here: bool, safe: bool):
    assert (is_safe(address, here=True), is_safe(address, here=False)) == (safe_here, safe)


async def test_secrets_stand_in_no_message_and_no_repr(liar: LyingProvider):
    liar.status["/token"] = 500
    liar.bodies["/token"] = SECRET.encode()
    assert SECRET not in await refused(liar)
    assert SECRET not in repr(other(liar))
