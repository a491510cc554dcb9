"""The setting `limits` as data: which rate an asker has, and whose requests count together."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from backsmith.blueprint.asker import Asker

ANONYMOUS, SIGNED_IN, KEY = "anonymous", "signed_in", "key"
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


class Rate(NamedTuple):
    """So many requests in each period of so many seconds."""

    name: str
    """As the setting has it: a role, or one of the three names above."""
    most: int
    seconds: int
    header: tuple[str, str]
    """RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10, 3)."""
    quoted: str
    """The name as it stands in RateLimit."""


class Rates:
    """The rates of all askers."""

    def __init__(self, limits: Mapping[str, str]) -> None:
        """`limits` is the setting, which was checked."""
        self._rates = {name: _rate(name, text) for name, text in limits.items()}
        self._known: dict[tuple[str, frozenset[str]], Rate | None] = {}

    def of(self, asker: Asker) -> Rate | None:
        """The most generous rate that fits; None: no limit."""
        shape = (asker.via, asker.roles)
        try:
            return self._known[shape]
        except KeyError:
            if len(self._known) > 1000:  # roles of others' tokens may be anything
                self._known.clear()
            found = self._known[shape] = self._find(asker)
            return found

    def _find(self, asker: Asker) -> Rate | None:
        base = ANONYMOUS if asker.id is None else KEY if asker.via == "key" else SIGNED_IN
        names = [base] if asker.id is None else [base, *(asker.roles - {ANONYMOUS, SIGNED_IN, KEY})]
        fitting = [self._rates[name] for name in names if name in self._rates]
        return max(fitting, key=lambda rate: rate.most / rate.seconds, default=None)


def key_of(rate: Rate, asker: Asker, network: str) -> bytes:
    """Under which key the requests of that asker are counted, for all processes."""
    if asker.id is None:
        who = f"address {network}"
    else:
        who = f"key {asker.id!r} {asker.name}" if asker.via == "key" else f"account {asker.id!r}"
    return sha256(f"{rate.name}\n{rate.most}/{rate.seconds}\n{who}".encode("utf-8", "surrogatepass")).digest()[:16]


def _rate(name: str, text: str) -> Rate:
    most, _, unit = text.partition("/")
    seconds = _SECONDS[unit]
    quoted = '"' + "".join(each if " " <= each <= "~" and each not in '"\\' else "_" for each in name) + '"'
    return Rate(name, int(most), seconds, ("ratelimit-policy", f"{quoted};q={most};w={seconds}"), quoted)
