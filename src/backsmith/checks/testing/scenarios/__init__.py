"""Acceptance scenarios: given rows, when somebody sends a request, then a reply. YAML files, docs/testing.md."""
