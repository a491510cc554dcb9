"""A tracker: projects and tasks of teams. What belongs to one team, nobody else ever sees."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from annotated_types import Ge, MaxLen

from backsmith import (
    Account,
    Conflict,
    Data,
    Indexed,
    Membership,
    OnDelete,
    Personal,
    Team,
    TeamEntity,
    action,
    allow,
    check,
    computed,
    query,
)


class User(Account):
    """Someone who works on tasks. Who is in a team with them sees their name."""

    nickname: Annotated[str, MaxLen(40), Personal] | None
    memberships: list[Membership]

    @allow("read")
    def own(self, user: Account) -> bool:
        return self == user

    @allow("update", fields=("name", "nickname"))
    def named(self, user: Account) -> bool:
        return self == user

    @allow("read", fields=("id", "name", "nickname"))
    def colleagues(self, user: Account) -> bool:
        """Who is in a team together."""
        return any(each.team.has(user) for each in self.memberships)


class Organisation(Team):
    """Who works together, and what they pay for."""

    plan: Literal["free", "paid"] = "free"
    projects: list[Project]

    @allow("update", fields=("plan",))
    def billing(self, user: Account) -> bool:
        """Our own people say what a team has paid for."""
        return "billing" in user.roles

    @allow("read")
    def billed(self, user: Account) -> bool:
        return "billing" in user.roles


class Project(TeamEntity, unique=[("team", "name")], log=True):
    """What a team wants to get done."""

    name: Annotated[str, MaxLen(200)]
    archived: bool = False
    tasks: list[Task]

    @computed
    def left(self) -> int:
        """Tasks that aren't done."""
        return len([task for task in self.tasks if task.status != "done"])

    @allow("read")
    def everyone(self) -> bool:
        """Everyone: of the team, as with all rules here."""
        return True

    @allow("create", "update", "delete")
    def leads(self, user: Account) -> bool:
        """Owners and admins of the team say what is to be done."""
        return self.team.has(user, "owner", "admin")


class Task(TeamEntity, log=True):
    """A step of a project."""

    project: Annotated[Project, OnDelete("cascade")]
    title: Annotated[str, MaxLen(500)]
    status: Annotated[Literal["open", "doing", "done"], Indexed] = "open"
    hours: Annotated[int, Ge(0)] = 0
    due: date | None
    assignee: User | None
    parent: Annotated[Task | None, OnDelete("cascade")]
    labels: list[Label]
    comments: list[Comment]

    @check
    def assigned_within(self) -> bool:
        """The assignee has to be a member of the team."""
        return self.assignee is None or self.team.has(self.assignee)

    @allow("read", "create", "update")
    def team_members(self, user: Account) -> bool:
        """Members work on tasks, until the project is archived."""
        return not self.project.archived

    @allow("read")
    def archived(self, user: Account) -> bool:
        return self.project.archived

    @allow("delete")
    def leads(self, user: Account) -> bool:
        return self.team.has(user, "owner", "admin")

    @allow("take")
    def free_ones(self, user: Account) -> bool:
        """Members take tasks that nobody works on."""
        return self.assignee is None and self.status == "open"

    @allow("read", fields=("id", "status", "due", "hours"), across_teams=True)
    def analysts(self, user: Account) -> bool:
        """Our own people count tasks of all teams, and see no text of them."""
        return "analyst" in user.roles


class Comment(TeamEntity):
    """What somebody has to say of a task."""

    task: Annotated[Task, OnDelete("cascade")]
    author: User
    text: Annotated[str, MaxLen(10_000), Personal("author")]

    @allow("read")
    def everyone(self, user: Account) -> bool:
        return True

    @allow("create", "update", "delete")
    def own(self, user: Account) -> bool:
        return self.author == user


class Label(TeamEntity, unique=[("team", "name")]):
    """A word for tasks."""

    name: Annotated[str, MaxLen(40)]
    tasks: list[Task]

    @allow("read", "create", "update", "delete")
    def everyone(self, user: Account) -> bool:
        return True


@action
async def take(task: Task, user: User, data: Data) -> Task:
    """Take a task that nobody works on."""
    if task.status == "done":
        raise Conflict("This task is done.")
    return await data.update(task, assignee=user, status="doing")


@query(allow="signed_in")
async def hours_by_project(data: Data) -> dict[str, int]:
    """Hours of the tasks of each project that one may see."""
    found: dict[str, int] = {}
    for task in await data.find(Task, load=Task.project):
        found[task.project.name] = found.get(task.project.name, 0) + task.hours
    return found
