"""Types of fields beyond Python's own. To a type checker they are the Python types that their values have."""

from __future__ import annotations

from typing import Annotated, Any

from backsmith.model.markers import AnyJson, Bits, Format

Email = Annotated[str, Format("email")]
Url = Annotated[str, Format("url")]
Slug = Annotated[str, Format("slug")]
Int16 = Annotated[int, Bits(16)]
Int32 = Annotated[int, Bits(32)]
Json = Annotated[Any, AnyJson()]
