"""`backsmith settings`: list the settings."""

from __future__ import annotations

from typing import Any

from backsmith.cli.talk import write, write_json
from backsmith.settings import read_settings
from backsmith.settings.fields import ABOUT, SECRET
from backsmith.settings.reference import reference


def settings(model: str | None = None, /, *, json: bool = False, markdown: bool = False) -> None:
    """List the settings, their values and what they mean.

    A setting is written under [tool.backsmith] in pyproject.toml, as an environment variable (BACKSMITH_MAX_ROWS=100)
    or as a flag of `backsmith serve` (--max-rows 100); the later of these wins.

    Example: `backsmith settings shop.py --json`

    Parameters
    ----------
    model
        The model's file or package, beside which pyproject.toml is looked for; without it, the folder you are in.
    json
        Write JSON, for programs.
    markdown
        Write the reference of all settings, docs/settings.md.
    """
    if markdown:
        write(reference())
        return
    read = read_settings(model or "")
    values: dict[str, Any] = {name: getattr(read, name) for name in ABOUT}
    shown = {name: "…" if name in SECRET and name != "database" and value else value for name, value in values.items()}
    if json:
        write_json(
            [
                {"name": about.name, "value": shown[about.name], "default": about.default, "unit": about.unit,
                 "description": about.description}
                for about in ABOUT.values()
            ]
        )  # fmt: skip
        return
    for about in ABOUT.values():
        unit = f" {about.unit}" if about.unit else ""
        changed = "" if values[about.name] == about.default else "  (set)"
        write(f"{about.name} = {_plain(shown[about.name])}{unit}{changed}\n    {about.description}")


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_plain, value)) + "]"  # type: ignore[reportUnknownArgumentType]  items are texts
    return f'"{value}"' if isinstance(value, str) else str(value)
