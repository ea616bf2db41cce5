"""What the shop measures of itself on ``/architecture/`` where it takes orders and carriers to do so."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dbProject.architecture import answers, figures
from dbProject.architecture.figures import Figure, Measured
from dbProject.templatetags.money import in_currency, money
from orders.analytics import engine, facts
from orders.analytics import trial as trial_of_dask
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
    """Sum order lines at once, in chunks, and in the database; and all that were ever exported on Dask."""
    sums = line_sums.compare()
    ways = (
        (_("All lines at once"), sums.at_once),
        (_("In chunks"), sums.in_chunks),
        (_("In the database"), sums.in_database),
    )
    on_dask = trial_of_dask.compare() if engine.is_installed() and trial_of_dask.has_data() else None
    figures_of_dask, row_of_dask = _dask(on_dask) if on_dask else ([], _no_dask())
    return Measured(
        [
            Figure(_("Order lines"), number_format(sums.lines, force_grouping=True)),
            Figure(_("The sum, each way"), money(sums.total)),
            *figures_of_dask,
        ],
        _(
            "Chunks hold the same memory however many lines there are; a sum in the database holds none; "
            "Dask spreads files of any number over processes and machines, each with a bound."
        ),
        (_("Way"), _("Seconds"), _("Memory at most, MB")),
        (*(_row(name, way) for name, way in ways), row_of_dask),
    )


def _dask(found: trial_of_dask.Trial) -> tuple[list[Figure], tuple[str, ...]]:
    totals = ", ".join(
        in_currency(Decimal(total) / facts.TEN_THOUSANDTHS, currency)
        for currency, total in found.totals.items()
    )
    name = ngettext(
        "On Dask, in %(count)s process",
        "On Dask, in %(count)s processes",
        found.workers,
    )
    return (
        [
            Figure(
                _("Exported lines, with those of the past"), number_format(found.lines, force_grouping=True)
            ),
            Figure(_("Their sum, on Dask"), totals),
        ],
        _row(name % {"count": found.workers}, Way(found.seconds, found.peak_bytes)),
    )


def _no_dask() -> tuple[str, ...]:
    if not engine.is_installed():
        return _("On Dask: not installed here (pip install -r requirements-analytics.txt)"), "", ""
    if not trial_of_dask.has_data():
        return _("On Dask: nothing is exported yet (manage.py refresh_analytics)"), "", ""
    return _("On Dask: no answer within 25 seconds"), "", ""


def _row(name: str, way: Way) -> tuple[str, ...]:
    return name, f"{way.seconds:.3f}", f"{way.peak_bytes / MEGABYTE:.2f}"
