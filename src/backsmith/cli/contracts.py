"""What commands about the contract begin with: from the model's path and an audience's name to the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backsmith.cli.loading import compiled

if TYPE_CHECKING:
    from backsmith.contract import Contract

# Imported where it is used: the command line itself starts without the engine.


def contract_named(model: str, audience: str) -> Contract:
    """The contract that a server with the settings of this place would have.

    Arguments:
        model: The model's file, package or dotted name.
        audience: `everybody`, `anonymous`, `signed_in`, or roles with commas between.

    Raises:
        ModelError: The model has mistakes.
        UsageError: There is no such model or audience, or a setting is wrong.
    """
    from backsmith.contract import audience_named  # noqa: PLC0415  see above
    from backsmith.contract.serving import served_contract  # noqa: PLC0415  see above
    from backsmith.contract.visible import roles_of  # noqa: PLC0415  see above
    from backsmith.settings import read_settings  # noqa: PLC0415  see above

    found = compiled(model)
    settings = read_settings(found.application.path, flags={})
    return served_contract(found.blueprint, settings, audience_named(audience, roles_of(found.blueprint)))
