"""The types: what is generated passes tsc at its strictest, and uses that are mistakes don't."""

from __future__ import annotations

from pathlib import Path

from backsmith.clients.typescript import typescript_files
from backsmith.contract import audience_named
from backsmith.contract.files import write
from tests.clients.typescript.conftest import GALLERY, HERE, Compiled, compile_typescript, contract, needs_node

pytestmark = needs_node


def test_everything_compiles_and_only_mistakes_do_not(compiled: Compiled) -> None:
    """In `wrong.ts` a mark that isn't needed is an error too."""
    assert compiled.said == ""
    assert (HERE / "wrong.ts").read_text().count("@ts-expect-error") >= 50


def test_a_mistake_is_told(tmp_path: Path) -> None:
    write(typescript_files(contract(GALLERY)), tmp_path / "gallery")
    (tmp_path / "mistake.ts").write_text(
        'import { createClient } from "./gallery/client.js";\n'
        'export const found = createClient().pictures.list({ select: ["titel"] });\n'
    )
    said = compile_typescript(tmp_path).said.splitlines()
    assert len(said) == 1 and said[0].startswith("mistake.ts(2,62): error TS2820"), said
    assert "Did you mean '\"title\"'?" in said[0]


def test_the_clients_of_audiences_compile(tmp_path: Path) -> None:
    for audience in ("anonymous", "signed_in", "staff"):
        found = contract(GALLERY, audience_named(audience, ["staff"]))
        write(typescript_files(found, tanstack=True, zod=True), tmp_path / audience)
    assert compile_typescript(tmp_path).said == ""
