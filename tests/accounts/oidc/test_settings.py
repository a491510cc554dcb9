"""The settings of providers: what the documentation shows works, and what each mistake says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from backsmith.errors import UsageError
from backsmith.settings import Provider, Settings, read_settings

DOCUMENT = (Path(__file__).parents[3] / "docs" / "oidc.md").read_text()


def read(folder: Path, project: str = "", **environment: Any) -> Settings:
    (folder / "pyproject.toml").write_text(project)
    (folder / "shop.py").write_text("")
    variables = {f"BACKSMITH_{name.upper()}": json.dumps(value) for name, value in environment.items()}
    return read_settings(folder / "shop.py", environment=variables)


def test_what_the_documentation_shows(tmp_path: Path):
    project = re.findall(r"^```toml\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)[0]
    secrets = re.findall(r"^BACKSMITH_PROVIDER_SECRETS='(.*)'$", DOCUMENT, re.MULTILINE)[0]
    settings = read(tmp_path, project, provider_secrets=json.loads(secrets))
    assert settings.providers == {
        "google": Provider(
            issuer="https://accounts.google.com", client_id="1234.apps.googleusercontent.com", title="Google"
        )
    }
    assert settings.provider_secrets == {"google": "the client secret"}
    assert "the client secret" not in repr(settings)


def test_every_setting_of_a_provider_is_documented():
    assert set(Provider.__struct_fields__) - set(re.findall(r"^\| `(\w+)` \|", DOCUMENT, re.MULTILINE)) == set()


GOOD = {"issuer": "https://accounts.example", "client_id": "us"}


@pytest.mark.parametrize(
    ("provider", "secret", "said"),
    [
        ({"issuer": "http://accounts.example"}, "", "a provider is asked by https only, or on this machine: http://127.0.0.1:…"),
        ({"issuer": "https://me@accounts.example"}, "", "the issuer is no plain address. Write https://accounts.example"),
        ({"scopes": ["email"]}, "", "without the scope openid a provider doesn't say who signs in. Add it."),
        ({"algorithms": []}, "", "no algorithm means no ID token. Leave algorithms out."),
        ({"client_authentication": "basic"}, "", "the client's secret isn't set. Set BACKSMITH_PROVIDER_SECRETS."),
        ({"algorithms": ["HS256"]}, "short", "HS256 is as good as the client's secret, which has fewer than 32 bytes. "
         "Leave HS256 out, or take a longer secret."),
    ],
)  # fmt: skip
def test_mistakes_in_a_provider(tmp_path: Path, provider: dict[str, Any], secret: str, said: str):
    with pytest.raises(UsageError) as caught:
        read(tmp_path, providers={"us": GOOD | provider}, provider_secrets={"us": secret} if secret else {})
    assert str(caught.value) == f"1 mistake in the settings.\n\nBACKSMITH_PROVIDERS\n  us: {said}"


@pytest.mark.parametrize(
    "providers",
    [
        {"Us": GOOD},
        {"us": {"issuer": "https://accounts.example"}},
        {"us": GOOD | {"client_secret": "hush"}},
        {"us": GOOD | {"algorithms": ["none"]}},
        {"us": GOOD | {"issuer": "accounts.example"}},
        ["us"],
    ],
)
def test_what_is_no_provider_is_not_shown_either(tmp_path: Path, providers: Any):
    with pytest.raises(UsageError) as caught:
        read(tmp_path, providers=providers)
    assert str(caught.value) == (
        "1 mistake in the settings.\n\nBACKSMITH_PROVIDERS=…\n"
        "  providers is a table of providers, each with its issuer and client_id, by a name of small letters: google = "
        '{ issuer = "https://accounts.google.com", client_id = "…" }. Secrets go into provider_secrets.'
    )


def test_a_secret_in_version_control_is_refused(tmp_path: Path):
    project = (
        '[tool.backsmith.providers.us]\nissuer = "https://accounts.example"\nclient_id = "us"\n'
        '[tool.backsmith.provider_secrets]\nus = "hush"\n'
    )
    with pytest.raises(UsageError) as caught:
        read(tmp_path, project)
    assert str(caught.value) == (
        "1 mistake in the settings.\n\npyproject.toml:4\n"
        "  pyproject.toml is kept in version control, where a secret is none. Set BACKSMITH_PROVIDER_SECRETS."
    )


def test_a_secret_of_nobody(tmp_path: Path):
    with pytest.raises(UsageError, match="There is no provider gogle that this secret could be of"):
        read(tmp_path, providers={"google": GOOD}, provider_secrets={"gogle": "hush"})
