"""What a client notices of a change of an OpenAPI document, ours or anybody's."""

from backsmith.contract.diff.diff import differences
from backsmith.contract.diff.nouns import LEVELS, Difference, Level, Place, worst

__all__ = ["LEVELS", "Difference", "Level", "Place", "differences", "worst"]
