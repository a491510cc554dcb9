"""Every setting: its type, bounds, unit, default and meaning.

The one list of settings. Reading (`settings.read`), the flags of `backsmith serve`, `backsmith settings` and the
documentation are all made from it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import NODEFAULT, Meta, Struct, structs

Algorithm = Literal["HS256", "RS256", "ES256", "EdDSA"]

SECRET = frozenset({"database", "jwt_key", "api_keys", "s3_secret", "secret", "providers", "provider_secrets", "mail"})
"""Settings whose values are never shown: not in a message, not in a log, not in a `repr`."""


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


_DAYS: dict[str, Any] = {"unit": "days"}
_SECONDS: dict[str, Any] = {"unit": "seconds"}
_MILLISECONDS: dict[str, Any] = {"unit": "milliseconds"}
_BYTES: dict[str, Any] = {"unit": "bytes"}


class Settings(Struct, frozen=True, kw_only=True):
    """How an application is served. `backsmith.settings.read_settings` makes one."""

    # Where and how
    database: Annotated[
        str,
        Meta(
            description="URL of the database: sqlite:///file.db, postgresql://user@host/name or postgresql:embedded. "
            "A file named after the model, beside it, unless set."
        ),
    ] = ""
    host: Annotated[str, Meta(description="Address to listen on; 0.0.0.0 is every address of the machine.")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Meta(description="Port to listen on.", ge=1, le=65535)] = 8000
    workers: Annotated[int, Meta(description="Processes that serve.", ge=1, le=1024)] = 1
    environment: Annotated[
        Literal["development", "production"],
        Meta(
            description="development reloads on changes, logs for people and accepts the tokens of `backsmith token`."
        ),
    ] = "development"
    prefix: Annotated[str, Meta(description="Path under which the collections lie.")] = "/api"

    # Files of entities
    files: Annotated[
        str,
        Meta(
            description="Where the bytes of files are: a folder, or s3://bucket/prefix. A folder beside the database, "
            "or beside the model, unless set."
        ),
    ] = ""
    max_file: Annotated[int, Meta(extra=_BYTES, description="A file of a field without a MaxSize, at most.", ge=1)] = (
        10_000_000
    )
    s3_endpoint: Annotated[str, Meta(description="Address of an S3-compatible store; Amazon's own unless set.")] = ""
    s3_region: Annotated[str, Meta(description="Region of the bucket.")] = ""
    s3_key: Annotated[
        str, Meta(description="Access key of the store; found as Amazon's own tools find it unless set.")
    ] = ""
    s3_secret: Annotated[str, Meta(description="Secret that belongs to it.")] = ""

    # The change log
    log_retention: Annotated[
        float,
        Meta(
            extra=_DAYS,
            description="How long entries of the change log are kept; 0 is for ever.",
            ge=0,
            le=36_500,
        ),
    ] = 90.0

    # Limits of one request
    max_rows: Annotated[int, Meta(description="Rows of a reply, at most; also where no limit is asked for.", ge=1)] = (
        1000
    )
    max_url: Annotated[int, Meta(extra=_BYTES, description="Path and query of a request, at most.", ge=256)] = 8192
    max_depth: Annotated[int, Meta(description="Embeds within embeds, at most.", ge=0)] = 8
    max_filters: Annotated[int, Meta(description="Conditions of a request, at most.", ge=0)] = 64
    max_select: Annotated[int, Meta(description="Names in the selects of a request, at most.", ge=1)] = 256
    max_list: Annotated[int, Meta(description="Values of an `in` list or of a list in a row, at most.", ge=1)] = 1000
    max_body: Annotated[
        int, Meta(extra=_BYTES, description="Body of a request, at most; of an uploaded file see max_file.", ge=1024)
    ] = 4_194_304
    max_body_rows: Annotated[
        int, Meta(description="Rows that a body may write, rows within rows included, at most.", ge=1)
    ] = 20_000
    max_operations: Annotated[int, Meta(description="Operations of a batch, at most.", ge=1)] = 100
    max_reply: Annotated[
        int,
        Meta(
            extra=_BYTES,
            description="What the database gives for one request, at most; on SQLite also the longest row it reads.",
            ge=65_536,
            le=1_000_000_000,  # as many as a text of SQLite's has at most, and nearly as many as one of PostgreSQL's
        ),
    ] = 67_108_864
    statement_timeout: Annotated[float, Meta(extra=_SECONDS, description="Time of one statement, at most.", gt=0)] = (
        10.0
    )
    transaction_timeout: Annotated[
        float,
        Meta(
            extra=_SECONDS,
            description="Time of one transaction that writes, what the application does in it included; after it, "
            "nothing of it is kept.",
            gt=0,
        ),
    ] = 30.0
    isolation: Annotated[
        Literal["read_committed", "serializable"],
        Meta(
            description="How far PostgreSQL keeps transactions that write apart; serializable costs speed. SQLite's "
            "run one after another."
        ),
    ] = "read_committed"
    inline_budget: Annotated[
        float,
        Meta(
            extra=_MILLISECONDS,
            description="Time a read on SQLite may hold up other requests; a longer one goes on in a thread. "
            "0 reads always in a thread.",
            ge=0,
        ),
    ] = 3.0

    # Limits of the whole server
    concurrency: Annotated[int, Meta(description="Requests in work at once, each worker.", ge=1)] = 256
    queue: Annotated[int, Meta(description="Requests that wait for their turn, each worker.", ge=0)] = 1024
    queue_timeout: Annotated[
        float, Meta(extra=_SECONDS, description="Time a request waits for its turn before a 503.", gt=0)
    ] = 5.0
    pool_size: Annotated[
        int,
        Meta(description="Connections to PostgreSQL that read, and as many that write, each worker.", ge=1, le=1000),
    ] = 10
    shutdown_delay: Annotated[
        float,
        Meta(extra=_SECONDS, description="Time between /ready saying no and the end of accepting requests.", ge=0),
    ] = 0.0
    shutdown_grace: Annotated[
        float, Meta(extra=_SECONDS, description="Time the requests in work have to end at shutdown.", gt=0)
    ] = 10.0

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
        str, Meta(description="Picture on the sign-in pages: a path on this host, such as /logo.svg, or https://….")
    ] = ""
    colour: Annotated[
        str,
        Meta(description="Colour of buttons and links on the sign-in pages: #1f5fbf.", pattern="^#[0-9a-fA-F]{6}$"),
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
        Meta(extra={"unit": "mebibytes"}, description="Memory that hashing a password takes (Argon2id).", ge=19, le=4096),
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
            extra=_DAYS,
            description="How long somebody stays signed in, at most, before they prove again who they are "
            "(NIST SP 800-63B-4, 2.1.3: at most 30 days).",
            gt=0,
            le=365,
        ),
    ] = 30.0
    session_idle: Annotated[
        float, Meta(extra=_DAYS, description="How long somebody stays signed in without being here.", gt=0, le=365)
    ] = 7.0
    token_lifetime: Annotated[
        float, Meta(extra=_SECONDS, description="How long an access token that is signed here is good.", ge=30, le=300)
    ] = 300.0
    token_algorithm: Annotated[
        Literal["EdDSA", "ES256"], Meta(description="Algorithm that new keys sign access tokens with.")
    ] = "EdDSA"
    signing_key_lifetime: Annotated[
        float,
        Meta(extra=_DAYS, description="How long a key signs access tokens before a new one takes over.", ge=1, le=3650),
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
    jwt_leeway: Annotated[float, Meta(description="Difference of clocks allowed.", ge=0, le=300, extra=_SECONDS)] = 10.0
    api_keys: Annotated[
        dict[str, ApiKey], Meta(description="Keys of programs, by name: sha256, account and roles of each.")
    ] = {}

    # Other providers to sign in by
    providers: Annotated[
        dict[Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,30}$")], Provider],
        Meta(
            extra={
                "form": "a table of providers, each with its issuer and client_id, by a name of small letters: "
                'google = { issuer = "https://accounts.google.com", client_id = "…" }. Secrets go into provider_secrets.'
            },
            description="Other providers that people may sign in by (OpenID Connect), by name: issuer and client_id of "
            "each.",
        ),
    ] = {}
    provider_secrets: Annotated[
        dict[str, str],
        Meta(
            extra={"form": 'a table of texts by the names of providers: {"google": "…"}.'},
            description="The client's secret at each of these providers, in the environment only.",
        ),
    ] = {}

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
    ] = {}

    # Browsers
    cors_origins: Annotated[
        tuple[str, ...], Meta(description="Origins whose pages may call the API; * is every origin.")
    ] = ()
    cors_credentials: Annotated[bool, Meta(description="Whether those pages may send cookies along.")] = False

    # Audit
    audit_accept: Annotated[
        dict[str, str], Meta(description="Findings of `backsmith audit` that are meant to be so, each with the reason.")
    ] = {}

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
    for field in structs.fields(Settings):
        if field.name in FACTS:
            continue
        type, bounds = field.type.__origin__, field.type.__metadata__[0]
        default = field.default_factory() if field.default_factory is not NODEFAULT else field.default
        extra: dict[str, Any] = bounds.extra or {}
        found[field.name] = About(field.name, type, default, bounds.description, extra.get("unit"), bounds)
    return found


ABOUT: dict[str, About] = _about()
