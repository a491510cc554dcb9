"""Counts of what the server does, in Prometheus' text format at /metrics.

Own counters, because a request may cost them a microsecond at most: one look into a dictionary, a bisection, a few
additions. Of several workers any one answers for all: each writes its counts into a shared folder every second (from
the thread of this module), and the one that is asked adds the others' to its own.
"""

from __future__ import annotations

import os
import threading
from bisect import bisect_left
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the durations counted together, seconds."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
_MAX_SERIES = 20_000
_MAX_KEYS = 1_000
EVERY = 1.0
"""Seconds between two writes into the shared folder."""


class Series(Struct):
    """The requests of one route, method and class of status."""

    buckets: list[int]
    """How many took as long as each of BOUNDS says and no less; the last: longer than all."""
    seconds: float = 0.0


class Counts(Struct):
    """Everything one worker counts, as it is written into the shared folder."""

    requests: dict[str, Series]
    """By `route method class`, such as `/api/posts GET 2xx`."""
    plain: dict[str, float]
    """The other counters and gauges, by name."""
    keys: dict[str, int] = {}
    """Requests by the name of the API key that they came with."""


class Metrics:
    """The counters of one worker. The engine adds to the attributes; `count` is called once a request."""

    def __init__(self, folder: str | None = None, *, worker: str | None = None) -> None:
        """`folder` is shared by the workers of one server; None where there is one worker only. `worker` is a name of
        this one that no other has, by default its process id."""
        self.plan_hits = 0
        self.plan_misses = 0
        self.reads_inline = 0
        self.reads_thread = 0
        self.rows_written = 0
        self.overloaded = 0
        self.gauges: dict[str, Callable[[], float]] = {}
        """What is asked for at /metrics: `in_flight`, `queued`, `connections`."""
        self._series: dict[tuple[str, str, int], Series] = {}
        self._keys: dict[str, int] = {}
        self._file = None if folder is None else Path(folder) / f"{worker or os.getpid()}.json"
        self._closing = threading.Event()
        self._writer: threading.Thread | None = None

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request. `route` is the template of its path (`/api/posts/{id}`), never what the caller wrote."""
        series = self._series.get((route, method, status // 100))
        if series is None:
            series = self._new(route, method, status)
        series.buckets[bisect_left(BOUNDS, seconds)] += 1
        series.seconds += seconds

    def count_key(self, name: str) -> None:
        """Count a request that came with the API key of that name."""
        known = self._keys.get(name)
        if known is None and len(self._keys) >= _MAX_KEYS:
            name, known = "other", self._keys.get("other")
        self._keys[name] = (known or 0) + 1

    def _new(self, route: str, method: str, status: int) -> Series:
        key = (route, method if method in _METHODS else "other", status // 100)
        if len(self._series) >= _MAX_SERIES:
            key = ("other", "other", status // 100)
        return self._series.setdefault(key, Series([0] * (len(BOUNDS) + 1)))

    def start(self) -> None:
        """Begin to write for the other workers, where there are any."""
        self._closing.clear()
        if self._file is not None:
            self._writer = threading.Thread(target=self._write_on, name="metrics", daemon=True)
            self._writer.start()

    def close(self) -> None:
        """Write a last time: what an ended worker counted stays counted."""
        self._closing.set()
        if self._writer is not None:
            self._writer.join(timeout=2)

    def render(self) -> bytes:
        """The counts of all workers as Prometheus reads them."""
        found = [self._counts()]
        if self._file is not None:
            for file in sorted(self._file.parent.glob("*.json")):
                if file != self._file:
                    found.append(msgspec.json.decode(file.read_bytes(), type=Counts))
        return "".join(_render(found)).encode()

    def _counts(self) -> Counts:
        plain = {
            "plan_hits_total": self.plan_hits,
            "plan_misses_total": self.plan_misses,
            "reads_inline_total": self.reads_inline,
            "reads_thread_total": self.reads_thread,
            "rows_written_total": self.rows_written,
            "overloaded_total": self.overloaded,
            **{name: gauge() for name, gauge in self.gauges.items()},
        }
        series = {f"{route} {method} {status}xx": one for (route, method, status), one in self._series.copy().items()}
        return Counts(series, plain, self._keys.copy())

    def _write_on(self) -> None:
        while not self._closing.wait(EVERY):
            self._write()
        for name in list(self.gauges):
            self.gauges[name] = float  # nothing is in flight any more: 0.0
        self._write()

    def _write(self) -> None:
        assert self._file is not None
        draft = self._file.with_suffix(".draft")
        draft.write_bytes(msgspec.json.encode(self._counts()))
        draft.replace(self._file)  # whole or not at all for the one who reads


_HELP = {
    "plan_hits_total": "Requests whose plan was found in the cache.",
    "plan_misses_total": "Requests whose plan had to be made.",
    "reads_inline_total": "Reads that ran on the event loop.",
    "reads_thread_total": "Reads that ran in a thread.",
    "rows_written_total": "Rows that requests created, changed or deleted.",
    "overloaded_total": "Requests refused because too many were in work.",
    "in_flight": "Requests in work.",
    "queued": "Requests that wait for their turn.",
    "connections": "Open connections to the database.",
}


def _render(found: list[Counts]) -> list[str]:
    lines: list[str] = []
    plain: dict[str, float] = {}
    requests: dict[str, Series] = {}
    keys: dict[str, int] = {}
    for counts in found:
        for key, count in counts.keys.items():
            keys[key] = keys.get(key, 0) + count
        for name, value in counts.plain.items():
            plain[name] = plain.get(name, 0) + value
        for key, series in counts.requests.items():
            sum = requests.setdefault(key, Series([0] * len(series.buckets)))
            sum.buckets = [one + other for one, other in zip(sum.buckets, series.buckets, strict=True)]
            sum.seconds += series.seconds
    for name, value in plain.items():
        kind = "counter" if name.endswith("_total") else "gauge"
        lines.append(f"# HELP backsmith_{name} {_HELP.get(name, name)}\n# TYPE backsmith_{name} {kind}\n")
        lines.append(f"backsmith_{name} {value:g}\n" if isinstance(value, float) else f"backsmith_{name} {value}\n")
    if keys:
        name = "backsmith_key_requests_total"
        lines.append(f"# HELP {name} Requests by the name of their API key.\n# TYPE {name} counter\n")
        lines.extend(f'{name}{{key="{_escaped(key)}"}} {count}\n' for key, count in sorted(keys.items()))
    name = "backsmith_request_seconds"
    lines.append(f"# HELP {name} Requests by route, method and class of status, and how long they took.\n")
    lines.append(f"# TYPE {name} histogram\n")
    for key, series in sorted(requests.items()):
        route, method, status = key.rsplit(" ", 2)
        labels = f'route="{_escaped(route)}",method="{method}",status="{status}"'
        total = 0
        for bound, count in zip((*(f"{bound:g}" for bound in BOUNDS), "+Inf"), series.buckets, strict=True):
            total += count
            lines.append(f'{name}_bucket{{{labels},le="{bound}"}} {total}\n')
        lines.append(f"{name}_sum{{{labels}}} {series.seconds:.6f}\n{name}_count{{{labels}}} {total}\n")
    return lines


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
