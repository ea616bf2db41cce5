"""What is computed of orders: exported, computed, and swapped in. Everything else only reads it."""
