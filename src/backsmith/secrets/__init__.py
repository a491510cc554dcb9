"""Secrets: the root secret, the keys that are kept under it, and what is sealed with those.

`Secrets` is what the rest of Backsmith uses: `digest`, `seal` and `open`, without waiting, once `start` has read the
keys. `root` finds the root secret, `envelopes` is the cryptography, `keys` the table of keys.
"""

from backsmith.secrets.envelopes import KeyUnknownError as KeyUnknownError
from backsmith.secrets.envelopes import SealError as SealError
from backsmith.secrets.secrets import Secrets as Secrets
