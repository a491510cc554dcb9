"""The contract: what is served, as data, and what is written from it: OpenAPI, documentation, differences.

`contracts.contract_of` makes a `Contract` from a blueprint for an audience. Everything else here, and `clients/`,
reads that and never the blueprint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backsmith.contract.audience import EVERYBODY, Audience, audience_named

if TYPE_CHECKING:
    from backsmith.contract.contract import Contract
    from backsmith.contract.contracts import contract_of

__all__ = ["EVERYBODY", "Audience", "Contract", "audience_named", "contract_of"]


def __getattr__(name: str) -> Any:
    """The rest is imported when it is asked for: an application starts without it."""
    if name == "contract_of":
        from backsmith.contract.contracts import contract_of  # noqa: PLC0415  see above

        return contract_of
    if name == "Contract":
        from backsmith.contract.contract import Contract  # noqa: PLC0415  see above

        return Contract
    raise AttributeError(f"module 'backsmith.contract' has no attribute '{name}'")
