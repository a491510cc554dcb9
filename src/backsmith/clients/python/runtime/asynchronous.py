"""What a client is made of."""

from .async_batches import (
    BatchOperation,
    BatchResult,
    run_async_batch,
)
from .async_rows import (
    Creates,
    Deletes,
    DeletesMany,
    Downloads,
    Page,
    Reads,
    ReadsOne,
    Removes,
    Replaces,
    RowsOf,
    Submits,
    Updates,
    UpdatesMany,
    Uploads,
    Versioned,
)
from .async_transport import (
    AsyncTransport,
    TokenStorage,
)
from .conditions import (
    given,
    headers,
    key_path,
    parameters,
)

__all__ = [
    "AsyncTransport",
    "BatchOperation",
    "BatchResult",
    "Creates",
    "Deletes",
    "DeletesMany",
    "Downloads",
    "Page",
    "Reads",
    "ReadsOne",
    "Removes",
    "Replaces",
    "RowsOf",
    "Submits",
    "TokenStorage",
    "Updates",
    "UpdatesMany",
    "Uploads",
    "Versioned",
    "given",
    "headers",
    "key_path",
    "parameters",
    "run_async_batch",
]
