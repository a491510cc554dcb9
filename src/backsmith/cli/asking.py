"""Questions of a plan, asked at the terminal; the answers go into the lock file."""

from __future__ import annotations

import sys

from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.lock import Lock
from backsmith.cli.talk import say
from backsmith.evolution.answers import renamed
from backsmith.evolution.plan import Question


def can_ask() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(questions: tuple[Question, ...], lock: Lock, old: Blueprint, new: Blueprint) -> Lock:
    """The lock after the answers; the same where everything is new."""
    for question in questions:
        if " = " in question.about:
            continue  # a value of an enum has no id: the model says what it was
        for candidate in question.candidates:
            say(f"Was {question.about} called {candidate} until now? [y/N] ")
            if sys.stdin.readline().strip().lower() in {"y", "yes"}:
                lock = renamed(lock, old, new, question.about, candidate)
                break
    return lock
