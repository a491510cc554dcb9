"""Two teams of the tracker: what the one has is the same in both worlds, what the other has isn't."""

from __future__ import annotations

from typing import Any

ADA, BO, CY, DI = 1, 2, 3, 4
OURS, THEIRS = 1, 2
Rows = dict[str, list[dict[str, Any]]]

ROWS: Rows = {
    "User": [
        {"id": number, "email": f"{name}@example.org", "name": name, "nickname": None}
        for number, name in enumerate(("ada", "bo", "cy", "di"), 1)
    ],
    "Organisation": [{"id": OURS, "name": "Ours", "plan": "free"}, {"id": THEIRS, "name": "Theirs", "plan": "paid"}],
    "Membership": [
        {"id": 1, "team_id": OURS, "account_id": ADA, "role": "owner"},
        {"id": 2, "team_id": OURS, "account_id": BO, "role": "member"},
        {"id": 3, "team_id": THEIRS, "account_id": CY, "role": "owner"},
        {"id": 4, "team_id": THEIRS, "account_id": DI, "role": "member"},
    ],
    "Project": [
        {"id": 1, "team_id": OURS, "name": "Garden", "archived": False},
        {"id": 2, "team_id": OURS, "name": "Attic", "archived": True},
        {"id": 3, "team_id": THEIRS, "name": "Secret", "archived": False},
        {"id": 4, "team_id": THEIRS, "name": "Plot", "archived": False},
    ],
    "Task": [
        {"id": 1, "team_id": OURS, "project_id": 1, "title": "Dig", "status": "open", "hours": 3, "assignee_id": None,
         "parent_id": None, "due": None},
        {"id": 2, "team_id": OURS, "project_id": 1, "title": "Sow", "status": "doing", "hours": 2, "assignee_id": ADA,
         "parent_id": 1, "due": None},
        {"id": 3, "team_id": OURS, "project_id": 2, "title": "Sweep", "status": "done", "hours": 9, "assignee_id": BO,
         "parent_id": None, "due": None},
        {"id": 4, "team_id": THEIRS, "project_id": 3, "title": "Hide", "status": "open", "hours": 7, "assignee_id": CY,
         "parent_id": None, "due": None},
        {"id": 5, "team_id": THEIRS, "project_id": 4, "title": "Scheme", "status": "done", "hours": 40,
         "assignee_id": None, "parent_id": 4, "due": None},
    ],
    "Comment": [
        {"id": 1, "team_id": OURS, "task_id": 1, "author_id": BO, "text": "deep"},
        {"id": 2, "team_id": THEIRS, "task_id": 4, "author_id": CY, "text": "deeper"},
    ],
    "Label": [
        {"id": 1, "team_id": OURS, "name": "urgent"},
        {"id": 2, "team_id": THEIRS, "name": "urgent"},
        {"id": 3, "team_id": THEIRS, "name": "dirty"},
    ],
}  # fmt: skip
LINKS = ((1, 1), (4, 2), (4, 3))
"""Tasks with labels: (task, label)."""


def but(entity: str, **changes: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of an entity, those of some ids (`_2`) changed."""
    return [{**row, **changes.get(f"_{row['id']}", {})} for row in ROWS[entity]]


OTHER_ROWS: Rows = {
    **ROWS,
    "Organisation": but("Organisation", _2={"name": "Others", "plan": "free"}),
    "Membership": but("Membership", _3={"account_id": DI}, _4={"account_id": CY, "role": "admin"}),
    "Project": but("Project", _3={"name": "Garden", "archived": True}, _4={"name": "Zoo"}),
    "Task": but(
        "Task",
        _4={"title": "Dig", "status": "done", "hours": 1, "assignee_id": None, "project_id": 4},
        _5={"title": "Rest", "status": "open", "hours": 2, "assignee_id": DI, "parent_id": None, "project_id": 4},
    ),
    "Comment": but("Comment", _2={"task_id": 5, "author_id": DI, "text": "deep"}),
    "Label": but("Label", _2={"name": "calm"}, _3={"name": "clean"}),
}
"""The same as far as a member of the first team can see."""
OTHER_LINKS = ((1, 1), (5, 2))


def joins(links: tuple[tuple[int, int], ...]) -> list[str]:
    """The statements that label tasks."""
    return [f"INSERT INTO labels_tasks (task_id, label_id) VALUES ({task}, {label})" for task, label in links]
