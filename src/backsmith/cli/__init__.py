"""The command line: one thin file a command. `backsmith --help` lists them."""

from backsmith.cli.main import main

__all__ = ["main"]
