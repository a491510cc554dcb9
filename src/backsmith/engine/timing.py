"""The text of Server-Timing: how long each step of the spine took, under the names the code has for them."""

from __future__ import annotations


def server_timing(start: float, read: float, authorize: float, plan: float, run: float, reply: float) -> bytes:
    """The header's value. In: `perf_counter()` at the start and at the end of each step. Out: milliseconds.

    A step that was not reached has the time of the one before it.
    """
    return b"read;dur=%.3f, authorize;dur=%.3f, plan;dur=%.3f, run;dur=%.3f, reply;dur=%.3f" % (
        (read - start) * 1e3,
        (authorize - read) * 1e3,
        (plan - authorize) * 1e3,
        (run - plan) * 1e3,
        (reply - run) * 1e3,
    )
