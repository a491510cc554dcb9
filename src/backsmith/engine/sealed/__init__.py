"""Encrypted fields: `seals` takes values in and out, `opening` opens what a read shows, by its place in the plan."""
