"""A request or task that is going on while a test does something."""

from contextlib import contextmanager

from dbProject import observation


@contextmanager
def observed(request_id, *, traceparent=""):
    """Do the work of the block for a request with this id and trace."""
    seen = observation.Observation(request_id, route="somewhere")
    seen.traceparent = traceparent
    observation.begin(seen)
    yield seen
    observation.end(seen)
