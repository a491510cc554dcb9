"""What a client is counted as: the name of its API key, else the kind of program that it says to be.

Few words, and none about who somebody is: a browser is a browser.
"""

from __future__ import annotations

import re
from functools import lru_cache

from backsmith.blueprint.asker import Asker
from backsmith.http.request import Request

BROWSER, UNNAMED = "a browser", "no user agent"
_LONGEST = 40
"""Characters of a program's name that are kept."""
_MOST = 500
"""User agents whose kinds are remembered."""
_PRODUCT = re.compile(r"[\w.+-]+(/[\w.+-]+)?")


def kind_of_client(request: Request, asker: Asker) -> str:
    """`key mobile-app`, `okhttp/4.12`, `a browser`."""
    if asker.via == "key" and asker.name is not None:
        return f"key {asker.name}"
    agent = request.header("user-agent")
    if not agent:
        return UNNAMED
    return _kind(agent)


@lru_cache(_MOST)
def _kind(agent: str) -> str:
    if agent.startswith("Mozilla/"):
        return BROWSER
    found = _PRODUCT.match(agent)
    return UNNAMED if found is None else found[0][:_LONGEST]
