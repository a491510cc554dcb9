"""What the model newly says of the end of things (`Deprecated`)."""

from __future__ import annotations

from backsmith.blueprint.blueprint import Deprecation
from backsmith.evolution.api_changes.sides import Sides


def deprecation_changes(sides: Sides, about: str, was: Deprecation | None, now: Deprecation | None) -> None:
    """What clients are told, or no longer."""
    if was == now:
        return
    if now is None:
        sides.works(about, "It isn't deprecated any more.")
    elif was is None:
        until = "" if now.sunset is None else f" It goes on {now.sunset}."
        sides.works(about, f"It is deprecated, and still answered. {now.use}{until}")
    elif now.sunset is not None and now.sunset != was.sunset:
        before = "" if was.sunset is None else f", not on {was.sunset}"
        if was.sunset is None or now.sunset < was.sunset:
            sides.risks(about, f"It goes on {now.sunset}{before}.")
        else:
            sides.works(about, f"It goes on {now.sunset}{before}.")
