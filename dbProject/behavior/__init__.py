"""What people do in the shop, counted by day and never by person (see docs/decisions/behavior.md)."""
