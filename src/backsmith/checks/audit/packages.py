"""Packages with holes that are known: what is installed, asked of the package index's own advisories.

In: the packages that the application's environment holds. Out: findings; where the index can't be asked, one that says
so. PyPI answers `/pypi/{name}/{version}/json` with the advisories of its database (the OSV's) under `vulnerabilities`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from importlib import metadata
from typing import NamedTuple

import msgspec

from backsmith.checks.audit.catalogue import BY_CODE
from backsmith.checks.audit.findings import Finding

INDEX = "https://pypi.org"
_TIMEOUT = 10.0
_AT_ONCE = 8
_MAX_BYTES = 4_000_000


class Package(NamedTuple):
    """An installed package."""

    name: str
    version: str


class Hole(msgspec.Struct, frozen=True):
    """A hole that is published."""

    id: str
    summary: str | None = None
    details: str | None = None
    fixed_in: list[str] = []
    withdrawn: str | None = None


class _Release(msgspec.Struct, frozen=True):
    vulnerabilities: list[Hole] = []


def installed() -> list[Package]:
    """Backsmith and the packages that it needs here, at any depth, by name."""
    found: dict[str, Package] = {}
    wanted = ["backsmith"]
    while wanted:
        name = wanted.pop()
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        if _plain(name) in found:
            continue
        found[_plain(name)] = Package(package.metadata["Name"], package.version)
        wanted += [_name(requirement) for requirement in package.requires or () if "extra ==" not in requirement]
    return sorted(package for name, package in found.items() if name != "backsmith")


def version() -> str:
    """Backsmith's own version."""
    return metadata.version("backsmith")


async def holes(packages: Iterable[Package], *, index: str = INDEX) -> list[Finding]:
    """What is known of the packages. Nothing is raised: what can't be asked is a finding."""
    import httpx  # noqa: PLC0415  slow to import

    turn = asyncio.Semaphore(_AT_ONCE)
    missed: list[str] = []
    found: list[Finding] = []

    async def ask(client: httpx.AsyncClient, package: Package) -> None:
        address = f"{index.rstrip('/')}/pypi/{package.name}/{package.version}/json"
        async with turn:
            try:
                reply = await client.get(address)
                if reply.status_code != 200 or len(reply.content) > _MAX_BYTES:
                    raise httpx.HTTPError(f"the answer was {reply.status_code}")
                release = msgspec.json.decode(reply.content, type=_Release)
            except (httpx.HTTPError, msgspec.DecodeError):
                missed.append(package.name)
                return
        found.extend(_found(package, release.vulnerabilities))

    async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=True) as client:
        await asyncio.gather(*(ask(client, package) for package in packages))
    if missed:
        found.append(_missed(sorted(missed), index))
    return sorted(found, key=lambda each: each.subject)


def _found(package: Package, published: list[Hole]) -> Iterator[Finding]:
    for hole in published:
        if hole.withdrawn is None:
            yield Finding(
                check="known-hole",
                severity=BY_CODE["known-hole"].severity,
                subject=f"{package.name} {package.version} {hole.id}",
                message=f"{package.name} {package.version} has a known hole, {hole.id}: {_short(hole)}",
                fix=f"Install {package.name} {' or '.join(hole.fixed_in)}."
                if hole.fixed_in
                else "There is no version without it yet: see whether it concerns you.",
            )


def _missed(names: list[str], index: str) -> Finding:
    listed = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return Finding(
        check="not-looked-up",
        severity=BY_CODE["not-looked-up"].severity,
        subject="packages",
        message=f"The index at {index} couldn't be asked about {listed}.",
        fix="Try again where the index can be reached, or name another one: --index.",
    )


def _short(hole: Hole) -> str:
    text = hole.summary or (hole.details or "no description").strip().splitlines()[0]
    return text if len(text) <= 160 else text[:157] + "..."


def _name(requirement: str) -> str:
    """The name that a requirement begins with."""
    end = next((n for n, letter in enumerate(requirement) if not (letter.isalnum() or letter in "-_.")), None)
    return requirement[:end]


def _plain(name: str) -> str:
    """The name as indexes compare it (PEP 503)."""
    return name.lower().replace("_", "-").replace(".", "-")
