"""What a change of the model means for who may do what."""

from backsmith.evolution.access_changes.changes import access_changes as access_changes
