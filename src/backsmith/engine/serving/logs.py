"""What the server tells: one line a request, and the lines of `logging`, as JSON or for people.

A request only appends to a list; a thread turns what gathered into lines every tenth of a second and writes them, so
that a slow terminal or a full pipe holds up no request. What can't be written is counted and said, not kept for ever.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
import traceback
from typing import Literal, TextIO

import msgspec
from msgspec import Struct

EVERY = 0.1
"""Seconds between two writes."""
MAX_LINES = 50_000
"""Lines that wait to be written, at most."""
_BATCH = 512

Format = Literal["json", "human"]


class AccessLine(Struct, frozen=True, gc=False, omit_defaults=True):
    """A request that was answered."""

    time: float
    """When the reply was ready, seconds since 1970."""
    request: str
    method: str
    path: str
    """Without the query, which may hold what is nobody's business."""
    status: int
    ms: float
    bytes: int
    asker: int | str | None
    via: str
    plan: str
    """`hit` or `miss` of the plan cache; empty where no plan was made."""
    api_key: str = ""
    """The name of the API key that showed who asks."""


class AccessLog:
    """The log of requests. `add` on the hot path; `start` and `close` around serving."""

    def __init__(self, format: Format, descriptor: int = 2, *, colour: bool = False) -> None:
        """Lines go to the file descriptor, by default standard error."""
        self._lines: list[AccessLine] = []
        self._format = format
        self._descriptor = descriptor
        self._colour = colour
        self._dropped = 0
        self._closing = threading.Event()
        self._writer: threading.Thread | None = None
        self.add = self._lines.append
        """Add an AccessLine. A plain list's method, so that it costs next to nothing."""

    def start(self) -> None:
        """Begin to write."""
        self._closing.clear()
        self._writer = threading.Thread(target=self._write_on, name="access-log", daemon=True)
        self._writer.start()

    def close(self) -> None:
        """Write what is left and end."""
        self._closing.set()
        if self._writer is not None:
            self._writer.join(timeout=2)
        self.flush()

    def flush(self) -> None:
        """Write what gathered."""
        lines = self._lines
        while lines:
            # Appending at the end and cutting off at the beginning are each one step to Python, so no lock is needed.
            batch = lines[:_BATCH]
            del lines[: len(batch)]
            self._write(encode_lines(batch) if self._format == "json" else _for_people(batch, self._colour))
            if len(lines) > MAX_LINES:
                self._dropped += len(lines) - _BATCH
                del lines[:-_BATCH]
        if self._dropped:
            dropped, self._dropped = self._dropped, 0
            logging.getLogger("backsmith.access").warning("%d lines of the access log couldn't be written.", dropped)

    def _write_on(self) -> None:
        while not self._closing.wait(EVERY):
            self.flush()

    def _write(self, data: bytes) -> None:
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError:
            self._dropped += data.count(b"\n")


encode_lines = msgspec.json.Encoder().encode_lines
"""Structs -> JSON, a line each."""


def _for_people(lines: list[AccessLine], colour: bool) -> bytes:
    return "".join(_for_person(line, colour) for line in lines).encode("utf-8", "backslashreplace")


def _for_person(line: AccessLine, colour: bool) -> str:
    clock = time.strftime("%H:%M:%S", time.localtime(line.time))
    asker = "" if line.via == "nobody" else f" as {line.asker}"
    if line.api_key:
        asker += f" by {line.api_key}" if line.api_key.isprintable() else f" by {line.api_key!r}"
    path = line.path if line.path.isprintable() else repr(line.path)[1:-1]  # a path must not move the cursor
    status = str(line.status)
    if colour:
        shade = 32 if line.status < 400 else 33 if line.status < 500 else 31
        status = f"\x1b[{shade}m{status}\x1b[0m"
    return f"{clock} {status} {line.method} {path} {line.ms:.1f} ms, {line.bytes} bytes{asker} [{line.request}]\n"


class JsonFormatter(logging.Formatter):
    """A record of `logging` as one line of JSON, with the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, object] = {
            "time": round(record.created, 6),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        request = getattr(record, "request_id", None)
        if request is not None:
            line["request"] = request
        if record.exc_info and record.exc_info[1] is not None:
            line["traceback"] = "".join(traceback.format_exception(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False)


class _Handler(logging.StreamHandler[TextIO]):
    """Ours among the handlers of others."""


def configure_logging(format: Format, level: str) -> None:
    """Send what `logging` is told, by us and by others, to standard error in that format from that level on."""
    handler = _Handler()
    handler.setFormatter(
        JsonFormatter() if format == "json" else logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S")
    )
    root = logging.getLogger()
    for other in root.handlers[:]:
        if isinstance(other, _Handler):  # of an earlier call
            root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for talkative in ("httpx", "httpcore", "asyncio"):
        logging.getLogger(talkative).setLevel(max(logging.WARNING, root.level))
