"""An OpenAPI document, wherever it is: in a file, at a revision of git, a running server's, or that of a model."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from backsmith.errors import UsageError

_MOST = 64_000_000
"""Bytes of a document."""
_PATIENCE = 15.0
"""Seconds for a server."""
FILES = {".json", ".yaml", ".yml"}


def document_named(name: str) -> dict[str, Any]:
    """The document.

    Arguments:
        name: A file of JSON or YAML, `http://…` of a server or of its document, `REVISION:path` of git, or a model.

    Raises:
        UsageError: There is none, or it can't be read.
        ModelError: The model has mistakes.
    """
    if name.startswith(("http://", "https://")):
        return _parsed(_fetched(name), name)
    if Path(name).suffix in FILES and Path(name).is_file():
        return _parsed(Path(name).read_bytes(), name)
    revision, colon, path = name.partition(":")
    if colon and not Path(name).exists():
        return _at(revision, path, name)
    if Path(name).suffix in FILES:
        raise UsageError(f"There is no file {name}.")
    return _parsed(_of_model(name), name)


def _parsed(text: bytes, name: str) -> dict[str, Any]:
    if len(text) > _MOST:
        raise UsageError(f"{name} is larger than {_MOST} bytes.")
    try:
        if Path(name).suffix in (".yaml", ".yml"):
            return _yaml(text, name)
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{name} is no OpenAPI document: {error}") from error


def _yaml(text: bytes, name: str) -> dict[str, Any]:
    try:
        import yaml  # noqa: PLC0415  not everybody has it
    except ImportError:
        raise UsageError(f"{name} is YAML. Install pyyaml to read it, or convert it to JSON.") from None
    try:
        # As JSON: its keys are texts, and days are texts too.
        value = yaml.load(text, _without_days(yaml))
        return msgspec.json.decode(json.dumps(value, default=str), type=dict[str, Any])
    except (yaml.YAMLError, TypeError, ValueError) as error:
        raise UsageError(f"{name} is no OpenAPI document: {error}") from error


def _without_days(yaml: Any) -> Any:
    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers = {  # noqa: RUF012  as its base has it
            key: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
            for key, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    return Loader


def _fetched(url: str) -> bytes:
    import httpx  # noqa: PLC0415  slow to import

    parts = httpx.URL(url)
    if parts.path in ("", "/"):
        parts = parts.copy_with(path="/openapi.json")
    try:
        answer = httpx.get(parts, timeout=_PATIENCE, follow_redirects=True, headers={"accept": "application/json"})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UsageError(f"{parts} can't be reached: {error}") from error
    if answer.status_code != 200:
        raise UsageError(
            f"{parts} answers {answer.status_code}, not with a document. Is the setting documents off, or have you to "
            "sign in? backsmith openapi writes the document of a model."
        )
    return answer.content


def _of_model(name: str) -> bytes:
    from backsmith.cli.contracts import contract_named  # noqa: PLC0415  takes a while to import
    from backsmith.contract.openapi import document_of, encoded  # noqa: PLC0415  takes a while to import

    return encoded(document_of(contract_named(name, "everybody")))


def _at(revision: str, path: str, name: str) -> dict[str, Any]:
    """A file of a revision; a model is compiled by a process of its own, in all the files of that revision."""
    if revision.startswith("-"):
        raise UsageError(f"{name}: {revision} is no revision.")
    if Path(path).suffix in FILES:
        return _parsed(_git("show", f"{revision}:./{path}", name=name), name)
    top = Path(_git("rev-parse", "--show-toplevel", name=name).decode().strip())
    here = _git("rev-parse", "--show-prefix", name=name).decode().strip()
    files = _git("-C", str(top), "archive", "--format=tar", revision, name=name)
    with tempfile.TemporaryDirectory(prefix="backsmith-") as folder:
        with tarfile.open(fileobj=io.BytesIO(files)) as archive:
            archive.extractall(folder, filter="data")
        where = Path(folder) / here
        if not (where / path).exists():
            raise UsageError(f"{revision} has no {path}.")
        words = [sys.executable, "-m", "backsmith", "openapi", path]
        made = subprocess.run(words, cwd=where, capture_output=True, check=False)
        if made.returncode != 0:
            said = made.stderr.decode(errors="replace").strip()
            raise UsageError(f"The model of {name} can't be compiled:\n{said}")
        return _parsed(made.stdout, f"{name}.json")


def _git(*words: str, name: str) -> bytes:
    try:
        found = subprocess.run(["git", *words], capture_output=True, check=False)
    except FileNotFoundError:
        raise UsageError(f"{name}: there is no git here. Name two files, models or servers.") from None
    if found.returncode != 0:
        raise UsageError(f"{name}: git says: {found.stderr.decode(errors='replace').strip()}")
    return found.stdout
