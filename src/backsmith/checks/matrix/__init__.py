"""The access matrix: who can do what to which entity and field, computed from the rules and asked of the engine."""
