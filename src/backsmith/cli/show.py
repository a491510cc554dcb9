"""`backsmith show`: say what a model means."""

from __future__ import annotations

import msgspec

from backsmith.blueprint import encode
from backsmith.cli.loading import compiled, named_model
from backsmith.cli.show_english import in_english
from backsmith.cli.talk import write


def show(model: str | None = None, /, *, json: bool = False, english: bool = False) -> None:
    """Say what a model means: every entity, field, relation and rule, in English.

    Example: `backsmith show shop.py --json > blueprint.json`

    Parameters
    ----------
    model
        The model's file, package or dotted name.
    json
        The blueprint as JSON in its canonical form: the same model gives the same bytes.
    english
        English, which is what comes without --json too.
    """
    blueprint = compiled(named_model(model)).blueprint
    if json and not english:
        write(msgspec.json.format(encode(blueprint), indent=2).decode())
    else:
        write(in_english(blueprint))
