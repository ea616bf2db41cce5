"""The migrations of orders, and one more."""

import orders.migrations

__path__ += orders.migrations.__path__
