"""`backsmith docs`: the documentation of an application as files."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from backsmith.cli.contracts import contract_named
from backsmith.cli.generated import write_or_check
from backsmith.cli.loading import compiled, named_model
from backsmith.errors import UsageError


def docs(
    model: str | None = None,
    out: Path = Path("docs-out"),
    /,
    *,
    audience: str = "everybody",
    server: str | None = None,
    markdown: bool = False,
    check: bool = False,
) -> int:
    """Write the documentation of an application: pages for people, that a server has at /docs.

    The pages are read from a disk or any web server. The same model and settings give the same bytes. What was
    generated before and isn't any more is removed; files of yours in the folder stay.

    Example: `backsmith docs shop.py out/ --audience anonymous`

    Parameters
    ----------
    model
        The model's file, package or dotted name.
    out
        The folder that it is written to.
    audience
        Whose documentation: everybody's, that of `anonymous`, `signed_in`, or of roles with commas between. What these
        may not reach isn't in it; how the system is built is in everybody's alone, without names of hosts.
    server
        The address of the running server, as https://shop.example. Examples name it, and "try it" sends requests there
        (the server has to let the pages' origin in: `cors_origins`). Without it nothing can be tried.
    markdown
        Markdown in place of HTML.
    check
        For CI: write nothing, name the files that are out of date, and exit with 1 where there are any.
    """
    from backsmith.contract.docs import documentation_files, markdown_files  # noqa: PLC0415  needs what others don't
    from backsmith.contract.docs.pages import server_of  # noqa: PLC0415  see above
    from backsmith.contract.docs.site import Site  # noqa: PLC0415  see above
    from backsmith.contract.docs.system import system_of  # noqa: PLC0415  see above
    from backsmith.settings import read_settings  # noqa: PLC0415  see above

    named = named_model(model)
    trial = None if server is None else _address(server)
    contract = contract_named(named, audience)
    found = compiled(named)
    settings = read_settings(found.application.path, flags={})
    system = system_of(settings, found.blueprint, hosts=False) if audience == "everybody" else None
    site, address = Site(contract, system), trial or server_of(settings)
    files = markdown_files(site, server=address) if markdown else documentation_files(site, server=address, trial=trial)
    words = [named, str(out)]
    words += ["--audience", audience] if audience != "everybody" else []
    words += ["--server", trial] if trial is not None else []
    again = f"backsmith docs {' '.join([*words, *(['--markdown'] if markdown else [])])}"
    return write_or_check(files, out, check=check, command=again)


def _address(server: str) -> str:
    """The server's origin. Raises UsageError."""
    parts = urlsplit(server)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise UsageError(f"--server takes the address of a server, not '{server}'. Write https://shop.example.")
    return server.rstrip("/")
