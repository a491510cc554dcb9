"""The subset of Python that rules, checks and computed fields are written in: what `blueprint.functions` is made of."""
