"""The documentation of all settings, docs/settings.md: a pure function of the list of settings."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from backsmith.settings.fields import ABOUT, About

_HEAD = """\
# Settings

Written by `backsmith settings --markdown`; change `src/backsmith/settings/fields.py`.

There is no need for any of them to begin with. A setting is written in one of these places, of which the later wins:

1. `pyproject.toml`, the nearest from the model's folder upwards: `max_rows = 100` under `[tool.backsmith]`. Paths in it
   are relative to it.
2. The environment: `BACKSMITH_MAX_ROWS=100`. Lists have commas between their items, tables are JSON.
3. A flag of `backsmith serve`: `--max-rows 100`; or an argument of `backsmith.asgi(model, max_rows=100)`.

All mistakes are reported together, each with the place it was written in and what to write instead. A secret in
`pyproject.toml`, which is kept in version control, is refused.

`model = "shop.py"` under `[tool.backsmith]` names the model for commands that are given none.

"""

_KEYS = """\

## API keys

`backsmith key reporting --account 3 --role staff` prints a new key, this once, and what to add:

```toml
[tool.backsmith.api_keys.reporting]
sha256 = "…"         # of the key; the key itself is kept nowhere
account = 3          # whom the program acts for
roles = ["staff"]
```

A program sends its key as `X-API-Key: …`, or as `Authorization: ApiKey …`.
"""


def reference() -> str:
    """The text, in Markdown."""
    lines = ["| setting | type | default | what it is |", "|---|---|---|---|", *map(_line, ABOUT.values())]
    return _HEAD + "\n".join(lines) + "\n" + _KEYS


def _line(about: About) -> str:
    unit = f", {about.unit}" if about.unit else ""
    return f"| `{about.name}` | {_type(about.type)}{unit} | {_default(about.default)} | {about.description} |"


def _type(type: Any) -> str:
    if get_origin(type) is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(type))
    if get_origin(type) is tuple:
        return "list"
    if get_origin(type) is dict:
        return "table"
    return {str: "text", int: "whole number", float: "number", bool: "true or false"}[type]


def _default(default: Any) -> str:
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, tuple | list):
        return ", ".join(f"`{item}`" for item in default)  # pyright: ignore[reportUnknownVariableType]  items are texts
    return f"`{default}`" if default not in ("", {}) else ""
