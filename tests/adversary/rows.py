"""The rows of the office."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

ROWS: dict[str, list[dict[str, Any]]] = {
    "Account": [{"id": n, "email": f"{n}@example.org", "name": None} for n in (1, 2, 3)],
    "Company": [{"id": 1, "name": "Acme"}, {"id": 2, "name": "Evil"}],
    "Desk": [{"id": 1, "room": "attic"}, {"id": 2, "room": "cellar"}],
    "Group": [{"id": 1, "title": "union"}, {"id": 2, "title": "chess"}],
    "Person": [
        {"id": 3, "name": "Cy", "email": "cy@x.org", "salary": Decimal("9000.00"), "grade": 9, "company_id": 1,
         "profile": None, "manager_id": None, "desk_id": 2, "account_id": 3},
        {"id": 1, "name": "Ada", "email": "ada@x.org", "salary": Decimal("5000.00"), "grade": 5, "company_id": 1,
         "profile": {"iq": 140}, "manager_id": 3, "desk_id": 1, "account_id": 1},
        {"id": 2, "name": "Bo", "email": "bo@x.org", "salary": Decimal("4000.00"), "grade": 4, "company_id": 2,
         "profile": {"iq": 99}, "manager_id": 3, "desk_id": 2, "account_id": 2},
    ],
    "Badge": [{"id": 1, "number": "007", "holder_id": 2}, {"id": 2, "number": "008", "holder_id": None}],
    "Letter": [
        {"id": 1, "subject": "hello", "sender_email": "ada@x.org"},
        {"id": 2, "subject": "I quit", "sender_email": "bo@x.org"},
    ],
    "Document": [
        {"id": 1, "title": "Menu", "body": "soup", "words": 10, "size": 2, "published": True, "data": {"a": 1},
         "owner_id": 1},
        {"id": 2, "title": "Layoffs", "body": "Bo goes", "words": 2**40, "size": 2**40, "published": False,
         "data": {"a": 2}, "owner_id": 3},
        {"id": 3, "title": "Diary", "body": "dear diary", "words": 30, "size": 3, "published": False,
         "data": {"a": 3}, "owner_id": 1},
    ],
    "Remark": [
        {"id": 1, "document_id": 1, "text": "yum", "critic_id": 2},
        {"id": 2, "document_id": 2, "text": "ouch", "critic_id": 2},
        {"id": 3, "document_id": 1, "text": "salty", "critic_id": 1},
    ],
    "Secret": [{"id": 1, "code": "1234", "person_id": 1}],
}  # fmt: skip
MEMBERS = [(1, 1), (2, 1), (3, 2)]
"""Persons in groups: (person, group)."""


def but(entity: str, **changes: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of an entity, those of some ids (`_2`) changed."""
    return [{**row, **changes.get(f"_{row['id']}", {})} for row in ROWS[entity]]


OTHER_ROWS = {
    **ROWS,
    "Person": but(
        "Person",
        _2={"email": "cy@x.org", "salary": Decimal("9000.00"), "grade": 9, "company_id": 1, "profile": None,
            "manager_id": None, "desk_id": 1, "account_id": 3},
        _3={"email": "bo@x.org", "salary": Decimal("1.00"), "grade": 1, "company_id": 2, "profile": {"iq": 99},
            "desk_id": 1, "account_id": 2},
    ),
    "Badge": but("Badge", _1={"holder_id": 3}, _2={"holder_id": 1}),
    "Document": [
        *but("Document", _2={"title": "Raises", "body": "Cy goes", "words": 7, "size": 2, "data": None,
                             "owner_id": 2}),
        {"id": 9, "title": "Zero", "body": "", "words": 1, "size": 1, "published": False, "data": None, "owner_id": 2},
    ],
    "Remark": but("Remark", _1={"critic_id": 3}, _2={"critic_id": 3}),
    "Secret": [{"id": 1, "code": "9999", "person_id": 3}],
}  # fmt: skip
"""The same, as far as Ada or nobody can see, with other secrets."""
OTHER_MEMBERS = [(1, 1), (2, 2)]


def joins(members: list[tuple[int, int]]) -> list[str]:
    """The statements that put persons into groups."""
    return [f"INSERT INTO groups_persons (person_id, group_id) VALUES ({p}, {g})" for p, g in members]
