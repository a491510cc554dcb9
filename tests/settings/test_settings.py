"""Settings: what is read from where, and what each mistake says."""

from pathlib import Path

import pytest

from backsmith.errors import UsageError
from backsmith.settings import ApiKey, read_settings
from backsmith.settings.fields import ABOUT
from backsmith.settings.reference import reference

DIGEST = "a" * 64


def model(folder: Path, project: str = "") -> Path:
    (folder / "pyproject.toml").write_text(project)
    file = folder / "shop.py"
    file.write_text("")
    return file


def mistakes(folder: Path, project: str = "", flags: dict[str, object] | None = None, **environment: str) -> str:
    with pytest.raises(UsageError) as caught:
        read_settings(model(folder, project), flags=flags, environment=environment)
    return str(caught.value)


def test_nothing_set_gives_the_defaults(tmp_path: Path):
    settings = read_settings(model(tmp_path), environment={})
    assert (settings.host, settings.port, settings.workers, settings.environment) == (
        "127.0.0.1", 8000, 1, "development",
    )  # fmt: skip
    assert settings.database == f"sqlite:///{tmp_path}/shop.db"
    assert settings.folder == str(tmp_path)


def test_a_model_in_this_folder_keeps_its_database_in_this_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    model(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert read_settings("shop.py", environment={}).database == "sqlite:///shop.db"


def test_a_package_has_its_database_beside_it(tmp_path: Path):
    (tmp_path / "shop").mkdir()
    settings = read_settings(tmp_path / "shop", environment={})
    assert settings.database == f"sqlite:///{tmp_path}/shop.db"


def test_a_dotted_name_has_its_database_in_this_folder():
    assert read_settings("company.shop", environment={}).database == "sqlite:///shop.db"


def test_flags_win_over_the_environment_and_that_over_the_project(tmp_path: Path):
    project = '[tool.backsmith]\nport = 1\nhost = "a"\nworkers = 2\n'
    settings = read_settings(
        model(tmp_path, project), environment={"BACKSMITH_HOST": "b", "BACKSMITH_PORT": "2"}, flags={"port": 3}
    )
    assert (settings.port, settings.host, settings.workers) == (3, "b", 2)


def test_the_project_file_is_found_in_a_folder_above(tmp_path: Path):
    model(tmp_path, "[tool.backsmith]\nport = 81\n")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "shop.py").write_text("")
    assert read_settings(tmp_path / "src" / "shop.py", environment={}).port == 81


def test_paths_in_the_project_file_are_relative_to_it(tmp_path: Path):
    project = '[tool.backsmith]\ndatabase = "sqlite:///data/shop.db"\njwks_file = "keys.json"\n'
    settings = read_settings(model(tmp_path, project), environment={})
    assert settings.database == f"sqlite:///{tmp_path}/data/shop.db"
    assert settings.jwks_file == f"{tmp_path}/keys.json"


def test_every_kind_of_value_can_stand_in_the_environment(tmp_path: Path):
    settings = read_settings(
        model(tmp_path),
        environment={
            "BACKSMITH_CORS_ORIGINS": "https://a.example, https://b.example",
            "BACKSMITH_METRICS": "no",
            "BACKSMITH_STATEMENT_TIMEOUT": "2.5",
            "BACKSMITH_JWT_ALGORITHMS": "RS256,ES256",
            "BACKSMITH_API_KEYS": f'{{"reporting": {{"sha256": "{DIGEST}", "account": 7, "roles": ["staff"]}}}}',
        },
    )
    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert settings.metrics is False
    assert settings.statement_timeout == 2.5
    assert settings.jwt_algorithms == ("RS256", "ES256")
    assert settings.api_keys == {"reporting": ApiKey(DIGEST, 7, ("staff",))}


