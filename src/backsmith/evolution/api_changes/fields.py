"""What became of a field, for replies, filters and bodies."""

from __future__ import annotations

from backsmith.blueprint.blueprint import Default, Entity, Field
from backsmith.evolution.access_changes.pairs import field_pairs
from backsmith.evolution.api_changes.deprecations import deprecation_changes
from backsmith.evolution.api_changes.sides import Sides, item, path, verbs, writable, writes
from backsmith.evolution.api_changes.types import Effects, bounds_effects, name_of, type_effects


def field_changes(sides: Sides, old: Entity, new: Entity) -> None:
    """What became of the fields of an entity that is served on both sides."""
    now_named = {field.name: field for field in new.fields}
    for was, now in field_pairs(old, new):
        if was is None and now is not None:
            _added(sides, old, new, now)
        elif was is not None and now is None:
            _removed(sides, old, was)
        elif was is not None and now is not None:
            if was.name != now.name:
                _renamed(sides, old, new, was, now, taken=was.name in now_named)
            _Changed(sides, old, new, was, now).look()


def needed(field: Field) -> bool:
    """Whether a new row has to be given it."""
    if field.computed is not None or field.identity or field.deprecated or field.relaxed in ("required", "optional"):
        return False
    return (not field.nullable or field.relaxed == "added") and field.default is None


def _added(sides: Sides, old: Entity, new: Entity, field: Field) -> None:
    about = f"{new.collection}.{field.name}"
    earlier = next((each for each in old.fields if each.id == field.id), None)
    if earlier is not None:  # what had its id is answered under its own name, and taken in place of it
        sides.works(about, f"The new name of {earlier.name}, which is still answered.")
    elif needed(field) and "create" in verbs(old):
        sides.breaks(
            about,
            f"A new field that has to be given: POST {path(new)} without {field.name} is refused from now on (422).",
            f"POST {path(new)} without {field.name}",
        )
    elif not field.hidden:
        sides.works(about, f"A new field, {name_of(field.type)}{', or null' if field.nullable else ''}.")


def _removed(sides: Sides, old: Entity, field: Field) -> None:
    about = f"{old.collection}.{field.name}"
    text = "The deprecated field is gone" if field.deprecated else "The field is gone"
    reads = () if field.hidden else _reads(old, field)
    taken = () if field.computed is not None or field.identity else writes(old, field.name, "…")
    if reads or taken:
        where = " and ".join(
            word for word, requests in (("replies lack it", reads), ("requests with it are refused", reads + taken))
            if requests
        )  # fmt: skip
        sides.breaks(about, f"{text}: {where}.", *reads, *taken)


def _reads(entity: Entity, field: Field) -> tuple[str, ...]:
    return (f"GET {path(entity)}?select={field.name}", f"GET {path(entity)}?{field.name}=eq.…")


def _renamed(sides: Sides, old: Entity, new: Entity, was: Field, now: Field, *, taken: bool) -> None:
    if was.hidden and not writable(old):
        return
    other = f"; {was.name} is another field now" if taken else ""
    reads = () if was.hidden else _reads(old, was)
    sides.breaks(
        f"{old.collection}.{was.name}",
        f"The field is called {now.name} from now on{other}: replies don't have it under its old name, and requests"
        " with that are refused.",
        *reads,
        *(() if was.computed is not None or was.identity else writes(old, was.name, "…")),
    )
    if not now.hidden:
        sides.works(f"{new.collection}.{now.name}", f"The new name of {was.name}.")


