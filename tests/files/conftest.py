"""Both kinds of stores: a folder, and a bucket of an S3 server that runs in a thread of the tests (moto's)."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backsmith.engine.files.folder import FolderStorage
from backsmith.engine.files.s3 import S3Storage
from tests.files.serving import Albums, serve

KEYS = {"region": "us-east-1", "key": "testing", "secret": "testing"}


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - it takes a second, which only these tests need

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def sdk(s3_endpoint: str) -> Iterator[Any]:
    """The client that tests look into the bucket with."""
    from botocore.session import get_session  # noqa: PLC0415 - as above

    client = get_session().create_client(
        "s3", endpoint_url=s3_endpoint, region_name="us-east-1", aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )  # fmt: skip
    yield client
    client.close()


@pytest.fixture(params=["folder", "s3"])
def store_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def store_settings(store_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """The settings of an application with an empty store."""
    if store_kind == "folder":
        return {"files": str(tmp_path / "store")}
    bucket = f"bucket-{secrets.token_hex(4)}"
    request.getfixturevalue("sdk").create_bucket(Bucket=bucket)
    return {
        "files": f"s3://{bucket}/some/files",
        "s3_endpoint": request.getfixturevalue("s3_endpoint"),
        **{f"s3_{name}": value for name, value in KEYS.items()},
    }


@pytest.fixture
def storage(store_settings: dict[str, Any], run: Any) -> Iterator[FolderStorage | S3Storage]:
    """An open, empty store."""
    if "s3_endpoint" in store_settings:
        bucket = store_settings["files"].split("/")[2]
        made: Any = S3Storage(bucket, "some/files", endpoint=store_settings["s3_endpoint"], **KEYS)
    else:
        made = FolderStorage(Path(store_settings["files"]))
    run(made.open())
    yield made
    run(made.close())


@pytest.fixture
def stored(store_settings: dict[str, Any], request: pytest.FixtureRequest) -> Callable[[], list[str]]:
    """Gives the names of everything that is in the store, whole or not."""
    if "s3_endpoint" in store_settings:
        sdk, bucket = request.getfixturevalue("sdk"), store_settings["files"].split("/")[2]
        return lambda: sorted(
            [found["Key"].rpartition("/")[2] for found in sdk.list_objects_v2(Bucket=bucket).get("Contents", [])]
            + [f"{found['Key']}?" for found in sdk.list_multipart_uploads(Bucket=bucket).get("Uploads", [])]
        )
    folder = Path(store_settings["files"])
    return lambda: sorted(path.name for path in folder.rglob("*") if path.is_file())


async def pieces(*each: bytes) -> AsyncIterator[bytes]:
    for piece in each:
        yield piece


@pytest.fixture
def albums(database_url: str, store_settings: dict[str, Any], run: Any) -> Iterator[Albums]:
    """The albums, on each kind of database with each kind of store."""
    client = serve(database_url, run, **store_settings)
    yield client
    run(client.application.close())


@pytest.fixture
def plain_albums(database_url: str, tmp_path: Path, run: Any) -> Iterator[Albums]:
    """The albums, on each kind of database with a folder, where the store makes no difference."""
    client = serve(database_url, run, files=str(tmp_path / "store"))
    yield client
    run(client.application.close())
