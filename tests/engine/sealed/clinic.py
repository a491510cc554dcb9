"""A clinic whose patients have secret fields of many types, served without a network."""

CLINIC = '''
    import enum
    from datetime import date, datetime, time, timedelta
    from decimal import Decimal
    from typing import Annotated, Literal
    from uuid import UUID

    from annotated_types import Ge, MaxLen
    from backsmith import (
        Account, Body, Data, Digits, Email, Entity, Hidden, Json, Secret, Unique, action, after, allow, before, query, route,
    )

    HEARD = []


    class Ward(Entity):
        name: Annotated[str, Unique]
        patients: list["Patient"]
        code: Annotated[str, Secret] | None
        doctors: list["Doctor"]

        @allow("read", "create", "update", "delete")
        def everyone(self) -> bool:
            return True


    class Doctor(Entity):
        name: str
        wards: list[Ward]
        pin: Annotated[str, Secret] | None

        @allow("read", "create", "update", "delete")
        def everyone(self) -> bool:
            return True


    class Patient(Entity, log=True):
        name: Annotated[str, Unique]
        ward: Ward | None
        number: Annotated[str, MaxLen(20), Secret]
        born: Annotated[date, Secret] | None
        notes: Annotated[Json, Secret] | None
        owed: Annotated[Decimal, Digits(10, 2), Ge(Decimal(0)), Secret] = Decimal("1.5")

        @allow("read", "create", "update", "delete", "tell")
        def everyone(self) -> bool:
            return True

        @action
        def tell(self) -> str:
            return f"{self.number} {self.born!r} {self.notes!r} {self.owed!r}"

        @before("create", "update")
        def tidied(self, old: "Patient | None") -> None:
            HEARD.append(("before", self.number, None if old is None else old.number))
            if self.number.startswith(" "):
                self.number = self.number.strip()

        @after("create", "update", "delete")
        async def heard(self, data: Data) -> None:
            HEARD.append(("after", self.number, (await data.sql("SELECT count(*) AS n FROM patients"))[0]["n"]))


    class Thing(Entity):
        """One of every type."""
        text: Annotated[str, Secret] | None
        whole: Annotated[int, Secret] | None
        real: Annotated[float, Secret] | None
        truth: Annotated[bool, Secret] | None
        money: Annotated[Decimal, Digits(30, 2), Secret] | None
        day: Annotated[date, Secret] | None
        instant: Annotated[datetime, Secret] | None
        clock: Annotated[time, Secret] | None
        span: Annotated[timedelta, Secret] | None
        uuid: Annotated[UUID, Secret] | None
        raw: Annotated[bytes, Secret] | None
        json: Annotated[Json, Secret] | None
        kind: Annotated[Literal["a", "b"], Secret] | None
        mail: Annotated[Email, Secret] | None
        tags: Annotated[list[str], Secret] | None

        @allow("read", "create", "update", "delete")
        def everyone(self) -> bool:
            return True


    class Vault(Entity):
        """Shown to its owner alone, and one field to nobody."""
        owner: Account
        label: str
        word: Annotated[str, Secret]
        never: Annotated[str, Secret, Hidden] = "hidden"

        @allow("read", fields=["id", "owner", "label"])
        def everyone(self) -> bool:
            return True

        @allow("read", "create", "update")
        def own(self, user: Account) -> bool:
            return self.owner == user


    @query(allow="everyone")
    async def numbers(data: Data) -> list[Patient]:
        return await data.find(Patient, order="name")


    @action(allow="everyone")
    async def rename_all(data: Data) -> list[str]:
        found = await data.find(Patient, order="name")
        for each in found:
            await data.update(each, number=each.number + "!")
        made = await data.create(Patient, name="Zoe", number="made")
        both = await data.upsert(Patient, "name", name="Zoe", number="upserted")
        return [each.number for each in await data.find(Patient, order="name")] + [made.number, both.number]


    @query(allow="everyone")
    async def stored(data: Data) -> list[str]:
        return [type(row["number"]).__name__ for row in await data.sql("SELECT number FROM patients")]
'''