class _Changed:
    """A field that is there on both sides."""

    def __init__(self, sides: Sides, old: Entity, new: Entity, was: Field, now: Field) -> None:
        self._sides = sides
        self._old, self._new = old, new
        self._was, self._now = was, now
        self._about = f"{new.collection}.{now.name}"
        self._taken = was.computed is None and not was.identity and now.computed is None and not now.identity

    def look(self) -> None:
        was, now = self._was, self._now
        if was.hidden != now.hidden:
            self._hidden()
        self._kind()
        if was.nullable != now.nullable or was.relaxed != now.relaxed:
            self._null()
        self._required()
        effects = type_effects(was.type, now.type)
        if was.type != now.type:
            self._values(effects)
        if was.bounds != now.bounds:
            self._values(bounds_effects(was.bounds, now.bounds))
        self._unique()
        if was.deprecated is None and now.deprecated is not None:
            self._sides.works(self._about, f"It is deprecated, and still answered. {now.deprecated}".strip())
        deprecation_changes(self._sides, self._about, was.deprecation, now.deprecation)

    def _hidden(self) -> None:
        if self._was.hidden:
            self._sides.works(self._about, "It is shown from now on: replies have it, and it can be filtered by.")
            return
        self._sides.breaks(
            self._about,
            "It is hidden from now on: replies lack it, and requests that select, filter or order by it are refused.",
            *_reads(self._old, self._was),
        )

    def _kind(self) -> None:
        """Stored, calculated, or numbered by the database."""
        was, now = self._was, self._now
        if was.computed is None and now.computed is not None:
            requests = () if was.identity else writes(self._old, was.name, "…")
            text = "It is calculated from now on"
            if requests:
                self._sides.breaks(self._about, f"{text}: requests that give it are refused (422).", *requests)
            else:
                self._sides.works(self._about, f"{text}; its values may be others.")
        elif was.computed is not None and now.computed is None:
            self._sides.works(self._about, "It is kept from now on, no longer calculated, and can be written.")
        elif was.computed is not None and now.computed is not None:
            if self._sides.names.before(was.computed) != self._sides.names.after(now.computed):
                self._sides.works(self._about, "It is calculated in another way: its values may be others.")
        elif now.identity and not was.identity and "create" in verbs(self._old):
            self._sides.breaks(
                self._about,
                "The database numbers it from now on: requests that give it are refused (422).",
                *writes(self._old, was.name, "…"),
            )

    def _null(self) -> None:
        was, now = self._was, self._now
        if now.nullable and not was.nullable and now.relaxed is None:
            if not now.hidden:
                leads = f", and with it what {now.relation} leads to" if now.relation else ""
                self._sides.breaks(
                    self._about, f"It may be null from now on: replies may hold null{leads}.", f"GET {path(self._old)}"
                )
            else:
                self._sides.works(self._about, "It may be null from now on.")
        elif was.nullable and not now.nullable:
            requests = writes(self._old, now.name, "null") if self._taken else ()
            if requests and was.relaxed is None:
                text = f"It can't be null from now on: requests that give {now.name} as null are refused (422)."
                self._sides.breaks(self._about, text, *requests)
            else:
                self._sides.works(self._about, "It is never null from now on.")

    def _required(self) -> None:
        was, now = self._was, self._now
        if "create" not in verbs(self._old) or now.computed is not None:
            return
        about, name = self._about, now.name
        if needed(now) and not needed(was):
            before = " (it was given its default)" if was.default is not None else ""
            self._sides.breaks(
                about,
                f"It has to be given: POST {path(self._new)} without {name} is refused from now on (422){before}.",
                f"POST {path(self._new)} without {name}",
            )
        elif needed(was) and not needed(now) and now.relaxed is None and now.deprecated is None:
            how = "is numbered" if now.identity else "is null" if now.default is None else _default(now.default)
            self._sides.works(about, f"It may be left out of new rows: it {how} then.")
        elif was.default != now.default and was.computed is None and not needed(now):
            if now.default is not None and now.default.kind == "current_user":
                self._sides.breaks(
                    about,
                    f"Left out, it is whoever asks: POST {path(self._new)} without {name} is refused from now on (401)"
                    " where nobody is signed in.",
                    f"POST {path(self._new)} without {name}, not signed in",
                )
                return
            how = "is null" if now.default is None else _default(now.default)
            self._sides.works(about, f"Left out of a new row, it {how} from now on.")

    def _values(self, effects: Effects) -> None:
        sides, was = self._sides, self._was
        if effects.replies is not None and not self._now.hidden:
            sides.breaks(self._about, f"Replies {effects.replies}.", f"GET {path(self._old)}?select={was.name}")
        if effects.risk is not None and not self._now.hidden:
            sides.risks(self._about, f"Replies {effects.risk}.", f"GET {path(self._old)}?select={was.name}")
        if effects.bodies is not None and self._taken and writable(self._old):
            sides.breaks(self._about, f"Bodies {effects.bodies} (422).", *writes(self._old, was.name, "…"))
        if effects.filters is not None and not was.hidden and not self._now.hidden:
            sides.breaks(self._about, f"Filters {effects.filters}.", f"GET {path(self._old)}?{was.name}=eq.…")
            if was.name in self._old.key:
                sides.breaks(
                    path(self._new),
                    f"Addresses of rows are made of {self._now.name}: those that clients have lead nowhere.",
                    f"GET {item(self._old)}",
                )
        for note in effects.notes:
            sides.works(self._about, note)

    def _unique(self) -> None:
        was, now = self._was, self._now
        if now.unique and not was.unique and writable(self._old):
            self._sides.breaks(
                self._about,
                "It is unique from now on: a value that another row has is refused (409).",
                *writes(self._old, was.name, "…"),
            )
        elif was.unique and not now.unique:
            if {"create", "update"} <= verbs(self._old) and not was.hidden:
                self._sides.breaks(
                    self._about,
                    "It isn't unique any more: upserts by it are refused (400).",
                    f"POST {path(self._old)}?on_conflict={was.name}",
                )
            else:
                self._sides.works(self._about, "It isn't unique any more.")


def _default(default: Default) -> str:
    match default.kind:
        case "constant":
            return f"becomes {default.value!r}"
        case "empty_list":
            return "becomes an empty list"
        case "current_user":
            return "becomes whoever asks"
        case "sql":
            return f"becomes what the database says, {default.value}"
        case _:
            return f"becomes {default.kind}()"
