"""Backsmith: the back-end developer, as software. What models are written with; see `backsmith.model`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backsmith.app import asgi as asgi

from backsmith.errors import BacksmithError as BacksmithError
from backsmith.errors import ModelError as ModelError
from backsmith.errors import Problem as Problem
from backsmith.errors import RequestError as RequestError
from backsmith.model import Accept as Accept
from backsmith.model import Account as Account
from backsmith.model import Assigned as Assigned
from backsmith.model import Backfill as Backfill
from backsmith.model import BadRequest as BadRequest
from backsmith.model import Body as Body
from backsmith.model import Column as Column
from backsmith.model import Condition as Condition
from backsmith.model import Conflict as Conflict
from backsmith.model import Cookie as Cookie
from backsmith.model import Data as Data
from backsmith.model import Deprecated as Deprecated
from backsmith.model import Digits as Digits
from backsmith.model import Email as Email
from backsmith.model import Entity as Entity
from backsmith.model import File as File
from backsmith.model import Forbidden as Forbidden
from backsmith.model import Form as Form
from backsmith.model import Header as Header
from backsmith.model import Hidden as Hidden
from backsmith.model import Identity as Identity
from backsmith.model import Index as Index
from backsmith.model import Indexed as Indexed
from backsmith.model import Int16 as Int16
from backsmith.model import Int32 as Int32
from backsmith.model import Invalid as Invalid
from backsmith.model import Json as Json
from backsmith.model import MaxSize as MaxSize
from backsmith.model import Membership as Membership
from backsmith.model import NotFound as NotFound
from backsmith.model import OnDelete as OnDelete
from backsmith.model import Pattern as Pattern
from backsmith.model import Personal as Personal
from backsmith.model import QueryString as QueryString
from backsmith.model import References as References
from backsmith.model import Refused as Refused
from backsmith.model import RenamedFrom as RenamedFrom
from backsmith.model import Request as Request
from backsmith.model import Response as Response
from backsmith.model import Secret as Secret
from backsmith.model import SignInFirst as SignInFirst
from backsmith.model import Slug as Slug
from backsmith.model import Sql as Sql
from backsmith.model import SqlCheck as SqlCheck
from backsmith.model import Team as Team
from backsmith.model import TeamEntity as TeamEntity
from backsmith.model import Through as Through
from backsmith.model import Unique as Unique
from backsmith.model import UploadFile as UploadFile
from backsmith.model import Url as Url
from backsmith.model import Via as Via
from backsmith.model import action as action
from backsmith.model import after as after
from backsmith.model import allow as allow
from backsmith.model import before as before
from backsmith.model import check as check
from backsmith.model import computed as computed
from backsmith.model import current_user as current_user
from backsmith.model import error_format as error_format
from backsmith.model import field as field
from backsmith.model import migration as migration
from backsmith.model import now as now
from backsmith.model import query as query
from backsmith.model import route as route
from backsmith.model import some as some
from backsmith.model import today as today
from backsmith.model import uuid4 as uuid4
from backsmith.model import uuid7 as uuid7

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """The server side (`asgi`) is imported when it is asked for: writing and checking a model needs none of it."""
    if name == "asgi":
        from backsmith.app import asgi  # noqa: PLC0415 - see above

        return asgi
    raise AttributeError(f"module 'backsmith' has no attribute '{name}'")
