"""Teams in the blueprint: what is there, how rules are narrowed, what keeps relations within a team."""

# ruff: noqa: E501 - English stands here whole

from __future__ import annotations

import re
from pathlib import Path

from backsmith.blueprint.blueprint import UniqueKey
from backsmith.blueprint.english import english
from tests.blueprint.conftest import Compile

MODEL = """
    class Project(TeamEntity):
        name: str
        notes: list[Note]

        @allow("read", "create")
        def everyone(self) -> bool:
            return True

        @allow("update")
        def staff(self, after: Project, user: Account) -> bool:
            return "staff" in user.roles and after.name == self.name

        @allow("delete")
        def owners(self, user: Account) -> bool:
            return self.team.has(user, "owner")

        @allow("delete")
        def admins(self, user: Account | None) -> bool:
            return user is not None and (self.name == "x" or self.team.has(user, "owner", "admin"))

        @allow("read", across_teams=True)
        def auditors(self, user: Account) -> bool:
            return "auditor" in user.roles

    class Note(TeamEntity, private=True):
        project: Project | None
        tags: list[Tag]

    class Tag(TeamEntity, private=True):
        word: str
        notes: list[Note]
"""


def test_they_come_where_something_belongs_to_them(compiled: Compile) -> None:
    blueprint = compiled(MODEL)
    entities = {entity.name: entity for entity in blueprint.entities}
    assert set(entities) == {"Project", "Note", "Tag", "Team", "Membership", "Account"}
    assert (blueprint.team, blueprint.membership, blueprint.account) == ("Team", "Membership", "Account")
    assert {name: entity.team for name, entity in entities.items() if entity.team} == {
        "Project": "team",
        "Note": "team",
        "Tag": "team",
    }
    assert entities["Membership"].uniques == (UniqueKey(("team_id", "account_id")),)


def test_they_are_left_out_where_nothing_does(compiled: Compile) -> None:
    blueprint = compiled("""
        class Note(Entity, private=True):
            text: str
    """)
    assert ([entity.name for entity in blueprint.entities], blueprint.team) == (["Note"], None)


def test_what_extends_them_takes_their_place(compiled: Compile) -> None:
    blueprint = compiled("""
        class Organisation(Team):
            plan: str | None
            projects: list[Project]

        class Member(Membership):
            role: Literal["owner", "admin", "member", "guest"] = "guest"

        class User(Account):
            nick: str | None

        class Project(TeamEntity):
            name: str

            @allow("read")
            def guests(self, user: Account) -> bool:
                return self.team.has(user, "guest")
    """)
    entities = {entity.name: entity for entity in blueprint.entities}
    assert (blueprint.team, blueprint.membership, blueprint.account) == ("Organisation", "Member", "User")
    assert set(entities) == {"Organisation", "Member", "User", "Project"}
    assert entities["Member"].uniques == (UniqueKey(("team_id", "account_id")),)
    assert [english(rule.condition) for rule in entities["Project"].rules] == ["you are guest of the team"]


def test_rules_are_for_members_of_the_rows_team(compiled: Compile) -> None:
    project = compiled(MODEL).entities[0]
    assert [(rule.name, rule.needs_user, rule.across_teams, english(rule.condition)) for rule in project.rules] == [
        ("everyone", True, False, "you are a member of the team"),
        (
            "staff",
            True,
            False,
            "you are a member of the old team and you are a member of the new team and "
            "you have the role 'staff' and the new name is the old name",
        ),
        ("owners", True, False, "you are owner of the team"),
        (
            "admins",
            True,
            False,
            "you are a member of the team and you are signed in and (the name is 'x' or you are owner or admin of the team)",
        ),
        ("auditors", True, True, "you have the role 'auditor'"),
    ]


def test_the_documentation_compiles(compiled: Compile) -> None:
    text = (Path(__file__).parents[3] / "docs" / "teams.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    blueprint = compiled("\n".join(blocks))
    assert (blueprint.team, blueprint.membership) == ("Organisation", "Member")
    assert [each.name for each in blueprint.entities] == ["Project", "Organisation", "Member", "Account"]


def test_relations_stay_within_a_team(compiled: Compile) -> None:
    checks = {
        f"{entity.name}.{check.name}": (english(check.condition), check.changed_by, check.of_new)
        for entity in compiled(MODEL).entities
        for check in entity.checks
    }
    assert checks == {
        "Project.notes_of_the_same_team": (
            "for each of the notes, its team is this project's team",
            ("team_id",),
            False,
        ),
        "Note.project_of_the_same_team": (
            "the project is not set or the project's team is the team",
            ("project_id", "team_id"),
            True,
        ),
        "Note.tags_of_the_same_team": (
            "for each of the tags, its team is this note's team",
            ("team_id", "tags"),
            False,
        ),
        "Tag.notes_of_the_same_team": (
            "for each of the notes, its team is this tag's team",
            ("team_id", "notes"),
            False,
        ),
    }
