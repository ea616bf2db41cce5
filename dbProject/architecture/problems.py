"""The five problems, in the words of who asked, with where the shop answers each."""

from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from dbProject.architecture import recorded
from dbProject.architecture.figures import Words
from dbProject.architecture.recorded import Recorded


class Problem(NamedTuple):
    """One problem: what goes wrong, what the shop does about it, and the files that show it.

    ``benchmark`` is one that takes too long for a page, whose last result stands there.
    """

    slug: str
    title: Words
    trouble: Words
    answer: Words
    decisions: tuple[str, ...]
    code: tuple[str, ...]
    benchmark: str = ""

    @property
    def recorded(self) -> Recorded | None:
        """What its benchmark has measured when it was last run, if it was."""
        return recorded.read(self.benchmark) if self.benchmark else None


PROBLEMS = (
    Problem(
        "concurrency",
        _("Concurrency"),
        _("Python's threads share one core, and a page that waits for others keeps its thread."),
        _("What waits is awaited together with asyncio; what computes goes to processes, or to the workers."),
        ("docs/decisions/concurrency.md",),
        ("orders/carriers/asking.py", "orders/carriers/waiting.py", "products/services/picture_files.py"),
    ),
    Problem(
        "monolith",
        _("The monolith"),
        _("What may import everything grows together until nothing can be changed alone."),
        _("One deployment of separate apps that import in one direction; a check refuses all else."),
        ("docs/architecture.md", "docs/decisions/monolith.md"),
        ("pyproject.toml",),
    ),
    Problem(
        "dependencies",
        _("Dependencies"),
        _("What works today breaks tomorrow, because somebody else has released something."),
        _("Every version is locked with its hashes, kept in an environment of its own, and audited."),
        ("docs/decisions/libraries.md",),
        ("requirements.in", "requirements.txt", "shop"),
    ),
    Problem(
        "big-data",
        _("Big data"),
        _("Millions of order lines do not fit into one list."),
        _(
            "Whatever may be many is read in chunks that are kept no longer than they are needed; what "
            "orders of years say is computed on Dask, by this machine or by a cluster."
        ),
        ("docs/decisions/analytics.md", "docs/importing.md"),
        ("orders/analytics/sums.py", "orders/analytics/engine.py", "orders/selectors/line_sums.py"),
        benchmark="analytics",
    ),
    Problem(
        "scalability",
        _("Web scalability"),
        _("One process answers so many visitors and no more."),
        _("Processes keep nothing of a visitor, so there may be many; caches, queues and ASGI help them."),
        ("docs/decisions/caching.md", "docs/decisions/outbox.md", "docs/operations.md"),
        ("dbProject/shared_pages.py", "dbProject/caching.py", "dbProject/outbox/services.py"),
    ),
)


def files() -> frozenset[str]:
    """Return the files that the page leads to, as paths below the project; an image may lack some."""
    named = (path for problem in PROBLEMS for path in (*problem.decisions, *problem.code))
    return frozenset(path for path in named if (settings.BASE_DIR / path).is_file())
