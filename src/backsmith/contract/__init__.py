"""The contract: what is served, as data, and what is written from it: OpenAPI, documentation, differences.

`contracts.contract_of` makes a `Contract` from a blueprint for an audience. Everything else here, and `clients/`,
reads that and never the blueprint.
"""

from backsmith.contract.audience import EVERYBODY, Audience, audience_named
from backsmith.contract.contract import Contract
from backsmith.contract.contracts import contract_of

__all__ = ["EVERYBODY", "Audience", "Contract", "audience_named", "contract_of"]
