"""The ways in which computing on orders can fail, in words for whoever started it."""

from django.utils.translation import gettext as _

from dbProject.errors import ErrorCategory, Severity, ShopError


class NotInstalled(ShopError):
    """The packages of ``requirements-analytics.txt`` are not here."""

    code = "analytics_not_installed"
    status = 503
    category = ErrorCategory.CONFIGURATION

    def __init__(self) -> None:
        super().__init__(
            _(
                "Computing on orders needs more packages. To install them:"
                " pip install --require-hashes -r requirements-analytics.txt"
            )
        )


class ClusterAway(ShopError):
    """The cluster does not answer, has no workers, or went away while it computed."""

    code = "analytics_cluster_away"
    status = 503
    severity = Severity.HIGH
    category = ErrorCategory.NETWORK

    def __init__(self, address: str, what: str) -> None:
        text = _(
            "The Dask cluster at %(address)s %(what)s. What was computed before is still there; try again."
        )
        super().__init__(text % {"address": address, "what": what}, address=address)


class ClusterDiffers(ShopError):
    """The cluster runs other versions than the shop, and would misunderstand it."""

    code = "analytics_cluster_differs"
    status = 503
    severity = Severity.HIGH
    category = ErrorCategory.CONFIGURATION

    def __init__(self, address: str, differences: list[str]) -> None:
        text = _("The Dask cluster at %(address)s runs other versions than the shop: %(differences)s.")
        facts = {"address": address, "differences": "; ".join(differences)}
        super().__init__(text % facts, **facts)


class WorkerDied(ShopError):
    """The same piece of work has killed several workers; most likely they had too little memory."""

    code = "analytics_worker_died"
    status = 503
    severity = Severity.HIGH
    category = ErrorCategory.SYSTEM

    def __init__(self, memory: str) -> None:
        text = _(
            "Several workers ended over the same piece of work, most likely for want of memory. Give each"
            " more than %(memory)s (ANALYTICS_WORKER_MEMORY) and start again; what was computed before"
            " is still there."
        )
        super().__init__(text % {"memory": memory}, memory=memory)


class DataDamaged(ShopError):
    """A file of exported orders is broken or gone. The next export writes that day anew."""

    code = "analytics_data_damaged"
    status = 503
    severity = Severity.HIGH
    category = ErrorCategory.SYSTEM

    def __init__(self, file: str) -> None:
        text = _(
            "The exported file %(file)s is damaged or gone. The next export writes its day anew; what was"
            " computed before is still there."
        )
        super().__init__(text % {"file": file}, file=file)


class DiskFull(ShopError):
    """There is no room for what is exported or computed."""

    code = "analytics_disk_full"
    status = 507
    severity = Severity.HIGH
    category = ErrorCategory.SYSTEM

    def __init__(self, folder: str) -> None:
        text = _(
            "The disk of %(folder)s is full. Make room there and start again; what was computed before"
            " is still there."
        )
        super().__init__(text % {"folder": folder}, folder=folder)


class NothingExported(ShopError):
    """No orders have been exported yet, or none at all were placed."""

    code = "analytics_nothing_exported"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("No orders are exported yet. First: python manage.py export_orders"))
