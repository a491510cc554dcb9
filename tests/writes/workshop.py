"""A workshop that plans its jobs: the model that the tests write to. Rules of every verb, some for some fields only."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge, MaxLen

from backsmith import (
    Account,
    Assigned,
    Digits,
    Entity,
    Hidden,
    Int32,
    Json,
    Unique,
    allow,
    check,
    computed,
    current_user,
    now,
)


class Member(Account):
    """Who works here. Everybody who is signed in knows everybody."""

    @allow("read")
    def everyone_signed_in(self, user: Account) -> bool:
        return True


class Project(Entity):
    """What a client wants made. Its owner does everything, staff may close it, everybody sees what is open."""

    name: Annotated[str, Unique, MaxLen(40)]
    owner: Member = current_user()
    budget: Annotated[Decimal, Digits(10, 2), Ge(0)] = Decimal("0.00")
    open: bool = True
    due: date | None = None
    notes: Json | None = None
    margin: Annotated[Decimal, Digits(4, 1), Hidden] | None = None
    tasks: list["Task"]
    tags: list["Tag"]

    @computed
    def points(self) -> int:
        return sum(task.points for task in self.tasks)

    @check
    def paid_for(self) -> bool:
        """What is due has a budget."""
        return self.due is None or self.budget > 0

    @allow("read")
    def opened(self) -> bool:
        return self.open

    @allow("read", "create", "update", "delete")
    def own(self, user: Account) -> bool:
        """Owners do what they like with their projects."""
        return self.owner == user

    @allow("read")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles

    @allow("update", fields=("open", "due"))
    def staff_closes(self, user: Account) -> bool:
        """Staff closes projects, and says when they are due."""
        return "staff" in user.roles


class Task(Entity):
    """What is to be done. The project's owner plans it, who does it says how far it is."""

    project: Project
    title: str
    state: Literal["todo", "doing", "done"] = "todo"
    points: Annotated[int, Ge(0)] = 1
    size: Int32 | None = None
    rating: float | None = None
    labels: list[str] = []  # noqa: RUF012 - the default of a field, not an attribute that rows share
    added: datetime = now()
    assignee: Member | None
    follows: "Task | None"

    @allow("read")
    def seen_with_the_project(self) -> bool:
        return self.project.open

    @allow("read", "create", "update", "delete")
    def of_own_project(self, user: Account) -> bool:
        """The owner of the project plans its tasks."""
        return self.project.owner == user

    @allow("read")
    def assigned(self, user: Account) -> bool:
        return self.assignee == user

    @allow("update", fields=("state", "rating"))
    def doing(self, user: Account) -> bool:
        """Who does a task says how far it is, until it is done."""
        return self.assignee == user and self.state != "done"


class Tag(Entity, key="slug"):
    """A word for projects, under a key that whoever makes it chooses."""

    slug: Annotated[str, Assigned]
    title: str
    colour: str = "grey"
    creator: Member = current_user()
    projects: list[Project]

    @allow("read", "create")
    def everyone_signed_in(self, user: Account) -> bool:
        return True

    @allow("update", fields=("title", "colour"))
    def colouring(self, user: Account) -> bool:
        """Everyone who is signed in may reword and recolour a tag."""
        return True

    @allow("delete")
    def own(self, user: Account) -> bool:
        return self.creator == user


class Place(Entity, key=("room", "number")):
    """Where somebody works: a key of two fields."""

    room: str
    number: int
    taken: bool = False
    note: str | None = None

    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True


class Wish(Entity, collection="wishes"):
    """Anybody may drop one in, nobody but staff reads them."""

    text: Annotated[str, MaxLen(200)]
    mail: Annotated[str, Unique] | None = None

    @allow("create")
    def everyone(self) -> bool:
        return True

    @allow("read", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Price(Entity):
    """Read by everybody, written by nobody."""

    what: str

    @allow("read")
    def everyone(self) -> bool:
        return True