def test_every_mistake_of_every_source_is_reported_at_once(tmp_path: Path):
    text = mistakes(
        tmp_path,
        '[project]\nport = 1\n\n[tool.backsmith]\nport = "eighty"\nmax_row = 10\nmetrics = 1\n',
        {"prefx": "/v1", "workers": 0},
        BACKSMITH_WORKERS="many",
        BACKSMITH_LOG_LEVEL="warn",
    )
    assert text == (
        "7 mistakes in the settings.\n"
        "\n"
        'pyproject.toml:5: port = "eighty"\n'
        "  port is a whole number from 1 to 65535.\n"
        "\n"
        "pyproject.toml:6: max_row = 10\n"
        "  There is no setting max_row. Did you mean max_rows?\n"
        "\n"
        "pyproject.toml:7: metrics = 1\n"
        "  metrics is true or false.\n"
        "\n"
        "BACKSMITH_LOG_LEVEL=warn\n"
        "  log_level is one of debug, info, warning, error. Did you mean warning?\n"
        "\n"
        "BACKSMITH_WORKERS=many\n"
        "  workers is a whole number from 1 to 1024.\n"
        "\n"
        "--prefx /v1\n"
        "  There is no setting prefx. Did you mean --prefix?\n"
        "\n"
        "--workers 0\n"
        "  workers is a whole number from 1 to 1024."
    )


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("STATEMENT_TIMEOUT", "nan", "statement_timeout is a number of seconds, more than 0."),
        ("STATEMENT_TIMEOUT", "inf", "statement_timeout is a number of seconds, more than 0."),
        ("INLINE_BUDGET", "-1", "inline_budget is a number of milliseconds, at least 0."),
        ("MAX_ROWS", "1.5", "max_rows is a whole number, at least 1."),
        ("SESSION_LIFETIME", "400", "session_lifetime is a number of days above 0, at most 365."),
        ("MAX_URL", "10", "max_url is a whole number of bytes, at least 256."),
        ("MAX_REPLY", "1000", "max_reply is a whole number of bytes from 65536 to 1000000000."),
        ("METRICS", "maybe", "metrics is true or false."),
        ("ENVIRONMENT", "prod", "environment is one of development, production."),
        ("JWT_ROLES_CLAIM", "", "jwt_roles_claim is a text, not an empty one."),
        ("COLOUR", "blue", 'colour is # and six hexadecimal digits: "#1f5fbf".'),
        ("LOGO", "javascript:x", 'logo is a path on this host, such as "/logo.svg", or an https address.'),
        (
            "JWT_ALGORITHMS",
            "HS256,none",
            "jwt_algorithms is a list of HS256, RS256, ES256, EdDSA. A token without a signature proves nothing, so "
            "there is no `none`.",
        ),
        (
            "JWT_ALGORITHMS",
            "RS255",
            "jwt_algorithms is a list of HS256, RS256, ES256, EdDSA. Did you mean RS256?",
        ),
    ],
)
def test_a_value_that_does_not_fit_says_what_would(tmp_path: Path, name: str, value: str, message: str):
    assert mistakes(tmp_path, **{f"BACKSMITH_{name}": value}) == (
        f"1 mistake in the settings.\n\nBACKSMITH_{name}={value}\n  {message}"
    )


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        (
            {"JWT_KEY": "too short"},
            "BACKSMITH_JWT_KEY\n"
            "  This secret has 9 bytes; one that can't be guessed has at least 32. "
            "Make one with: openssl rand -base64 32",
        ),
        (
            {"JWT_KEY": "x" * 32, "JWKS_FILE": "keys.json"},
            "BACKSMITH_JWT_KEY, BACKSMITH_JWKS_FILE\n"
            "  jwt_key and jwks_file each say which keys check tokens. Keep one; a key set may hold several keys.",
        ),
        (
            {"JWT_KEY": "-----BEGIN PRIVATE KEY-----\n"},
            "BACKSMITH_JWT_KEY\n  This is a private key. Checking tokens takes the public one only.",
        ),
        (
            {"JWT_ALGORITHMS": ""},
            "BACKSMITH_JWT_ALGORITHMS\n"
            "  No algorithm means no token. Leave the setting out to accept those of the keys.",
        ),
        (
            {"JWKS_URL": "http://issuer.example/keys", "JWT_AUDIENCE": "shop"},
            "BACKSMITH_JWKS_URL\n  Keys are fetched by https only, or from this machine: http://127.0.0.1:…",
        ),
        (
            {"JWKS_URL": "https://user:secret@issuer.example/keys", "JWT_AUDIENCE": "shop"},
            "BACKSMITH_JWKS_URL\n  This is no plain address. Write https://issuer.example/.well-known/jwks.json",
        ),
        (
            {"JWKS_URL": "https://issuer.example/keys"},
            "BACKSMITH_JWKS_URL, jwt_audience (by default)\n"
            "  Whoever publishes these keys signs tokens for others too, which would be good here as well. "
            "Set jwt_audience to the `aud` of the tokens meant for this application.",
        ),
        (
            {"CORS_ORIGINS": "*", "CORS_CREDENTIALS": "yes"},
            "BACKSMITH_CORS_ORIGINS, BACKSMITH_CORS_CREDENTIALS\n"
            "  Every page of the world could act with its visitor's cookies. Name the origins, or leave out "
            "cors_credentials.",
        ),
        (
            {"CORS_ORIGINS": "https://Shop.example/"},
            "BACKSMITH_CORS_ORIGINS\n"
            "  https://Shop.example/ is no origin: scheme, host and port, nothing more. Write https://shop.example.",
        ),
        (
            {"CORS_ORIGINS": "shop.example"},
            "BACKSMITH_CORS_ORIGINS\n"
            "  shop.example is no origin: scheme, host and port, nothing more. Write https://shop.example.",
        ),
        (
            {"ADDRESS": "localhost:5173"},
            "BACKSMITH_ADDRESS\n  address is scheme and host of where people reach the application. Write "
            "https://localhost:5173, or http://localhost:5173 while it is developed.",
        ),
        (
            {"PREFIX": "v1/"},
            "BACKSMITH_PREFIX\n  prefix begins with / and doesn't end with one. Write /v1.",
        ),
        (
            {"PREFIX": "/metrics"},
            "BACKSMITH_PREFIX\n  /metrics is where Backsmith itself answers. Write another one, such as /api.",
        ),
        (
            {"INLINE_BUDGET": "3000", "STATEMENT_TIMEOUT": "2"},
            "BACKSMITH_INLINE_BUDGET, BACKSMITH_STATEMENT_TIMEOUT\n"
            "  inline_budget (milliseconds) is more than statement_timeout (seconds): no read would ever go to a "
            "thread. Write a smaller inline_budget; 3 is usual.",
        ),
    ],
)
def test_settings_that_contradict_each_other(tmp_path: Path, environment: dict[str, str], message: str):
    text = mistakes(tmp_path, **{f"BACKSMITH_{name}": value for name, value in environment.items()})
    assert text == f"1 mistake in the settings.\n\n{message}"


