"""The marker `Deprecated`, of a field, action, query or route -> `Deprecation`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from backsmith.blueprint.blueprint import Deprecation
from backsmith.blueprint.drafts import Compilation, Part
from backsmith.model.markers import DEPRECATED, Deprecated

if TYPE_CHECKING:
    from backsmith.blueprint.resolve_signatures import Function  # which reads fields, which read these

CODE = "bad-deprecation"


def deprecated_part(compilation: Compilation, part: Part) -> Deprecation | None:
    """What is said of a field. Reports what is wrong with it."""
    marker: Deprecated | None = part.marker(Deprecated)
    return (
        None
        if marker is None
        else _deprecation(
            marker,
            lambda text, hint: compilation.report(part.problem(CODE, f"{part.path}{text}", hint, at="Deprecated")),
        )
    )


def deprecated_function(compilation: Compilation, function: Function) -> Deprecation | None:
    """What is said of an action, query or route. Reports what is wrong with it."""
    marker: Deprecated | None = getattr(function.function, DEPRECATED, None)
    return (
        None
        if marker is None
        else _deprecation(
            marker, lambda text, hint: compilation.report(function.problem(CODE, f"{function.name}{text}", hint))
        )
    )


def _deprecation(marker: Deprecated, report: Callable[[str, str], None]) -> Deprecation | None:
    if marker.use.__class__ is not str or not marker.use.strip():
        report(" is Deprecated, and what to use instead isn't said.", 'Write Deprecated("Use last_name.").')
        return None
    for name, day in (("sunset", marker.sunset), ("since", marker.since)):
        if day is not None and (day.__class__ is not date or isinstance(day, datetime)):
            report(f" is Deprecated with a {name} that is no day.", f"Write {name}=date(2027, 1, 31).")
            return None
    if marker.sunset is not None and marker.since is not None and marker.sunset < marker.since:
        report(" goes before it is Deprecated.", "Let sunset be after since.")
        return None
    return Deprecation(
        use=marker.use.strip(),
        sunset=None if marker.sunset is None else marker.sunset.isoformat(),
        since=None if marker.since is None else marker.since.isoformat(),
    )
