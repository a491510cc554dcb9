"""Around the spine: HTTP, what every reply has, limits, logs, metrics, health."""
