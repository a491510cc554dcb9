"""Keys that are published at an address: fetched, renewed, and what happens while they can't be had."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from backsmith.accounts import Authenticator
from backsmith.accounts.authenticator import UnknownKeyError
from backsmith.errors import RequestError
from backsmith.settings import Settings

OLD = RSAKey.generate_key(2048, {"kid": "old"})
NEW = RSAKey.generate_key(2048, {"kid": "new"})


class Issuer:
    """A server on this machine that publishes keys."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body = self.publish(OLD)
        self.asked: list[str] = []
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked.append(self.path)
                self.send_response(issuer.status)
                for name, value in issuer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(issuer.body)))
                self.end_headers()
                self.wfile.write(issuer.body)

            def log_message(self, *_: object) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def publish(self, *keys: RSAKey) -> bytes:
        self.body = json.dumps(KeySet(list(keys)).as_dict(private=False)).encode()
        return self.body


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    thread = threading.Thread(target=issuer.server.serve_forever)
    thread.start()
    yield issuer
    issuer.server.shutdown()
    issuer.server.server_close()
    thread.join()


def header(key: RSAKey) -> str:
    claims = {"sub": "12", "aud": "shop", "exp": int(time.time()) + 60}
    return f"Bearer {jwt.encode({'alg': 'RS256', 'kid': key.kid or ''}, claims, key)}"


def authenticator(issuer: Issuer) -> Authenticator:
    return Authenticator(Settings(jwks_url=f"{issuer.address}/keys", jwt_audience="shop"), None)


async def test_keys_are_fetched_at_the_start(issuer: Issuer):
    accounts = authenticator(issuer)
    await accounts.start()
    assert accounts.identify(header(OLD)).id == "12"
    await accounts.close()
    assert issuer.asked == ["/keys"]


async def test_a_new_key_is_fetched_when_a_token_names_it(issuer: Issuer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("backsmith.accounts.remote.NOT_BEFORE", 0.0)
    accounts = authenticator(issuer)
    await accounts.start()
    issuer.publish(OLD, NEW)
    assert (await accounts.identify_patiently(header(NEW))).id == "12"
    await accounts.close()


async def test_a_withdrawn_key_is_good_no_longer_not_even_for_tokens_seen_before(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("backsmith.accounts.remote.NOT_BEFORE", 0.0)
    accounts = authenticator(issuer)
    await accounts.start()
    accounts.identify(header(OLD))
    issuer.publish(NEW)
    await accounts.identify_patiently(header(NEW))
    with pytest.raises(UnknownKeyError):
        accounts.identify(header(OLD))
    await accounts.close()


async def test_a_flood_of_invented_keys_is_no_flood_of_fetches(issuer: Issuer):
    accounts = authenticator(issuer)
    await accounts.start()
    for _ in range(20):
        with pytest.raises(UnknownKeyError):
            await accounts.identify_patiently(header(NEW))
    await accounts.close()
    assert issuer.asked == ["/keys"]


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (500, b"oops", "the answer was 500"),
        (200, b"oops", 'jwks_url: this is not a JSON Web Key Set, {"keys": [{"kty": …}]}.'),
        (200, b" " * 600_000, "more than 524288 bytes"),
        (
            200,
            json.dumps({"keys": [OctKey.generate_key(256, {"kid": "a"}).as_dict()]}).encode(),
            "jwks_url: none of the 1 keys checks RS256, ES256, EdDSA or HS256 signatures.",
        ),
    ],
    ids=["an error", "no JSON", "too long", "no public key"],
)
async def test_while_keys_cannot_be_had_tokens_are_not_judged(
    issuer: Issuer, caplog: pytest.LogCaptureFixture, status: int, body: bytes, said: str
):
    issuer.status, issuer.body = status, body
    accounts = authenticator(issuer)
    await accounts.start()
    with pytest.raises(RequestError) as caught:
        accounts.identify(header(OLD))
    await accounts.close()
    assert (caught.value.kind.status, caught.value.message) == (
        503,
        "The keys that check tokens couldn't be fetched yet.",
    )
    assert f"The keys at jwks_url can't be had: {said}" in caplog.messages


async def test_redirects_are_not_followed(issuer: Issuer, caplog: pytest.LogCaptureFixture):
    issuer.status, issuer.headers = 302, {"location": "/elsewhere"}
    accounts = authenticator(issuer)
    await accounts.start()
    await accounts.close()
    assert issuer.asked == ["/keys"]
    assert "The keys at jwks_url can't be had: the answer was 302" in caplog.messages


async def test_keys_that_were_had_stay_good_while_the_issuer_is_away(issuer: Issuer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("backsmith.accounts.remote.NOT_BEFORE", 0.0)
    accounts = authenticator(issuer)
    await accounts.start()
    issuer.status = 503
    with pytest.raises(UnknownKeyError):
        await accounts.identify_patiently(header(NEW))
    assert accounts.identify(header(OLD)).id == "12"
    await accounts.close()
