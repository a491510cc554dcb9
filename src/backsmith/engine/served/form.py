"""A shape as it is kept: JSON of all that a plan depends on, the same for all workers, without any value."""

from __future__ import annotations

import hashlib

import msgspec
from msgspec import Struct

from backsmith.engine.access import AskerKind
from backsmith.engine.grammar.names import MARK
from backsmith.engine.planning.plans import PlanKey
from backsmith.engine.writing.planning import WriteKey


class Form(Struct, frozen=True, omit_defaults=True):
    """The shape of requests of one kind of asker."""

    method: str
    collection: str
    query: tuple[str, ...]
    """The query string around its values."""
    anonymous: bool
    roles: tuple[str, ...] = ()
    key_parts: int = 0
    counted: bool = False
    ranged: bool = False
    after: tuple[bool, ...] | None = None
    scopes: tuple[str, ...] | None = None

    @property
    def plan_key(self) -> PlanKey:
        """The key of the plan that reads the rows it is about."""
        return PlanKey(
            self.collection,
            MARK.join(self.query),
            AskerKind(self.anonymous, frozenset(self.roles), None if self.scopes is None else frozenset(self.scopes)),
            self.key_parts,
            self.counted,
            self.ranged,
            self.after,
        )

    @property
    def asker(self) -> str:
        """Who asks, in English."""
        if self.anonymous:
            return "nobody"
        listed = " and ".join(sorted(self.roles))
        user = "a user" if not listed else f"a user with the role{'s' * (len(self.roles) > 1)} {listed}"
        return user if self.scopes is None else f"{user}, by an API key limited to {', '.join(self.scopes)}"

    def request(self, prefix: str) -> str:
        """`GET /api/orders?status=eq.…`."""
        address = f"{prefix}/{self.collection}" + ("/…" if self.key_parts else "")
        query = "…".join(self.query)
        return f"{self.method} {address}{f'?{query}' if query else ''}"


def form_of(key: PlanKey | WriteKey) -> Form:
    """What is kept of a plan's key."""
    kind, query = key.kind, tuple(key.shape.split(MARK))
    roles = tuple(sorted(kind.roles))
    scopes = None if kind.scopes is None else tuple(sorted(kind.scopes))
    if isinstance(key, WriteKey):
        return Form(key.method, key.collection, query, kind.anonymous, roles, key.key_parts, scopes=scopes)
    return Form(
        "GET", key.collection, query, kind.anonymous, roles, key.key_parts, key.counted, key.ranged, key.after, scopes
    )


def text_of(form: Form) -> str:
    """The form as it is kept."""
    return msgspec.json.encode(form).decode()


def digest_of(text: str) -> str:
    """What tells forms apart, 32 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


_decoder = msgspec.json.Decoder(Form)


def read_form(text: str) -> Form | None:
    """The form of such a text; None where another version wrote it that keeps something else."""
    try:
        return _decoder.decode(text)
    except msgspec.DecodeError:
        return None
