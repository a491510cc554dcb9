"""How many attempts of each kind may be made, and how waits grow after that. Data.

`allowance` attempts are free. After the last of them the wait is `first`, after each further one twice as long, up to
`every`; every `every` one attempt is forgiven. So who goes on gets one attempt an `every`, and who stops for a while
begins anew.

Guessing a password, with these numbers: from one address some 100 a day at one account, from all addresses of the
world together some 160 a day at one account (NIST SP 800-63B-4, 3.2.2, wants at most 100 in a row and then another way
to sign in; but then whoever knows an e-mail address could lock its owner out). Its owner isn't kept out: at addresses
where they have signed in before only their own attempts count, and a passkey, a mailed code or a reset are counted
apart.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
"""In milliseconds, as all times here."""
KNOWN_FOR = 90 * 24 * HOUR
"""How long an address is known as one where the account has signed in."""


class Policy(NamedTuple):
    """How many attempts, and how fast."""

    allowance: int
    first: int
    every: int


class Policies(NamedTuple):
    """What an attempt counts for; None: not for that."""

    address: Policy | None = None
    """The client's address; of IPv6 its network of 64 bits."""
    network: Policy | None = None
    """Its network of 48 bits, of IPv6 only."""
    pair: Policy | None = None
    """That account, from that address."""
    account: Policy | None = None
    """That account, from addresses where it hasn't signed in before, all together."""
    charged: Literal["before", "failed"] = "before"
    """Whether each attempt counts, or only what has failed: for what is asked often and hardly ever fails."""


_ADDRESS = Policy(30, SECOND, 10 * SECOND)
_MANY = Policy(100, SECOND, 2 * SECOND)
_NETWORK = Policy(200, SECOND, SECOND)

POLICIES: dict[str, Policies] = {
    "sign-in": Policies(_ADDRESS, _NETWORK, Policy(5, SECOND, 15 * MINUTE), Policy(20, SECOND, 10 * MINUTE)),
    "code": Policies(_ADDRESS, _NETWORK, Policy(10, SECOND, 5 * MINUTE), Policy(20, SECOND, 5 * MINUTE)),
    # Who gets so far knows the password; of a million codes three are good at a time.
    "factor": Policies(_ADDRESS, _NETWORK, Policy(5, SECOND, 15 * MINUTE), Policy(10, SECOND, 15 * MINUTE)),
    # Nobody guesses these; the limits keep work away.
    "passkey": Policies(_MANY, _NETWORK),
    "oidc": Policies(_MANY, _NETWORK),
    "refresh": Policies(_MANY, _NETWORK, charged="failed"),
    "key": Policies(Policy(20, SECOND, 10 * SECOND), _NETWORK, charged="failed"),
    "sign-up": Policies(Policy(10, MINUTE, 10 * MINUTE), Policy(50, 10 * SECOND, MINUTE)),
    # Mails cost their receiver's patience, and the sender's good name.
    "mail": Policies(
        Policy(15, 10 * SECOND, 2 * MINUTE),
        Policy(50, 10 * SECOND, MINUTE),
        Policy(4, 30 * SECOND, 20 * MINUTE),
        Policy(6, MINUTE, HOUR),
    ),
}
"""By what is attempted."""

OTHERS = Policies(_ADDRESS, _NETWORK, Policy(10, SECOND, 5 * MINUTE), Policy(30, SECOND, MINUTE))
"""Of everything else."""


def policies_of(what: str) -> Policies:
    """The policies of what is attempted."""
    return POLICIES.get(what, OTHERS)
