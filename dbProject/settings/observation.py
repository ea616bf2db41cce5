"""Who is told what each request and task has cost (see dbProject.observation)."""

OBSERVERS: list[str] = []
"""Called in this order with request, response and what was observed; every microsecond counts."""
TASK_OBSERVERS: list[str] = []
"""Called with what was observed when a task has ended."""
