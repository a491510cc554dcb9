"""A model whose rules and checks look at rows that others may be changing at the same moment, in every way they can."""

from backsmith import Account, Entity, allow, check, computed


class Person(Account):
    """Who asks."""

    active: bool = True
    team: "Team | None"

    @allow("read")
    def everyone(self) -> bool:
        return True


class Team(Entity):
    """Open or not, as projects are."""

    open: bool = True
    projects: list["Project"]

    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True


class Project(Entity):
    """What the others belong to."""

    open: bool = True
    team: Team | None
    tasks: list["Task"]
    seats: list["Seat"]

    @computed
    def takes(self) -> bool:
        return self.open

    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True


class Task(Entity):
    """Its rule looks at the project."""

    project: Project
    size: int = 1

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("create", "update", "delete")
    def of_an_open_project(self) -> bool:
        return self.project.open


class Step(Entity):
    """Its rule looks at rows that may not be there, behind others."""

    task: Task

    @allow("read", "create")
    def of_an_open_team(self) -> bool:
        return self.task.project.team is None or self.task.project.team.open


class Remark(Entity):
    """Its rule lets pass where a condition is false."""

    project: Project
    text: str

    @allow("read", "create")
    def says_whether_it_is_over(self) -> bool:
        return self.text == "" if self.project.open else self.text == "over"


class Mark(Entity):
    """Its rule looks at a computed field."""

    project: Project

    @allow("read", "create")
    def of_a_project_that_takes_it(self) -> bool:
        return self.project.takes


class Bill(Entity):
    """Its check looks at the project."""

    project: Project

    @check
    def of_an_open_project(self) -> bool:
        """The project is over."""
        return self.project.open

    @allow("read", "create")
    def everyone(self) -> bool:
        return True


class Vote(Entity):
    """Its rule looks at who asks, and at their team."""

    @allow("read", "create")
    def of_active_people(self, user: Person) -> bool:
        return user.active

    @allow("read", "delete")
    def of_open_teams(self, user: Person) -> bool:
        return user.team is not None and user.team.open


class Move(Entity):
    """Its rule compares the row before and after."""

    project: Project

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("update")
    def into_an_open_project(self, after: "Move") -> bool:
        return after.project.open


class Item(Entity):
    """Its rule asks all tasks of a project about their team."""

    project: Project

    @allow("read", "create")
    def of_small_tasks(self) -> bool:
        return all(task.size < 5 or not self.project.open for task in self.project.tasks)


class Seat(Entity):
    """Its rule counts."""

    project: Project

    @allow("read", "create")
    def at_most_one(self) -> bool:
        return len(self.project.seats) <= 1


class Shelf(Entity):
    """Seen by everybody while it is open."""

    open: bool = True

    @allow("read")
    def while_open(self) -> bool:
        return self.open


class Book(Entity):
    """No rule looks at the shelf: it need only be there to be seen."""

    shelf: Shelf

    @allow("read", "create")
    def everyone(self) -> bool:
        return True
