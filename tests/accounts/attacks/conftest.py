"""`club` is an application with teams that opens its accounts as far as rules can; `post` somebody at the other end.

Whoever is signed in reads and changes their own account (its e-mail address too), and takes it away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.accounts.application import Served, serve
from tests.accounts.people import mails
from tests.accounts.signing.post import Post

MODEL = '''
    from backsmith import Account, Entity, Membership, Team, allow

    class User(Account):
        """Somebody who signs in."""

        @allow("read", "update", "delete")
        def own(self, user: Account) -> bool:
            return self == user

        @allow("create", "read", "update")
        def staff(self, user: Account) -> bool:
            return "staff" in user.roles

    class Crew(Team):
        """People who belong together."""

        @allow("read", "delete")
        def mine(self, user: Account) -> bool:
            return self.has(user)

    class Member(Membership):
        """Somebody in a crew."""

        @allow("read", "delete")
        def own(self, user: Account) -> bool:
            return self.account == user

    class Note(Entity):
        """What somebody wrote down."""
        owner: User
        text: str

        @allow("read", "create", "update", "delete")
        def own(self, user: Account) -> bool:
            return self.owner == user
'''


@pytest.fixture(scope="module")
def club(
    shared_database_url: str, tmp_path_factory: pytest.TempPathFactory, run: Callable[..., Any]
) -> Iterator[Served]:
    one = run(serve(MODEL, shared_database_url, tmp_path_factory.mktemp("club")))
    yield one
    run(one.application.close())


@pytest.fixture(scope="module")
def everything(club: Served) -> list[Any]:
    return mails(club)


@pytest.fixture
def post(club: Served, everything: list[Any]) -> Callable[[], Post]:
    """Makes one more client, from an address of its own."""
    return lambda: Post(club, everything)
