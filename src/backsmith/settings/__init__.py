"""How an application is served: one frozen `Settings`, read from four places of which the later wins."""

from backsmith.settings.account_fields import ApiKey, Provider
from backsmith.settings.fields import Settings
from backsmith.settings.read import read_settings

__all__ = ["ApiKey", "Provider", "Settings", "read_settings"]
