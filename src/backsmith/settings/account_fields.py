"""The settings of accounts: who may sign up and in, and how; mail, sessions, keys, providers, clients' addresses."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from backsmith.settings.serving_fields import DAYS, SECONDS, ServingSettings

Algorithm = Literal["HS256", "RS256", "ES256", "EdDSA"]


class ApiKey(Struct, frozen=True, forbid_unknown_fields=True):
    """A key of a program that calls the API. The key itself is nowhere: only its hash is kept."""

    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    """SHA-256 of the key's UTF-8 text, 64 lower-case hexadecimal digits. `backsmith key` prints it."""
    account: str | int
    """The key of the account that the program acts for."""
    roles: tuple[str, ...] = ()


class Provider(Struct, frozen=True, forbid_unknown_fields=True):
    """Another provider that people may sign in by (OpenID Connect)."""

    issuer: Annotated[str, Meta(pattern=r"^https?://[^\s?#]+$")]
    """As its ID tokens name it, to the letter: `https://accounts.google.com`."""
    client_id: Annotated[str, Meta(min_length=1)]
    """What it calls this application."""
    title: str = ""
    """What people call it; its name in the settings unless set."""
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    algorithms: tuple[Algorithm, ...] = ("RS256", "ES256", "EdDSA")
    """That it may sign ID tokens by. HS256 is signed with the client's secret."""
    client_authentication: Literal["auto", "basic", "post", "none"] = "auto"
    """How this application shows it the client's secret; auto: as it says itself."""
    response_mode: Literal["query", "form_post"] = "query"
    trust_email: bool = False
    """Whether its e-mail addresses are good though it doesn't say that it verified them."""


