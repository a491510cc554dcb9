"""Bodies: the bytes of a request that writes, or values that application code gives -> rows of validated values."""

from backsmith.engine.bodies.bodies import Bodies, Body

__all__ = ["Bodies", "Body"]
