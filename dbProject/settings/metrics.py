"""What Prometheus is told, and who may ask (see dbProject.metrics)."""

from ipaddress import ip_network

from dbProject.settings.environment import env

BATCH_SECONDS = 5.0
"""How often a process writes down what it has counted (see dbProject.batches); 0: never by itself."""
_here = ["127.0.0.0/8", "::1/128"]
METRICS_ALLOWED_NETWORKS = [ip_network(net) for net in env.list("METRICS_ALLOWED_NETWORKS", default=_here)]
BEHAVIOR_PRODUCTS = "products.selectors.addresses.pks_of"
"""Says which products (pk) the slugs of pages belong to."""
BEHAVIOR_KNOWN = "products.selectors.addresses.known"
"""Says which of these are primary keys of products."""
COSTLY_QUERY_SECONDS = 0.01  # from here on the request profile knows a statement by name
WORKER_METRICS_BIND = env.str("WORKER_METRICS_BIND", default="")
"""Where a worker answers Prometheus, such as 10.0.0.5:9101; nowhere unless named."""
METRICS_SOURCES = {
    "dbProject.metrics.sources.release": 3600,
    "dbProject.metrics.sources.queue": 10,
    "dbProject.metrics.sources.outbox": 10,
    "dbProject.metrics.sources.readings": 60,
    "orders.selectors.figures.orders": 10,
    "products.selectors.figures.stock": 60,
}
"""What is read when Prometheus asks, and for how many seconds a process then remembers it."""
