"""Whether a running peer gives the right answers, before anything is measured.

The right answers come from the rows themselves (`scenarios.Answers`), so peers that agree can't all be wrong together.
"""

from __future__ import annotations

import httpx
from peers import Peer
from processes import BenchError
from rows import ACCOUNT_OFFSET
from scenarios import ASKERS, RULE, SCENARIOS, Answers, Ask, asks

SAMPLES = 12
"""Asks of each scenario."""


def verify(peer: Peer, port: int, answers: Answers) -> int:
    """The number of replies compared. Raises BenchError at the first that is wrong."""
    compared = 0
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        for scenario in SCENARIOS:
            peer.before(scenario, port)
            for ask in asks(scenario, SAMPLES):
                compare(peer, client, ask, answers)
                compared += 1
        peer.before(RULE, port)
        check_rule(peer, client, answers)
    return compared


def compare(peer: Peer, client: httpx.Client, ask: Ask, answers: Answers) -> None:
    """Asks once and compares."""
    reply = get(peer, client, ask)
    if reply.status_code != 200:
        raise BenchError(f"{peer.title}: GET {peer.path(ask)} was answered {reply.status_code}: {reply.text[:500]}")
    got, right = peer.read(ask, reply.json()), answers.answer(ask)
    if got != right:
        raise BenchError(f"{peer.title}: GET {peer.path(ask)} was wrong.\n  got   {got!r}\n  right {right!r}")


def check_rule(peer: Peer, client: httpx.Client, answers: Answers) -> None:
    """A draft is there for its author and for nobody else: the rules are really on."""
    draft = next(post for post in answers.rows.posts if post.status == "draft" and post.author_id in ASKERS)
    other = next(author for author in ASKERS if author != draft.author_id)
    for asker, right in ((None, 404), (other + ACCOUNT_OFFSET, 404), (draft.author_id + ACCOUNT_OFFSET, 200)):
        status = get(peer, client, Ask("single", post=draft.id, asker=asker)).status_code
        if status != right:
            raise BenchError(f"{peer.title}: draft {draft.id} asked for by {asker} was answered {status}, not {right}.")


def get(peer: Peer, client: httpx.Client, ask: Ask) -> httpx.Response:
    """The reply to an ask."""
    headers = {} if ask.asker is None else {"Authorization": f"Bearer {peer.token(ask.asker)}"}
    return client.get(peer.path(ask), headers=headers)
