"""Who may read the figures."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

from dbProject import clients


def may_read(request: HttpRequest) -> bool:
    """Say whether a request comes from one of ``METRICS_ALLOWED_NETWORKS``.

    What came through a proxy that ``TRUSTED_PROXY_COUNT`` does not know has the proxy's address, which
    says nothing: it may not.
    """
    if "HTTP_X_FORWARDED_FOR" in request.META and not settings.TRUSTED_PROXY_COUNT:
        return False
    address = clients.address_of(request)
    if address is None:
        return False
    heard = ipaddress.ip_address(address)
    return any(heard in network for network in settings.METRICS_ALLOWED_NETWORKS)
