"""Spell: a plan becomes one SQL statement, with how to bind its parameters."""
