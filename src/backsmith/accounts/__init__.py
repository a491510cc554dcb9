"""Who is asking: signed tokens and API keys."""

from backsmith.accounts.authenticator import Authenticator

__all__ = ["Authenticator"]