class AccountSettings(ServingSettings, frozen=True, kw_only=True):
    """The second part of `Settings`."""

    # Accounts
    accounts: Annotated[
        Literal["auto", "on", "off"],
        Meta(
            description="Whether people sign in here, at /auth; auto: where the application keeps accounts and no "
            "setting names the keys of another issuer."
        ),
    ] = "auto"
    address: Annotated[
        str,
        Meta(
            description="Where the application is reached from outside, such as https://shop.example: the only address "
            "that links in mails are built from. In development http://localhost and the port unless set."
        ),
    ] = ""

    secret_file: Annotated[
        str,
        Meta(
            description="File with the root secret, under which all keys are kept; made at the first start. "
            "`.backsmith/root_secret` beside the model unless set."
        ),
    ] = ""
    secret: Annotated[
        str,
        Meta(
            description="The root secret itself, in the environment only; `backsmith secrets new` makes one.",
        ),
    ] = ""

    # Mail and pages
    mail: Annotated[
        str,
        Meta(
            description="Where mails go: smtp://user:password@host:587 (with STARTTLS), "
            "smtps://user:password@host:465, or a folder of files. In development .backsmith/mail beside the model "
            "unless set."
        ),
    ] = ""
    mail_from: Annotated[
        str,
        Meta(
            description="Who mails are from: an address, or Name <address>. no-reply at the host of `address` unless "
            "set."
        ),
    ] = ""
    mail_templates: Annotated[
        str,
        Meta(
            description="Folder whose templates take the place of those of the same name that Backsmith has. `mail` "
            "beside the model, where there is one, unless set."
        ),
    ] = ""
    name: Annotated[
        str,
        Meta(description="What people call the application, in mails and on its pages; the model's name unless set."),
    ] = ""
    sign_in_page: Annotated[
        bool, Meta(description="Whether /auth/ has pages for browsers; without them it answers JSON alone.")
    ] = True
    page_templates: Annotated[
        str,
        Meta(
            description="Folder whose templates take the place of those of the sign-in pages. `pages` beside the "
            "model, where there is one, unless set."
        ),
    ] = ""
    logo: Annotated[
        str,
        Meta(
            description="Picture on the sign-in pages: a path on this host, such as /logo.svg, or https://….",
            pattern="^($|/|https://)",
            extra={"form": 'a path on this host, such as "/logo.svg", or an https address.'},
        ),
    ] = ""
    colour: Annotated[
        str,
        Meta(
            description="Colour of buttons and links on the sign-in pages: #1f5fbf.",
            pattern="^#[0-9a-fA-F]{6}$",
            extra={"form": '# and six hexadecimal digits: "#1f5fbf".'},
        ),
    ] = "#1f5fbf"

    # Signing up and signing in
    sign_up: Annotated[
        Literal["open", "invited", "closed"],
        Meta(description="Who may make an account: everybody, who was invited, or nobody."),
    ] = "open"
    sign_up_fields: Annotated[
        tuple[str, ...],
        Meta(description="Fields of the account, beside the e-mail address, that who signs up may give."),
    ] = ("name",)
    sign_in: Annotated[
        tuple[Literal["password", "code", "passkey", "oidc"], ...],
        Meta(description="Ways to sign in. `code` is a code or link by mail; oidc takes providers too."),
    ] = ("password", "code", "passkey", "oidc")
    password_min: Annotated[
        int,
        Meta(
            description="Characters of a password, at least; 15 are better where it is the only factor "
            "(NIST SP 800-63B-4, 3.1.1.2).",
            ge=8,
            le=64,
        ),
    ] = 10
    password_memory: Annotated[
        int,
        Meta(
            extra={"unit": "mebibytes"}, description="Memory that hashing a password takes (Argon2id).", ge=19, le=4096
        ),
    ] = 19
    password_rounds: Annotated[
        int, Meta(description="How often hashing a password goes through that memory.", ge=2, le=100)
    ] = 2
    breached_passwords: Annotated[
        str,
        Meta(
            description="File of SHA-1 hashes of passwords that are refused, sorted, one a line, as Have I Been Pwned "
            "gives them; beside the common ones, which always are."
        ),
    ] = ""

    # Sessions
    session_lifetime: Annotated[
        float,
        Meta(
            extra=DAYS,
            description="How long somebody stays signed in, at most, before they prove again who they are "
            "(NIST SP 800-63B-4, 2.1.3: at most 30 days).",
            gt=0,
            le=365,
        ),
    ] = 30.0
    session_idle: Annotated[
        float, Meta(extra=DAYS, description="How long somebody stays signed in without being here.", gt=0, le=365)
    ] = 7.0
    token_lifetime: Annotated[
        float, Meta(extra=SECONDS, description="How long an access token that is signed here is good.", ge=30, le=300)
    ] = 300.0
    token_algorithm: Annotated[
        Literal["EdDSA", "ES256"], Meta(description="Algorithm that new keys sign access tokens with.")
    ] = "EdDSA"
    signing_key_lifetime: Annotated[
        float,
        Meta(extra=DAYS, description="How long a key signs access tokens before a new one takes over.", ge=1, le=3650),
    ] = 90.0

    # Who is asking
    jwt_key: Annotated[
        str,
        Meta(
            description="Key that checks tokens: a secret of at least 32 bytes (HS256), or a public key in PEM form "
            "(RS256, ES256, EdDSA)."
        ),
    ] = ""
    jwt_key_file: Annotated[str, Meta(description="File with such a key.")] = ""
    jwks_file: Annotated[str, Meta(description="File with a JSON Web Key Set.")] = ""
    jwks_url: Annotated[str, Meta(description="Address of a JSON Web Key Set; https only, except on this machine.")] = (
        ""
    )
    jwt_algorithms: Annotated[
        tuple[Algorithm, ...], Meta(description="Algorithms accepted, of those that fit the keys.")
    ] = ("HS256", "RS256", "ES256", "EdDSA")
    jwt_audience: Annotated[str, Meta(description="The `aud` that a token must name.")] = ""
    jwt_issuer: Annotated[str, Meta(description="The `iss` that a token must have.")] = ""
    jwt_account_claim: Annotated[
        str, Meta(description="Claim that holds the account's key; dots lead into objects.", min_length=1)
    ] = "sub"
    jwt_roles_claim: Annotated[
        str, Meta(description="Claim that holds the roles, a list or one text; dots lead into objects.", min_length=1)
    ] = "roles"
    jwt_leeway: Annotated[float, Meta(description="Difference of clocks allowed.", ge=0, le=300, extra=SECONDS)] = 10.0
    api_keys: Annotated[
        dict[str, ApiKey], Meta(description="Keys of programs, by name: sha256, account and roles of each.")
    ] = field(default_factory=dict[str, ApiKey])

    # Other providers to sign in by
    providers: Annotated[
        dict[Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,30}$")], Provider],
        Meta(
            extra={
                "form": "a table of providers, each with its issuer and client_id, by a name of small letters: "
                'google = { issuer = "https://accounts.google.com", client_id = "…" }. Secrets go into '
                "provider_secrets."
            },
            description="Other providers that people may sign in by (OpenID Connect), by name: issuer and client_id of "
            "each.",
        ),
    ] = field(default_factory=dict[str, Provider])
    provider_secrets: Annotated[
        dict[str, str],
        Meta(
            extra={"form": 'a table of texts by the names of providers: {"google": "…"}.'},
            description="The client's secret at each of these providers, in the environment only.",
        ),
    ] = field(default_factory=dict[str, str])

    # Whom requests come from, and how many
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(
            description="Addresses or networks of the proxies in front of this server, and `unix` for one that is "
            "connected by a Unix socket; only what these say of a client's address counts."
        ),
    ] = ()
    proxy_header: Annotated[
        Literal["x-forwarded-for", "forwarded"],
        Meta(description="Header to which these proxies add the address of whom they are connected to."),
    ] = "x-forwarded-for"
    limits: Annotated[
        dict[
            Annotated[str, Meta(min_length=1)],
            Annotated[str, Meta(pattern="^[1-9][0-9]{0,8}/(second|minute|hour|day)$")],
        ],
        Meta(
            extra={
                "form": "a table of rates by role, or by anonymous, signed_in and key: "
                '{ anonymous = "60/minute", signed_in = "600/minute", staff = "6000/minute" }.'
            },
            description="Requests of one asker, at most: by role, for anonymous (each address), signed_in and key. Of "
            "several that fit, the most generous one.",
        ),
    ] = field(default_factory=dict[str, str])
