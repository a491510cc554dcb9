"""The store of files that the settings name."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from backsmith.engine.files.folder import FolderStorage
from backsmith.engine.files.s3 import S3Storage
from backsmith.engine.files.storage import Storage
from backsmith.settings import Settings


def storage_of(settings: Settings) -> Storage:
    """The store, not yet open."""
    if "://" not in settings.files:
        return FolderStorage(Path(settings.files))
    address = urlsplit(settings.files)
    return S3Storage(
        address.netloc,
        address.path.strip("/"),
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        key=settings.s3_key,
        secret=settings.s3_secret,
    )
