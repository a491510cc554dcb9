"""An application whose accounts need more than a provider says of anybody."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.accounts.application import serve
from tests.accounts.oidc.browser import Browser
from tests.accounts.oidc.provider import CLIENT, LyingProvider
from tests.accounts.oidc.test_sign_in import refusal, says

MODEL = '''
    from backsmith import Account

    class User(Account):
        """Somebody here."""
        nickname: str
'''


def test_who_has_to_give_more_is_told_what_to_do(
    liar: LyingProvider, sqlite_url: str, tmp_path: Path, run: Callable[..., Any]
):
    async def ask() -> Any:
        providers = {"liar": {"issuer": liar.address, "client_id": CLIENT}}
        shop = await serve(MODEL, sqlite_url, tmp_path, providers=providers, sign_up_fields=("name", "nickname"))
        says(liar, "needs-more", "needs-more@shop.example")
        answer = await Browser(shop).sign_in(liar)
        await shop.application.close()
        return answer

    answer = run(ask())
    assert refusal(answer) == (409, "An account here needs more than liar says of you")
    assert answer.json["hint"] == "Sign up with an e-mail address, and link the provider to your account then."
    assert [error["pointer"] for error in answer.json["errors"]] == ["/nickname"]
