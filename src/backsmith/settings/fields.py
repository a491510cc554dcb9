"""Every setting: its type, bounds, unit, default and meaning.

The one list of settings. Reading (`settings.read`), the flags of `backsmith serve`, `backsmith settings` and the
documentation are all made from it. It is one class in three parts: `serving_fields`, `account_fields`, and the rest.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import NODEFAULT, Meta, Struct, field, structs

from backsmith.settings.account_fields import AccountSettings

SECRET = frozenset({"database", "jwt_key", "api_keys", "s3_secret", "secret", "providers", "provider_secrets", "mail"})
"""Settings whose values are never shown: not in a message, not in a log, not in a `repr`."""


class Settings(AccountSettings, frozen=True, kw_only=True):
    """How an application is served. `backsmith.settings.read_settings` makes one."""

    # Browsers
    cors_origins: Annotated[
        tuple[str, ...],
        Meta(
            description="Origins whose pages may call the API; * is every origin. In development, pages of this "
            "machine (localhost, 127.0.0.1, [::1]) may in any case, on every port and with cookies."
        ),
    ] = ()
    cors_credentials: Annotated[bool, Meta(description="Whether those pages may send cookies along.")] = False

    front_end: Annotated[
        str, Meta(description="Folder with a built front end, such as dist, which is served beside the API.")
    ] = ""
    front_end_policy: Annotated[
        str, Meta(description="The Content-Security-Policy of its pages, in place of the one in docs/front_end.md.")
    ] = ""

    # The contract
    documents: Annotated[
        Literal["auto", "everybody", "asker", "off"],
        Meta(
            description="Whose contract /openapi.json and /docs show: everybody's, or what who asks may reach; auto is "
            "everybody's in development, the asker's own in production."
        ),
    ] = "auto"

    # Audit
    audit_accept: Annotated[
        dict[str, str], Meta(description="Findings of `backsmith audit` that are meant to be so, each with the reason.")
    ] = field(default_factory=dict[str, str])

    # What it tells
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="Least severity logged.")] = (
        "info"
    )
    log_format: Annotated[
        Literal["auto", "json", "human"],
        Meta(description="Form of the log lines; auto is human in development and json in production."),
    ] = "auto"
    access_log: Annotated[bool, Meta(description="Whether each request is logged.")] = True
    metrics: Annotated[bool, Meta(description="Whether /metrics answers.")] = True
    usage: Annotated[
        bool,
        Meta(
            description="Whether it is counted who calls which operation, by API key and kind of program, for 90 days."
        ),
    ] = True
    server_timing: Annotated[bool, Meta(description="Whether replies carry Server-Timing.")] = True

    # Not settings but facts that come with them
    model: str = ""
    """The model's path as given; empty for a module that was passed as an object."""
    folder: str = "."
    """The folder that the model's file or package is in: `.backsmith` and the default database lie there."""

    @property
    def development(self) -> bool:
        """Whether this is a developer's machine."""
        return self.environment == "development"

    @property
    def checks_tokens(self) -> bool:
        """Whether a key to check tokens with is configured."""
        return bool(self.jwt_key or self.jwt_key_file or self.jwks_file or self.jwks_url)

    def __repr__(self) -> str:
        shown = {name: "…" if name in SECRET and value else value for name, value in structs.asdict(self).items()}
        return "Settings(" + ", ".join(f"{name}={value!r}" for name, value in shown.items()) + ")"


FACTS = frozenset({"model", "folder"})
"""Fields of Settings that nobody sets."""


class About(Struct, frozen=True):
    """What there is to know of one setting."""

    name: str
    type: Any
    """Its Python type, without the bounds."""
    default: Any
    description: str
    unit: str | None
    bounds: Meta


def _about() -> dict[str, About]:
    found: dict[str, About] = {}
    for each in structs.fields(Settings):
        if each.name in FACTS:
            continue
        type, bounds = each.type.__origin__, each.type.__metadata__[0]
        default = each.default_factory() if each.default_factory is not NODEFAULT else each.default
        extra: dict[str, Any] = bounds.extra or {}
        found[each.name] = About(each.name, type, default, bounds.description, extra.get("unit"), bounds)
    return found


ABOUT: dict[str, About] = _about()
