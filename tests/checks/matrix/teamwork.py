"""Teams, their projects and tasks: rules of every shape, kept apart by who is a member."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge

from backsmith import Account, Data, Entity, Hidden, Team, TeamEntity, Unique, action, allow, computed


class Project(TeamEntity, unique=[("team", "name")]):
    """Seen by its team; its lead and the team's owners and admins change it."""

    name: str
    budget: Annotated[Decimal, Ge(0)] = Decimal(0)
    secret: Annotated[str | None, Hidden] = None
    public: bool = False
    lead: Account | None
    tasks: list[Task]
    labels: list[Label]

    @computed
    def open_tasks(self) -> int:
        return sum(1 for task in self.tasks if task.state != "done")

    @allow("read", fields=("name", "public", "lead", "team", "labels"))
    def members(self) -> bool:
        return True

    @allow("read")
    @allow("create", "update", "delete")
    def leads(self, user: Account) -> bool:
        """Leads, and owners and admins of the team."""
        return self.lead == user or self.team.has(user, "owner", "admin")

    @allow("read", fields=("budget", "open_tasks"))
    def auditors(self, user: Account) -> bool:
        return "auditor" in user.roles and not self.public


class Task(TeamEntity):
    """Done by somebody of the team."""

    project: Project
    title: str
    state: Literal["todo", "doing", "done"] = "todo"
    points: int = 1
    doer: Account | None

    @allow("read", "create")
    def members(self) -> bool:
        return True

    @allow("update", fields=("state", "points"))
    def doers(self, user: Account) -> bool:
        return self.doer == user and self.state != "done"

    @allow("delete", "finish")
    def leads(self, user: Account) -> bool:
        return self.project.lead == user and self.points > 0


class Label(Entity):
    """Marks of projects, for all teams."""

    word: Annotated[str, Unique]
    projects: list[Project]

    @allow("read", fields=("word",))
    @allow("read", "create")
    def everyone(self, user: Account) -> bool:
        return True


class Notice(Entity):
    """Said to everybody, or to a team."""

    team: Team | None
    text: str
    pinned: bool = False

    @allow("read")
    def seen(self, user: Account | None) -> bool:
        return self.team is None or (user is not None and self.team.has(user))

    @allow("create", "update", "delete")
    def written(self, user: Account) -> bool:
        return self.team is not None and self.team.has(user, "owner") and not self.pinned


@action
async def finish(task: Task, data: Data) -> Task:
    """Done."""
    return await data.as_system().update(task, state="done")
