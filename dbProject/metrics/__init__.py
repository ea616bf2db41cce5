"""What Prometheus is told: counted as it happens, or read when it asks (see docs/decisions/metrics.md)."""
