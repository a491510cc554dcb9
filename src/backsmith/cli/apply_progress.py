"""Progress of `backsmith apply`, said as it happens: a line a step, and on a terminal one that moves."""

from __future__ import annotations

import sys
from time import monotonic

from backsmith.evolution.carrying import Progress

OFTEN, SELDOM = 0.2, 10.0
"""Seconds between two lines about the same step: on a terminal, where the one replaces the other, and elsewhere."""


class Talker:
    """Says what happens to standard error."""

    def __init__(self) -> None:
        self._moving = sys.stderr.isatty()
        self._said = 0.0
        self._began = monotonic()
        self._unfinished_line = False

    def __call__(self, progress: Progress) -> None:
        """Say it, if it is time to."""
        match progress.state:
            case "waiting":
                self._line(f"Another one applies a plan to this database: {progress.text}. Waiting for it.")
            case "resumed":
                self._line(f"{progress.text} Going on with it.")
            case "begun":
                self._began = monotonic()
                self._said = self._began
                self._line(f"{_step(progress)} …", moving=True)
            case "moved":
                if monotonic() - self._said >= (OFTEN if self._moving else SELDOM):
                    self._said = monotonic()
                    self._line(f"{_step(progress)}: {_rows(progress)}", moving=True)
            case "locked":
                self._line(f"{_step(progress)}: {progress.text}; trying again in {_duration(progress.pause)}.")
            case "lost":
                self._line(f"{progress.text} Trying again in {_duration(progress.pause)}.")
            case "done":
                self._line(f"{_step(progress)}: done in {_duration(monotonic() - self._began)}")

    def _line(self, text: str, *, moving: bool = False) -> None:
        """A line; a moving one gives way to the next."""
        if moving and not self._moving:
            print(text, file=sys.stderr, flush=True)
            return
        begin = "\r\x1b[K" if self._unfinished_line else ""
        print(f"{begin}{text}", file=sys.stderr, end="" if moving else "\n", flush=True)
        self._unfinished_line = moving

    def end(self) -> None:
        """Leave the cursor on a line of its own."""
        if self._unfinished_line:
            print(file=sys.stderr, flush=True)
            self._unfinished_line = False


def _step(progress: Progress) -> str:
    return f"{progress.number}/{progress.steps} {progress.title}" if progress.number else "The record of the plan"


def _rows(progress: Progress) -> str:
    text = f"{progress.rows:,} of about {progress.of:,} rows, {progress.rate:,.0f} a second"
    left = progress.seconds_left
    return text if left is None else f"{text}, {_duration(left)} left"


def _duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
