"""PostgREST's own JavaScript client, unmodified, asks a running server; what it asks and gets stands in *.test.js."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from time import time

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from tests.http.live import Live
from tests.javascript.conftest import SECRET

HERE = Path(__file__).parent
INSTALLED = HERE / "node_modules" / "@supabase" / "postgrest-js"

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js: install Node.js 20 or later"),
    pytest.mark.skipif(not INSTALLED.exists(), reason="no client: run npm ci --prefix tests/javascript"),
]


def token(account: int, *roles: str) -> str:
    claims = {"sub": str(account), "roles": list(roles), "exp": int(time()) + 600}
    return jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, OctKey.import_key(SECRET))


@pytest.mark.parametrize("file", sorted(path.name for path in HERE.glob("*.test.js")))
def test_the_client_gets_what_it_expects(served_library: Live, file: str) -> None:
    tokens = {"ada": token(1), "staff": token(3, "staff")}
    environment = os.environ | {"BACKSMITH_URL": served_library.url, "BACKSMITH_TOKENS": json.dumps(tokens)}
    command = ["node", "--test", "--test-reporter=spec", str(HERE / file)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr + served_library.said()
