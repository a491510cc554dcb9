"""How an application is served: one frozen `Settings`, read from four places of which the later wins."""

from backsmith.settings.fields import ApiKey, Provider, Settings
from backsmith.settings.read import read_settings

__all__ = ["ApiKey", "Provider", "Settings", "read_settings"]
