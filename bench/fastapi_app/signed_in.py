"""Who asks, from the token's claims."""

import os
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

SECRET = os.environ["JWT_SECRET"]

bearer = HTTPBearer(auto_error=False)


def account(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> int | None:
    """The account that is signed in, from the token's claims."""
    if credentials is None:
        return None
    try:
        return int(jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])["sub"])
    except (jwt.PyJWTError, KeyError, ValueError):
        raise HTTPException(401, "Invalid token") from None


Asker = Annotated[int | None, Depends(account)]


def somebody(asker: Asker) -> int:
    if asker is None:
        raise HTTPException(401, "Sign in first")
    return asker


SignedIn = Annotated[int, Depends(somebody)]
