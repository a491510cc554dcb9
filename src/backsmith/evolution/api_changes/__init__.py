"""What a change of the model means for the clients of the API."""

from backsmith.evolution.api_changes.changes import api_changes as api_changes
