"""How an application is served: one frozen `Settings`, read from four places of which the later wins."""

from backsmith.settings.fields import ApiKey, Settings
from backsmith.settings.read import read_settings

__all__ = ["ApiKey", "Settings", "read_settings"]
