"""Values of encrypted fields: a Python value in, the envelope that the database keeps out; and back.

What is encrypted is the value's canonical JSON. It is bound to its field alone, not to the row: a row's key may be
handed out by the database, may change, and one statement may set many rows. So whoever can write to the database can
put one row's value into another row of the same field, or an older value back. They could as well give the row to
another owner, by whose rules it is then shown; binding to the key would keep nobody from that. A value moved to another
field, of another entity too, is noticed.
"""

from __future__ import annotations

import logging
from typing import Any

from backsmith import errors
from backsmith.blueprint.blueprint import Blueprint, Entity, Field
from backsmith.blueprint.types import plain_of
from backsmith.databases.database import Database
from backsmith.databases.json_values import json_writer
from backsmith.databases.own_tables import has_secret_fields
from backsmith.engine.code.objects import value_of
from backsmith.errors import RequestError
from backsmith.secrets import KeyUnknownError, SealError, Secrets
from backsmith.secrets.secrets import FIELDS

_log = logging.getLogger("backsmith")


class Seals:
    """Seals and opens values of fields."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def seal(self, field: Field, value: Any) -> bytes:
        """The envelope of a value, which isn't None."""
        plain = json_writer(plain_of(field.type))(value).encode()
        return self._secrets.seal(FIELDS, plain, about=place_of(field))

    def open(self, entity: Entity, field: Field, envelope: bytes) -> bytes:
        """The canonical JSON of what is in an envelope.

        Raises KeyUnknownError (`renew`, and try again), and RequestError INTERNAL where it isn't what was sealed.
        """
        try:
            return self._secrets.open(FIELDS, envelope, about=place_of(field))
        except KeyUnknownError:
            raise
        except SealError as error:
            raise broken(entity, field, error) from error

    def value(self, entity: Entity, field: Field, envelope: bytes) -> Any:
        """The Python value that is in an envelope. Raises as `open`."""
        return value_of(self.open(entity, field, envelope), plain_of(field.type))

    def opened(self, field: Field, envelope: bytes) -> Any:
        """As `databases.stores.Sealing`. Raises SealError."""
        return value_of(self._secrets.open(FIELDS, envelope, about=place_of(field)), plain_of(field.type))

    async def renew(self) -> None:
        """Read the keys again: one that wasn't known may be there now. Raises RequestError."""
        await self._secrets.renew()


async def unlock(secrets: Secrets, database: Database, *blueprints: Blueprint) -> None:
    """Read the keys where any of the blueprints has encrypted fields, so that their values can be written.

    Raises UsageError as `Secrets.start`.
    """
    if any(map(has_secret_fields, blueprints)):
        await secrets.start(database)
        database.dialect.stores.sealing = Seals(secrets)


def place_of(field: Field) -> str:
    """What a value is bound to: the field's id, whichever of two versions of it that are served is meant."""
    return field.id.partition("~")[0]


def broken(entity: Entity, field: Field, error: SealError) -> RequestError:
    """The refusal to show a value that can't be opened; the log says which field it is of, and what to do."""
    _log.error(
        "A value of %s.%s can't be opened: %s `backsmith secrets reseal` names the row.",
        entity.name,
        field.name,
        error,
    )
    return RequestError(errors.INTERNAL, "A value in the database can't be opened")
