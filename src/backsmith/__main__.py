"""`python -m backsmith` is `backsmith`."""

from backsmith.cli import main

main()
