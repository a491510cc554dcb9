"""What is said of models that misuse teams, whole."""

# ruff: noqa: E501 - the messages stand here whole

from __future__ import annotations

from collections.abc import Callable

Mistakes = Callable[[str], str]


def test_the_team_is_one(mistakes: Mistakes) -> None:
    model = """
        class Project(TeamEntity, private=True):
            team: str

        class Task(TeamEntity, private=True):
            team: Team | None
    """
    assert (
        mistakes(model)
        == """
model/shop.py:2:7: Project.team has to be the team that each row belongs to. [team]
  2 | class Project(TeamEntity, private=True):
    |       ^^^^^^^
    = Leave team to TeamEntity, or write team: Team.

model/shop.py:5:7: Task.team has to be the team that each row belongs to. [team]
  5 | class Task(TeamEntity, private=True):
    |       ^^^^
    = Leave team to TeamEntity, or write team: Team.

2 mistakes found.
"""
    )


def test_unique_over_all_teams(mistakes: Mistakes) -> None:
    model = """
        class Project(TeamEntity, private=True, unique=[("name", "year"), ("team", "name")]):
            name: str
            year: int
            slug: Annotated[str, Unique]
            lead: Annotated[Account, Unique]

        class Note(TeamEntity, private=True, unique=[("project", "number")]):
            project: Project
            number: int
            about: Annotated[Project, Unique] | None

        class Page(TeamEntity, private=True, key="slug"):
            slug: Annotated[str, Assigned]
    """
    assert (
        mistakes(model)
        == """
model/shop.py:2:48: 'name' and 'year' of Project are unique over all teams, which tells one team what another has. [team]
  2 | class Project(TeamEntity, private=True, unique=[("name", "year"), ("team", "name")]):
    |                                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = Write class Project(TeamEntity, unique=[("team", "name", "year")]).

model/shop.py:5:26: Project.slug is unique over all teams, which tells one team what another has. [team]
  5 |     slug: Annotated[str, Unique]
    |                          ^^^^^^
    = Write class Project(TeamEntity, unique=[("team", "slug")]).

model/shop.py:6:30: Project.lead is unique over all teams, which tells one team what another has. [team]
  6 |     lead: Annotated[Account, Unique]
    |                              ^^^^^^
    = Write class Project(TeamEntity, unique=[("team", "lead")]).

model/shop.py:13:42: The key of Page is given by who makes a row, and the same for all teams. [team]
  13 | class Page(TeamEntity, private=True, key="slug"):
     |                                          ^^^^^^
     = Write key=("team", "slug"), or id: UUID: nobody guesses that of another team.

4 mistakes found.
"""
    )


def test_across_teams_of_what_belongs_to_none(mistakes: Mistakes) -> None:
    model = """
        class Project(Entity):
            name: str

            @allow("read", across_teams=True)
            def staff(self, user: Account) -> bool:
                return "staff" in user.roles
    """
    assert (
        mistakes(model)
        == """
model/shop.py:6:9: The rule Project.staff is said to hold across teams, but Project belongs to none. [team]
  6 |     def staff(self, user: Account) -> bool:
    |         ^^^^^
    = Write class Project(TeamEntity), or leave across_teams out.

1 mistake found.
"""
    )


def test_one_class_each(mistakes: Mistakes) -> None:
    model = """
        class Organisation(Team):
            pass

        class Club(Team):
            pass

        class Member(Membership):
            role: Literal["boss", "owner"] = "boss"
    """
    assert (
        mistakes(model)
        == """
model/shop.py:5:7: Club is a second team: Organisation is one already. [second-team]
  5 | class Club(Team):
    |       ^^^^
    = An application has one class of teams.

model/shop.py:9:5: Member.role has to know 'owner', 'admin' and 'member'. [team]
  9 |     role: Literal["boss", "owner"] = "boss"
    |     ^^^^
    = Write role: Literal["owner", "admin", "member", …].

2 mistakes found.
"""
    )


def test_what_extends_them_stays_what_it_is(mistakes: Mistakes) -> None:
    model = """
        class Organisation(Team, key=("name", "country")):
            country: str
            memberships: str

        class Project(TeamEntity, private=True):
            title: str
    """
    assert (
        mistakes(model)
        == """
model/shop.py:2:7: Organisation.memberships has to be the list of memberships that Team declares. [team]
  2 | class Organisation(Team, key=("name", "country")):
    |       ^^^^^^^^^^^^
    = Leave it to Team.

model/shop.py:2:30: The key of Organisation has to be one field: a whole number, a text or a UUID. [team]
  2 | class Organisation(Team, key=("name", "country")):
    |                              ^^^^^^^^^^^^^^^^^^^

2 mistakes found.
"""
    )


def test_memberships_stay_what_they_are(mistakes: Mistakes) -> None:
    model = """
        class Member(Membership):
            account: Account | None
            team: Team | None
            role: str

        class Project(TeamEntity, private=True):
            title: str
    """
    assert (
        mistakes(model)
        == """
model/shop.py:2:7: Member.account has to be the relation that Membership declares. [team]
  2 | class Member(Membership):
    |       ^^^^^^
    = Leave it to Membership.

model/shop.py:2:7: Member.team has to be the relation that Membership declares. [team]
  2 | class Member(Membership):
    |       ^^^^^^
    = Leave it to Membership.

model/shop.py:5:5: Member.role has to know 'owner', 'admin' and 'member'. [team]
  5 |     role: str
    |     ^^^^
    = Write role: Literal["owner", "admin", "member", …].

3 mistakes found.
"""
    )


def test_has(mistakes: Mistakes) -> None:
    model = """
        BOSS = "owner"

        class Project(TeamEntity):
            name: str

            @allow("read")
            def one(self, user: Account) -> bool:
                return self.team.has(user, BOSS) or self.team.has(user, "onwer")

            @allow("update")
            def two(self, user: Account) -> bool:
                return self.team.has(self.name)

            @allow("delete")
            def three(self, user: Account) -> bool:
                return self.team.has(user, self.name)

            @allow("create")
            def four(self, user: Account) -> bool:
                return self.team.has()
    """
    assert (
        mistakes(model)
        == """
model/shop.py:9:65: 'onwer' is none of the values it is compared with. [wrong-type]
  9 |         return self.team.has(user, BOSS) or self.team.has(user, "onwer")
    |                                                                 ^^^^^^^
    = Did you mean 'owner'?

model/shop.py:13:30: 'self.name' is no account. [wrong-type]
  13 |         return self.team.has(self.name)
     |                              ^^^^^^^^^
     = Write `self.team.has(user)`.

model/shop.py:17:36: 'self.name' is no constant role. [wrong-type]
  17 |         return self.team.has(user, self.name)
     |                                    ^^^^^^^^^
     = Write `self.team.has(user, "admin")`.

model/shop.py:21:16: has() takes an account, and perhaps roles. [wrong-type]
  21 |         return self.team.has()
     |                ^^^^^^^^^^^^^^^

4 mistakes found.
"""
    )
