"""The settings of serving: where and how, files, the change log, limits of a request and of the whole server."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

DAYS: dict[str, Any] = {"unit": "days"}
SECONDS: dict[str, Any] = {"unit": "seconds"}
MILLISECONDS: dict[str, Any] = {"unit": "milliseconds"}
BYTES: dict[str, Any] = {"unit": "bytes"}


class ServingSettings(Struct, frozen=True, kw_only=True):
    """The first part of `Settings`."""

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
    max_file: Annotated[int, Meta(extra=BYTES, description="A file of a field without a MaxSize, at most.", ge=1)] = (
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
            extra=DAYS,
            description="How long entries of the change log are kept; 0 is for ever.",
            ge=0,
            le=36_500,
        ),
    ] = 90.0

    # Limits of one request
    max_rows: Annotated[int, Meta(description="Rows of a reply, at most; also where no limit is asked for.", ge=1)] = (
        1000
    )
    max_url: Annotated[int, Meta(extra=BYTES, description="Path and query of a request, at most.", ge=256)] = 8192
    max_depth: Annotated[int, Meta(description="Embeds within embeds, at most.", ge=0)] = 8
    max_filters: Annotated[int, Meta(description="Conditions of a request, at most.", ge=0)] = 64
    max_select: Annotated[int, Meta(description="Names in the selects of a request, at most.", ge=1)] = 256
    max_list: Annotated[int, Meta(description="Values of an `in` list or of a list in a row, at most.", ge=1)] = 1000
    max_body: Annotated[
        int, Meta(extra=BYTES, description="Body of a request, at most; of an uploaded file see max_file.", ge=1024)
    ] = 4_194_304
    max_body_rows: Annotated[
        int, Meta(description="Rows that a body may write, rows within rows included, at most.", ge=1)
    ] = 20_000
    max_operations: Annotated[int, Meta(description="Operations of a batch, at most.", ge=1)] = 100
    max_reply: Annotated[
        int,
        Meta(
            extra=BYTES,
            description="What the database gives for one request, at most; on SQLite also the longest row it reads.",
            ge=65_536,
            le=1_000_000_000,  # as many as a text of SQLite's has at most, and nearly as many as one of PostgreSQL's
        ),
    ] = 67_108_864
    statement_timeout: Annotated[float, Meta(extra=SECONDS, description="Time of one statement, at most.", gt=0)] = 10.0
    transaction_timeout: Annotated[
        float,
        Meta(
            extra=SECONDS,
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
            extra=MILLISECONDS,
            description="Time a read on SQLite may hold up other requests; a longer one goes on in a thread. "
            "0 reads always in a thread.",
            ge=0,
        ),
    ] = 3.0

    # Limits of the whole server
    concurrency: Annotated[int, Meta(description="Requests in work at once, each worker.", ge=1)] = 256
    queue: Annotated[int, Meta(description="Requests that wait for their turn, each worker.", ge=0)] = 1024
    queue_timeout: Annotated[
        float, Meta(extra=SECONDS, description="Time a request waits for its turn before a 503.", gt=0)
    ] = 5.0
    pool_size: Annotated[
        int,
        Meta(description="Connections to PostgreSQL that read, and as many that write, each worker.", ge=1, le=1000),
    ] = 10
    shutdown_delay: Annotated[
        float,
        Meta(extra=SECONDS, description="Time between /ready saying no and the end of accepting requests.", ge=0),
    ] = 0.0
    shutdown_grace: Annotated[
        float, Meta(extra=SECONDS, description="Time the requests in work have to end at shutdown.", gt=0)
    ] = 10.0