def test_a_secret_in_version_control_is_refused_and_not_repeated(tmp_path: Path):
    text = mistakes(tmp_path, '[tool.backsmith]\njwt_key = "correct horse battery staple and more"\n')
    assert text == (
        "1 mistake in the settings.\n\npyproject.toml:2\n"
        "  pyproject.toml is kept in version control, where a secret is none. Set BACKSMITH_JWT_KEY, or name a file "
        "that is not committed with jwt_key_file."
    )


def test_an_api_key_with_the_key_itself_is_refused_and_not_repeated(tmp_path: Path):
    text = mistakes(tmp_path, '[tool.backsmith.api_keys.reporting]\nkey = "bsk_secret"\naccount = 1\n')
    assert text == (
        "1 mistake in the settings.\n\npyproject.toml:1: api_keys = …\n"
        '  api_keys is a table of keys, each with its sha256, account and roles: reporting = { sha256 = "…", '
        'account = 1, roles = ["staff"] }. `backsmith key NAME` writes one.'
    )


def test_variables_of_others_with_our_beginning_are_left_alone(tmp_path: Path):
    environment = {"BACKSMITH_SERVICE_HOST": "10.0.0.1", "BACKSMITH_MODEL": "shop.py"}
    assert read_settings(model(tmp_path), environment=environment).host == "127.0.0.1"


def test_a_misspelt_variable_is_a_mistake(tmp_path: Path):
    assert mistakes(tmp_path, BACKSMITH_MAX_ROW="5").endswith(
        "There is no setting max_row. Did you mean BACKSMITH_MAX_ROWS?"
    )


def test_a_file_that_is_not_toml_is_a_mistake(tmp_path: Path):
    assert mistakes(tmp_path, "[tool.backsmith\n").startswith(
        "1 mistake in the settings.\n\npyproject.toml\n  This file is not TOML: "
    )


def test_secrets_are_not_shown():
    secret = "correct horse battery staple and more"
    settings = read_settings(
        "", environment={"BACKSMITH_JWT_KEY": secret, "BACKSMITH_DATABASE": "postgresql://u:pw@h/d"}
    )
    assert secret not in repr(settings)
    assert "pw" not in repr(settings)


def test_every_setting_has_a_description():
    assert [about.name for about in ABOUT.values() if not about.description.endswith(".")] == []


def test_the_documentation_of_the_settings_is_up_to_date():
    """If not: backsmith settings --markdown > docs/settings.md"""
    assert (Path(__file__).parents[2] / "docs" / "settings.md").read_text() == reference()
