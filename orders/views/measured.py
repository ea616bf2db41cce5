"""What the shop measures of itself on ``/architecture/`` where it takes orders and carriers to do so."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from dbProject.architecture import answers, figures
from dbProject.architecture.figures import Figure, Measured
from dbProject.templatetags.money import money
from orders.carriers import trial
from orders.selectors import line_sums
from orders.selectors.line_sums import Way

MEGABYTE = 1_000_000


def concurrency() -> Measured:
    """Ask slow carriers one after another and together; compute in turn, in threads and in processes."""
    waited = trial.compare()
    return Measured(
        [
            figures.seconds(_("Five carriers, one after another"), waited.one_after_another),
            figures.seconds(_("All together"), waited.together),
            figures.times(_("As fast"), waited.one_after_another, waited.together),
            *answers.computing_figures(),
        ],
        _("Waiting is shared by an event loop; computing only by processes, because threads share one core."),
    )


def big_data() -> Measured:
    """Sum the order lines at once, in chunks, and in the database."""
    sums = line_sums.compare()
    ways = (
        (_("All lines at once"), sums.at_once),
        (_("In chunks"), sums.in_chunks),
        (_("In the database"), sums.in_database),
    )
    return Measured(
        [
            Figure(_("Order lines"), number_format(sums.lines, force_grouping=True)),
            Figure(_("The sum, each way"), money(sums.total)),
        ],
        _("Chunks hold the same memory however many lines there are; a sum in the database holds none."),
        (_("Way"), _("Seconds"), _("Memory at most, MB")),
        tuple(_row(name, way) for name, way in ways),
    )


def _row(name: str, way: Way) -> tuple[str, ...]:
    return name, f"{way.seconds:.3f}", f"{way.peak_bytes / MEGABYTE:.2f}"
