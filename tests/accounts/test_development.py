"""The secret and the tokens of a developer's machine."""

import stat
from pathlib import Path
from time import time
from typing import Any

import pytest

from backsmith.accounts import Authenticator
from backsmith.accounts.development import make_secret, read_secret, secret_file, sign
from backsmith.blueprint.asker import Asker
from backsmith.blueprint.types import Integer
from backsmith.errors import RequestError, UsageError
from backsmith.settings import Settings


def settings(folder: Path, **values: Any) -> Settings:
    return Settings(folder=str(folder), **values)


def test_the_secret_is_made_once_random_and_for_its_owner_only(tmp_path: Path):
    assert read_secret(tmp_path) is None
    secret = make_secret(tmp_path)
    assert len(secret) >= 43
    assert make_secret(tmp_path) == secret == read_secret(tmp_path)
    assert stat.S_IMODE(secret_file(tmp_path).stat().st_mode) == 0o600
    assert (tmp_path / ".backsmith" / ".gitignore").read_text() == "*\n"
    assert sorted(path.name for path in (tmp_path / ".backsmith").iterdir()) == [".gitignore", "secret"]


def test_a_signed_token_is_accepted_in_development(tmp_path: Path):
    token = sign(settings(tmp_path), 12, ("staff",), now=time())
    asker = Authenticator(settings(tmp_path), Integer()).identify(f"Bearer {token}")
    assert asker == Asker(12, frozenset({"staff"}), "token")


def test_a_server_that_runs_already_finds_the_secret(tmp_path: Path):
    authenticator = Authenticator(settings(tmp_path), Integer())
    with pytest.raises(RequestError, match="there is no key to check it with"):
        authenticator.identify("Bearer a.b.c")
    token = sign(settings(tmp_path), 12, now=time())
    assert authenticator.identify(f"Bearer {token}").id == 12


def test_a_server_never_makes_the_secret_itself(tmp_path: Path):
    with pytest.raises(RequestError):
        Authenticator(settings(tmp_path), Integer()).identify("Bearer a.b.c")
    assert list(tmp_path.iterdir()) == []


def test_a_signed_token_is_not_accepted_in_production(tmp_path: Path):
    token = sign(settings(tmp_path), 12, now=time())
    with pytest.raises(RequestError, match="there is no key to check it with"):
        Authenticator(settings(tmp_path, environment="production"), Integer()).identify(f"Bearer {token}")


def test_a_signed_token_is_not_accepted_where_another_key_is_set(tmp_path: Path):
    token = sign(settings(tmp_path), 12, now=time())
    with pytest.raises(RequestError, match="signature doesn't fit"):
        Authenticator(settings(tmp_path, jwt_key="x" * 32), Integer()).identify(f"Bearer {token}")


def test_a_token_says_what_the_settings_ask_of_it(tmp_path: Path):
    asked = settings(
        tmp_path,
        jwt_key="k" * 32,
        jwt_audience="shop",
        jwt_issuer="us",
        jwt_account_claim="user.id",
        jwt_roles_claim="user.roles",
    )
    token = sign(asked, 12, ("a", "b"), now=time())
    assert Authenticator(asked, Integer()).identify(f"Bearer {token}") == Asker(12, frozenset({"a", "b"}), "token")


def test_no_token_is_signed_in_production(tmp_path: Path):
    with pytest.raises(UsageError, match="in development only"):
        sign(settings(tmp_path, environment="production"), 12, now=time())


def test_no_token_is_signed_where_the_private_key_is_elsewhere(tmp_path: Path):
    with pytest.raises(UsageError, match="whose private halves are not here"):
        sign(settings(tmp_path, jwks_file="keys.json"), 12, now=time())
