"""What two settings together, or one setting's meaning, may not be.

In: settings whose every value has its type. Out: for each mistake the settings involved and what to write instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from backsmith.settings.fields import Settings

Contradiction = tuple[tuple[str, ...], str]

_KEY_SETTINGS = ("jwt_key", "jwt_key_file", "jwks_file", "jwks_url")
MINIMUM_SECRET = 32
"""Bytes of an HS256 secret, at least: as many as the hash has (RFC 7518, 3.2)."""


def contradictions(settings: Settings, places: Mapping[str, str]) -> Iterator[Contradiction]:
    """Every mistake that the settings make together. `places` say where each was written."""
    yield from _paths(settings)
    yield from _address(settings)
    yield from _keys(settings, places)
    yield from _browsers(settings)
    yield from _files(settings, places)
    yield from _providers(settings, places)
    yield from _root(settings, places)
    yield from _proxies(settings)
    if settings.inline_budget / 1000 > settings.statement_timeout:
        yield (
            ("inline_budget", "statement_timeout"),
            "inline_budget (milliseconds) is more than statement_timeout (seconds): no read would ever go to a "
            "thread. Write a smaller inline_budget; 3 is usual.",
        )


def _paths(settings: Settings) -> Iterator[Contradiction]:
    prefix = settings.prefix
    if not prefix.startswith("/") or prefix.endswith("/") or "//" in prefix or "?" in prefix or "#" in prefix:
        yield ("prefix",), f"prefix begins with / and doesn't end with one. Write /{prefix.strip('/') or 'api'}."
    elif prefix.split("/")[1] in {"errors", "health", "ready", "metrics", "openapi.json", "docs"}:
        yield ("prefix",), f"{prefix} is where Backsmith itself answers. Write another one, such as /api."


def _address(settings: Settings) -> Iterator[Contradiction]:
    parts = urlsplit(settings.address)
    if settings.address and (parts.scheme not in ("http", "https") or not parts.hostname):
        host = settings.address.partition("://")[2] or settings.address
        yield (
            ("address",),
            f"address is scheme and host of where people reach the application. Write https://{host}, or http://{host} "
            "while it is developed.",
        )


def _keys(settings: Settings, places: Mapping[str, str]) -> Iterator[Contradiction]:
    given = tuple(name for name in _KEY_SETTINGS if getattr(settings, name))
    if len(given) > 1:
        yield (
            given,
            f"{' and '.join(given)} each say which keys check tokens. Keep one; a key set may hold several keys.",
        )
    if settings.jwt_key and not settings.jwt_key.lstrip().startswith("-----BEGIN"):
        if len(settings.jwt_key.encode()) < MINIMUM_SECRET:
            yield (
                ("jwt_key",),
                f"This secret has {len(settings.jwt_key.encode())} bytes; one that can't be guessed has at least "
                f"{MINIMUM_SECRET}. Make one with: openssl rand -base64 32",
            )
        if places.get("jwt_key", "").startswith("pyproject.toml"):
            yield (
                ("jwt_key",),
                "pyproject.toml is kept in version control, where a secret is none. Set BACKSMITH_JWT_KEY, or name "
                "a file that is not committed with jwt_key_file.",
            )
    if "PRIVATE KEY-----" in settings.jwt_key:
        yield ("jwt_key",), "This is a private key. Checking tokens takes the public one only."
    if not settings.jwt_algorithms:
        yield ("jwt_algorithms",), "No algorithm means no token. Leave the setting out to accept those of the keys."
    if settings.jwks_url:
        yield from _key_address(settings)


def _root(settings: Settings, places: Mapping[str, str]) -> Iterator[Contradiction]:
    if not settings.secret:
        return
    if settings.secret_file:
        yield ("secret", "secret_file"), "Both say what the root secret is. Keep one."
    if "pyproject.toml" in places.get("secret", ""):
        message = "pyproject.toml is kept in version control, where a secret is none. Set BACKSMITH_SECRET."
        yield ("secret",), message
    if len(settings.secret.strip().encode()) < MINIMUM_SECRET:
        yield (
            ("secret",),
            f"A root secret has at least {MINIMUM_SECRET} bytes. Make one with: backsmith secrets new",
        )


def _key_address(settings: Settings) -> Iterator[Contradiction]:
    address = urlsplit(settings.jwks_url)
    if address.scheme != "https" and not (address.scheme == "http" and _here(address.hostname or "")):
        yield ("jwks_url",), "Keys are fetched by https only, or from this machine: http://127.0.0.1:…"
    elif not address.hostname or address.username or address.fragment:
        yield ("jwks_url",), "This is no plain address. Write https://issuer.example/.well-known/jwks.json"
    if not settings.jwt_audience:
        yield (
            ("jwks_url", "jwt_audience"),
            "Whoever publishes these keys signs tokens for others too, which would be good here as well. "
            "Set jwt_audience to the `aud` of the tokens meant for this application.",
        )


def _providers(settings: Settings, places: Mapping[str, str]) -> Iterator[Contradiction]:
    if "pyproject.toml" in places.get("provider_secrets", ""):
        message = "pyproject.toml is kept in version control, where a secret is none. Set BACKSMITH_PROVIDER_SECRETS."
        yield ("provider_secrets",), message
    for name in settings.provider_secrets.keys() - settings.providers.keys():
        yield ("provider_secrets", "providers"), f"There is no provider {name} that this secret could be of."
    for name, provider in settings.providers.items():
        address, secret = urlsplit(provider.issuer), settings.provider_secrets.get(name, "")
        if address.scheme != "https" and not _here(address.hostname or ""):
            yield ("providers",), f"{name}: a provider is asked by https only, or on this machine: http://127.0.0.1:…"
        elif not address.hostname or address.username:
            yield ("providers",), f"{name}: the issuer is no plain address. Write https://accounts.example"
        if "openid" not in provider.scopes:
            yield ("providers",), f"{name}: without the scope openid a provider doesn't say who signs in. Add it."
        if not provider.algorithms:
            yield ("providers",), f"{name}: no algorithm means no ID token. Leave algorithms out."
        if provider.client_authentication in {"basic", "post"} and not secret:
            yield ("providers",), f"{name}: the client's secret isn't set. Set BACKSMITH_PROVIDER_SECRETS."
        if "HS256" in provider.algorithms and len(secret.encode()) < MINIMUM_SECRET:
            yield (
                ("providers",),
                f"{name}: HS256 is as good as the client's secret, which has fewer than {MINIMUM_SECRET} bytes. Leave "
                "HS256 out, or take a longer secret.",
            )


def _here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _proxies(settings: Settings) -> Iterator[Contradiction]:
    for text in settings.trusted_proxies:
        if text == "unix":
            continue
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            message = f"{text} is no address and no network. Write 10.0.0.7, 10.0.0.0/8 or 2001:db8::/32."
            yield ("trusted_proxies",), message
            continue
        if network.prefixlen == 0:
            yield (
                ("trusted_proxies",),
                f"{text} is every address there is: each client could write any address it likes. Name the proxies.",
            )


def _files(settings: Settings, places: Mapping[str, str]) -> Iterator[Contradiction]:
    if "pyproject.toml" in places.get("s3_secret", ""):
        message = "pyproject.toml is kept in version control, where a secret is none. Set BACKSMITH_S3_SECRET."
        yield ("s3_secret",), message
    if "://" not in settings.files:
        return
    address = urlsplit(settings.files)
    if address.scheme != "s3" or not address.netloc:
        yield ("files",), "files is a folder or s3://bucket/prefix. Write s3://my-bucket/files."
    if bool(settings.s3_key) != bool(settings.s3_secret):
        yield ("s3_key", "s3_secret"), "s3_key and s3_secret belong together. Write both, or none."


def _browsers(settings: Settings) -> Iterator[Contradiction]:
    if "*" in settings.cors_origins and settings.cors_credentials:
        yield (
            ("cors_origins", "cors_credentials"),
            "Every page of the world could act with its visitor's cookies. Name the origins, or leave out "
            "cors_credentials.",
        )
    for origin in settings.cors_origins:
        if origin == "*":
            continue
        parts = urlsplit(origin)
        try:
            plain = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            plain = False
        if not plain or parts.path or parts.query or parts.fragment or parts.username or origin != origin.lower():
            tidy = f"{parts.scheme or 'https'}://{parts.netloc or parts.path.strip('/') or 'shop.example'}".lower()
            yield ("cors_origins",), f"{origin} is no origin: scheme, host and port, nothing more. Write {tidy}."
