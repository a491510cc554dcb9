"""`liar` is a provider on this machine that says whatever a test makes it say, `shop` an application that knows it by
several names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.accounts.application import NOTES, Served, serve
from tests.accounts.oidc.provider import CLIENT, LyingProvider, lying_provider


@pytest.fixture(scope="session")
def running_liar() -> Iterator[LyingProvider]:
    with lying_provider() as provider:
        yield provider


@pytest.fixture
def liar(running_liar: LyingProvider) -> LyingProvider:
    """Telling the truth, until a test changes that."""
    running_liar.reset()
    return running_liar


@pytest.fixture(scope="module")
def shop(
    running_liar: LyingProvider,
    shared_database_url: str,
    tmp_path_factory: pytest.TempPathFactory,
    run: Callable[..., Any],
) -> Iterator[Served]:
    liar = {"issuer": running_liar.address, "client_id": CLIENT}
    providers = {
        "liar": {**liar, "title": "The Liar"},
        "twin": liar,
        "form": {**liar, "response_mode": "form_post"},
        "trusted": {**liar, "trust_email": True},
        "away": {"issuer": "http://127.0.0.1:9", "client_id": CLIENT},
    }
    folder = tmp_path_factory.mktemp("shop")
    one = run(
        serve(
            NOTES,
            shared_database_url,
            folder,
            providers=providers,
            provider_secrets={"liar": "the secret that the liar gave this client"},
        )
    )
    yield one
    run(one.application.close())
