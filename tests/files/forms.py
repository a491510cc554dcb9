"""Forms as a browser sends them."""

from __future__ import annotations

BOUNDARY = "cut-here"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def form(**members: str | tuple[str, bytes]) -> bytes:
    """The body of a form: texts, and files as (name, content)."""
    parts: list[bytes] = []
    for name, value in members.items():
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
        if isinstance(value, str):
            parts.append(f"{head}\r\n\r\n{value}\r\n".encode())
        else:
            head += f'; filename="{value[0]}"\r\nContent-Type: text/html'
            parts.append(f"{head}\r\n\r\n".encode() + value[1] + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
