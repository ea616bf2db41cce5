"""Measured answers that need none of the apps; those that do are in ``orders.views.measured``."""

from datetime import date

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dbProject.architecture import computing, dependencies, drawing, figures, imports, serving
from dbProject.architecture.figures import Figure, Measured


def computing_figures() -> list[Figure]:
    """Do the same work in turn, in threads and in processes."""
    found = computing.compare()
    return [
        figures.seconds(_("Four tasks that compute, one after another"), found.in_turn),
        figures.seconds(_("In two threads"), found.in_threads),
        figures.seconds(_("In two processes"), found.in_processes),
        Figure(_("Cores of this machine"), str(found.cores)),
    ]


def monolith() -> Measured:
    """Read the code, and count who imports whom."""
    found, taken = figures.timed(imports.read)
    rows = [
        (source, str(found.modules.get(source, 0)), *(_imports(found, source, to) for to in imports.LAYERS))
        for source in imports.LAYERS
    ]
    return Measured(
        [
            Figure(_("Modules"), str(sum(found.modules.values()))),
            Figure(_("Imports between layers"), str(sum(found.imports.values()))),
            Figure(_("Of them against the direction"), str(found.upward)),
            figures.seconds(_("Reading the code"), taken),
        ],
        _("A layer imports only what stands below it, so each can be tested, and split off, from below."),
        (_("Layer"), _("Modules"), *(_("imports %(layer)s") % {"layer": layer} for layer in imports.LAYERS)),
        tuple(rows),
        drawing.draw(found),
    )


def locked() -> Measured:
    """Compare what runs with the lock, and ask what is known against it."""
    lock = dependencies.lock()
    holes = dependencies.known_holes()
    if not dependencies.has_auditor():
        conclusion = _(
            "Production carries no auditor. Where the code is, ./shop check asks what is known against these "
            "versions; so does CI with every change."
        )
    elif holes is None:
        conclusion = _("The database of vulnerabilities cannot be asked from here; ./shop check asks it.")
    else:
        conclusion = ngettext(
            "%(count)d known vulnerability in what is locked.",
            "%(count)d known vulnerabilities in what is locked.",
            holes,
        ) % {"count": holes}
    return Measured(
        [
            Figure(_("Locked packages"), str(len(lock.versions))),
            Figure(_("Hashes that an installation verifies"), str(lock.hashes)),
            Figure(_("Installed in another version"), str(len(lock.others))),
            _age(lock.as_of),
        ],
        conclusion,
        (_("Package"), _("Runs in version")) if lock.others else (),
        tuple(sorted(lock.others.items())),
    )


def _age(as_of: date | None) -> Figure:
    label = _("Age of the lock")
    if as_of is None:
        return Figure(label, _("unknown"))
    return Figure(label, str((timezone.localdate() - as_of).days), _("days"))


def scalability() -> Measured:
    """Ask this process as fast as it answers, read each level of the cache, and go through the queue."""
    threads, loop = serving.by_threads(), serving.by_event_loop()
    levels = serving.levels()
    round_trip = serving.through_the_queue()
    return Measured(
        [
            Figure(_("Answered by four threads"), _count(threads), _("requests/s")),
            Figure(_("Answered by an event loop"), _count(loop), _("requests/s")),
            Figure(_("A read from this process's memory"), f"{levels.memory:.1f}", "µs"),
            Figure(_("From the cache that all share"), f"{levels.cache:.1f}", "µs"),
            Figure(_("From the database"), f"{levels.database:.1f}", "µs"),
            Figure(
                _("To a worker and back"),
                _("no worker") if round_trip is None else f"{1000 * round_trip:.0f}",
                "" if round_trip is None else "ms",
            ),
        ],
        _("Pages are answered by threads, for a page that computes gains nothing from an event loop."),
    )


def _imports(found: imports.Map, source: str, target: str) -> str:
    return "" if source == target else str(found.imports.get((source, target), 0))


def _count(number: float) -> str:
    return number_format(round(number), use_l10n=True, force_grouping=True)
