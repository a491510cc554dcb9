"""The way of a database through the history of its model: from the version that it has to the one it gets.

A database that is several versions behind goes there in one plan, except that it stops at each version with data
migrations of its own: their functions read fields that a later version may not have any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backsmith.blueprint.blueprint import Blueprint
from backsmith.errors import UsageError
from backsmith.evolution.history import Head, fingerprint
from backsmith.evolution.matching import aligned
from backsmith.evolution.migration_files import History, Version, ancestors, the_head


def stops(history: History, head: Head, blueprint: Blueprint) -> list[Version] | None:
    """The versions at which the database of that head stops on its way to the model's blueprint, which is the newest
    version or stands on it. None where the head isn't in the history. Raises UsageError for two newest versions.
    """
    newest = the_head(history)
    if newest is None:
        return []
    begin = next((each for each in reversed(history.versions) if is_of(each, head)), None)
    if begin is None:
        return None
    path = path_between(history, begin.hash, newest.hash)
    return [version for version in path if version.migrations and version.hash != fingerprint(blueprint)]


def is_of(version: Version, head: Head) -> bool:
    """Whether the database has that version, by its own ids or those that it was given there."""
    return head.hash in (version.hash, fingerprint(aligned(version.blueprint, head.blueprint)))


def path_between(history: History, from_hash: str, to_hash: str) -> list[Version]:
    """The versions at which a database stops on its way, the last one included; empty where it is there already.

    A version beside another one, on the other branch of a merge, is no stop: what it did the merge does again.
    Raises UsageError where a version isn't in the history, or no way leads from the one to the other.
    """
    if from_hash == to_hash:
        return []
    target = _newest(history.versions, to_hash)
    if target is None:
        raise UsageError(f"The model's version {to_hash} has no file. Run backsmith migrations write.")
    below = ancestors(history, target)
    begin = _newest([version for version in history.versions if version.file in below], from_hash)
    if begin is None:
        raise UsageError(_no_way(history, from_hash, target))
    done = ancestors(history, begin) | {begin.file}
    between = [
        version for version in history.versions if version.file in below | {target.file} and version.file not in done
    ]
    above = {version.file: ancestors(history, version) for version in between}

    def is_stop(version: Version) -> bool:
        """Whether all that happens on the way happens before or after it, and it has values to work out."""
        others = (each.file for each in between if each is not version)
        return (
            bool(version.migrations)
            and all(each in above[version.file] or version.file in above[each] for each in others)
            and begin.file in above[version.file]
        )

    return [version for version in between if version is target or is_stop(version)]


def common_ancestor(history: History, versions: Sequence[Version]) -> Version | None:
    """The newest version that all of these stand on."""
    shared = set[str].intersection(*(ancestors(history, version) for version in versions))
    return next((version for version in reversed(history.versions) if version.file in shared), None)


def lost_steps(path: Sequence[Version], is_there: Callable[[str], bool]) -> list[str]:
    """What to say of data migrations on the way whose functions are gone; `is_there` knows `module:qualified.name`.

    SQL is kept in the files themselves.
    """
    return [
        f"{version.file}.json needs the function {each.up} of the migration {each.name}, which the code doesn't have "
        "any more. Bring it back, without @migration where its fields are gone, until every database is past that "
        "version; or apply that version from its own commit."
        for version in path
        for each in version.blueprint.migrations
        if each.name in version.migrations and each.up is not None and not is_there(each.up)
    ]


def _newest(versions: Sequence[Version], hash: str) -> Version | None:
    return next((version for version in reversed(versions) if version.hash == hash), None)


def _no_way(history: History, from_hash: str, target: Version) -> str:
    begin = _newest(history.versions, from_hash)
    if begin is None:
        return (
            f"The database has the version {from_hash}, which has no file: somebody applied it from "
            "another branch. Merge that branch, or apply to a database of your own."
        )
    if target.file in ancestors(history, begin):
        return (
            f"The database has {begin.file}, which is newer than {target.file}. Check out the newer model; "
            "the way back is a change of the model like any other."
        )
    return (
        f"The database has {begin.file}, on which {target.file} doesn't stand: they are of two branches. "
        "Merge the branches, then run backsmith migrations merge."
    )
