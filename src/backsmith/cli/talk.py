"""Talking to the person at the terminal: talk to standard error, data to standard output."""

from __future__ import annotations

import sys
from typing import Any

import msgspec


def say(text: str) -> None:
    """Tell the person something."""
    print(text, file=sys.stderr, flush=True)


def next_command(command: str) -> None:
    """The end of a command's talk: what to do now."""
    say(f"Next: {command}")


def counted(number: int, one: str, many: str) -> str:
    """`1 entity`, `2 entities`."""
    return f"{number} {one if number == 1 else many}"


def write(text: str) -> None:
    """Data, for people or for the next program."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()


def write_json(value: Any) -> None:
    """Data for the next program: JSON, indented, in the order it has."""
    write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
