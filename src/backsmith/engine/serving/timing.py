"""The text of Server-Timing: how long each step of the spine took, under the names the code has for them."""

from __future__ import annotations


def server_timing(start: float, read: float, authorize: float, plan: float, run: float, reply: float) -> str:
    """The header's value. In: `perf_counter()` at the start and at the end of each step. Out: milliseconds.

    A step that was not reached has the time of the one before it.
    """
    return (
        f"read;dur={(read - start) * 1e3:.3f}, authorize;dur={(authorize - read) * 1e3:.3f}, "
        f"plan;dur={(plan - authorize) * 1e3:.3f}, run;dur={(run - plan) * 1e3:.3f}, "
        f"reply;dur={(reply - run) * 1e3:.3f}"
    )
