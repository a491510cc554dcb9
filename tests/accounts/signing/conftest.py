"""`shop` is an application with accounts, one for all tests of a module on each kind of database; `post` what it mails
and who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.accounts.application import Served, serve
from tests.accounts.people import mails
from tests.accounts.signing.post import Post

MODEL = '''
    from typing import Annotated

    from backsmith import Account, Hidden, allow

    class User(Account):
        """Somebody who signs in."""
        age: int | None
        town: str | None
        rating: Annotated[int, Hidden] = 0
        level: str = "new"

        @allow("read", "update")
        def own(self, user: Account) -> bool:
            return self == user

        @allow("create")
        def staff(self, user: Account) -> bool:
            return "staff" in user.roles
'''


@pytest.fixture(scope="module")
def shop(
    shared_database_url: str, tmp_path_factory: pytest.TempPathFactory, run: Callable[..., Any]
) -> Iterator[Served]:
    one = run(serve(MODEL, shared_database_url, tmp_path_factory.mktemp("shop"), sign_up_fields=("name", "age")))
    yield one
    run(one.application.close())


@pytest.fixture(scope="module")
def everything(shop: Served) -> list[Any]:
    return mails(shop)


@pytest.fixture
def post(shop: Served, everything: list[Any]) -> Post:
    return Post(shop, everything)
