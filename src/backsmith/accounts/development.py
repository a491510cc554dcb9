"""Tokens of a developer's machine: a secret made at first use, and the signing of a token with it.

The secret lies in `.backsmith/secret` beside the model, readable by its owner only, in a folder that keeps itself out
of version control. It is random, so that a server in development mode is no easier to get into than another.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from backsmith.errors import UsageError
from backsmith.settings import Settings

DEFAULT_LIFETIME = 3600
"""Seconds a token of `backsmith token` lives unless said otherwise."""


def secret_file(folder: str | Path) -> Path:
    """Where the secret of the model in that folder lies."""
    return Path(folder) / ".backsmith" / "secret"


def read_secret(folder: str | Path) -> str | None:
    """The secret, or None where none was made yet."""
    try:
        return secret_file(folder).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None


def make_secret(folder: str | Path) -> str:
    """The secret; made now where there is none."""
    file = secret_file(folder)
    file.parent.mkdir(exist_ok=True)
    (file.parent / ".gitignore").write_text("*\n", encoding="ascii")
    # Written whole under another name and then linked: a reader never sees half a secret, and of two that make one at
    # the same time both end with the same.
    draft = file.with_name(f"secret-{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_urlsafe(32) + "\n")
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return file.read_text(encoding="ascii").strip()


def sign(
    settings: Settings,
    account: str | int,
    roles: tuple[str, ...] = (),
    *,
    now: float,
    lifetime: int = DEFAULT_LIFETIME,
) -> str:
    """A token that the application with these settings accepts for `lifetime` seconds from `now`.

    Raises UsageError in production, and where tokens are checked with a public key, whose private half is elsewhere.
    """
    if not settings.development:
        raise UsageError("Tokens are signed here in development only. Ask the issuer of your tokens for one.")
    if settings.jwt_key and not settings.jwt_key.lstrip().startswith("-----BEGIN"):
        secret = settings.jwt_key.strip()
    elif settings.checks_tokens:
        raise UsageError(
            "Tokens are checked with keys whose private halves are not here. Ask their issuer for a token, or leave "
            "the key settings out in development."
        )
    else:
        secret = make_secret(settings.folder)
    from joserfc import jwt  # noqa: PLC0415  slow to import, and only commands sign
    from joserfc.jwk import OctKey  # noqa: PLC0415  as above

    claims: dict[str, Any] = {"iat": int(now), "exp": int(now) + lifetime}
    if settings.jwt_audience:
        claims["aud"] = settings.jwt_audience
    if settings.jwt_issuer:
        claims["iss"] = settings.jwt_issuer
    _put(claims, settings.jwt_account_claim, str(account))
    if roles:
        _put(claims, settings.jwt_roles_claim, list(roles))
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret.encode()))


def _put(claims: dict[str, Any], path: str, value: Any) -> None:
    *outer, last = path.split(".")
    for name in outer:
        claims = claims.setdefault(name, {})
    claims[last] = value
