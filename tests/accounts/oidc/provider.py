"""A provider that lies: it publishes what a provider publishes, and each test says what it bends.

It never shows a page: a test takes the address that a browser was sent to, and comes back as that browser would.
"""

from __future__ import annotations

import json
import threading
import warnings
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import Key, KeySet, OctKey, RSAKey

CLIENT = "our-client"
OURS = RSAKey.generate_key(2048, {"kid": "ours", "use": "sig"})
ANOTHER = RSAKey.generate_key(2048, {"kid": "ours", "use": "sig"})
"""A key that the provider doesn't publish, by the name of the one that it does."""


@dataclass
class Asked:
    """A request that the provider got."""

    path: str
    headers: dict[str, str]
    form: dict[str, str]


@dataclass
class LyingProvider:
    """The fields are what it says; a test changes them."""

    address: str = ""
    document: dict[str, Any] = field(default_factory=dict[str, Any])
    keys: bytes = b""
    claims: dict[str, Any] = field(default_factory=dict[str, Any])
    """Of the ID token, beside the true ones; None leaves one out."""
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "ours"})
    key: Key = field(default_factory=lambda: OURS)
    unsigned: bool = False
    token: dict[str, Any] = field(default_factory=dict[str, Any])
    """Members of the reply to a code, beside the true ones; None leaves one out."""
    userinfo: dict[str, Any] = field(default_factory=dict[str, Any])
    """Beside the true `sub`; None leaves that out."""
    status: dict[str, int] = field(default_factory=dict[str, int])
    """By path, in place of 200."""
    bodies: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """By path, in place of the true ones."""
    nonce: str = ""
    nonces: dict[str, str] = field(default_factory=dict[str, str])
    """By code, where several are under way at once."""
    spent: set[str] = field(default_factory=set[str])
    asked: list[Asked] = field(default_factory=list[Asked])

    def reset(self) -> None:
        """Tell the truth again."""
        self.__init__(address=self.address)
        self.document = {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "userinfo_endpoint": f"{self.address}/userinfo",
        }
        self.keys = json.dumps(KeySet([OURS]).as_dict(private=False)).encode()

    def reply(self, asked: Asked) -> tuple[int, bytes]:
        self.asked.append(asked)
        path = asked.path
        if path in self.bodies or path in self.status:
            return self.status.get(path, 200), self.bodies.get(path, b"{}")
        match path:
            case "/.well-known/openid-configuration":
                return 200, json.dumps(self.document).encode()
            case "/keys":
                return 200, self.keys
            case "/token":
                return self._exchange(asked.form)
            case "/userinfo":
                said = {"sub": self.claims.get("sub", "ann-at-the-provider")} | self.userinfo
                return 200, json.dumps({name: value for name, value in said.items() if value is not None}).encode()
            case _:
                return 404, b"{}"

    def _exchange(self, form: dict[str, str]) -> tuple[int, bytes]:
        code = form.get("code", "")
        if code in self.spent:
            return 400, b'{"error": "invalid_grant"}'
        self.spent.add(code)
        given = {
            "access_token": "an access token",
            "token_type": "Bearer",
            "id_token": self.id_token(code),
        } | self.token
        return 200, json.dumps({name: value for name, value in given.items() if value is not None}).encode()

    def id_token(self, code: str) -> str:
        now = int(time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": "ann-at-the-provider",
            "nonce": self.nonces.get(code, self.nonce),
            "iat": now,
            "exp": now + 300,
        } | self.claims
        payload = json.dumps({name: value for name, value in claims.items() if value is not None}).encode()
        if self.unsigned:
            header = json.dumps(self.header).encode()
            return f"{_text(header)}.{_text(payload)}."
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # EdDSA has a newer name, which hardly any provider uses
            return jws.serialize_compact(self.header, payload, self.key, algorithms=[self.header["alg"]])


def at_hash(access_token: str) -> str:
    return _text(sha256(access_token.encode()).digest()[:16])


def public_key_as_secret() -> OctKey:
    """What everybody knows, taken for a secret."""
    return OctKey.import_key(OURS.as_pem(private=False).replace(b"-----BEGIN PUBLIC KEY-----\n", b""))


@contextmanager
def lying_provider() -> Iterator[LyingProvider]:
    """One that runs for the time of a `with`."""
    provider = LyingProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._answer({name: values[0] for name, values in parse_qs(body).items()})

        def _answer(self, form: dict[str, str]) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, body = provider.reply(Asked(urlsplit(self.path).path, headers, form))
            self.send_response(status)
            self.send_header("content-type", "application/json")
            if 300 <= status < 400:
                self.send_header("location", f"{provider.address}/keys")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_address[1]}"
    provider.reset()
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
