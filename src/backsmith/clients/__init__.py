"""Clients in other languages and in Python, written from a contract: `Contract` -> `Files`."""
