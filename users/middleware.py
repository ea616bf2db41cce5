"""What is asked of a session at each request."""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dbProject import clients, security_log, sessions
from users.models import User

Next = Callable[[HttpRequest], HttpResponse]
ADDRESS = "address"
"""Where a session keeps from which network address it was used last."""
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class SessionAddressMiddleware:
    """Note in the security log when a session goes on from another network address.

    People do change address, on a train or with a phone, so nobody is thrown out; but a stolen session shows.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        known = sessions.loaded(request)  # where nobody has asked for it, neither do we
        if SESSION_KEY in known:
            address, before = clients.address_of(request), known.get(ADDRESS)
            if before and before != address:
                request.session[ADDRESS] = address
                security_log.note("session_moved", network_before=security_log.hashed("network", before))
        return response


STAFF_PAGES = {"architecture", "architecture_measure", "architecture_source"}
"""Those that are no screens of the admin."""


class StaffSecondFactorMiddleware:
    """Open the staff screens to who has shown a second factor, and lead who has none to setting it up."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        is_for_staff = match is not None and ("admin" in match.app_names or match.view_name in STAFF_PAGES)
        if not (is_for_staff and settings.STAFF_NEED_SECOND_FACTOR and request.user.is_authenticated):
            return None
        if not request.user.is_staff or has_shown_second_factor(request, request.user):
            return None
        messages.warning(request, _("Staff need a second factor: an app on your phone, or a passkey."))
        return HttpResponseRedirect(reverse("account_security"))


def has_shown_second_factor(request: HttpRequest, user: User) -> bool:
    """Say whether this session began with a second factor, or has set one up; mostly without a query."""
    if any(record.get("method") == "mfa" for record in get_authentication_records(request, user)):
        return True
    has_one: bool = is_mfa_enabled(user, SECOND_FACTORS)
    return has_one
