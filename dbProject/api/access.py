"""Who may: by session, by a customer's token, or by a system's key with its scopes."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from dbProject import origin
from dbProject.access.middleware import Bearer
from dbProject.access.models import ApiKey
from dbProject.errors import ErrorCategory, ShopError

ANY = "*"
"""In place of a scope: whatever the key is good for."""
SAFE = {"GET", "HEAD", "OPTIONS"}


class MissingScope(ShopError):
    """An API key that was made for something else."""

    code = "missing_scope"
    status = 403
    category = ErrorCategory.AUTHORIZATION

    def __init__(self, scope: str) -> None:
        super().__init__(_("This key was not made for that."), **({"scope": scope} if scope else {}))


class NotAllowed(ShopError):
    """Somebody who is known, and may not do this."""

    code = "not_allowed"
    status = 403
    category = ErrorCategory.AUTHORIZATION

    def __init__(self) -> None:
        super().__init__(_("You may not do this."))


class Rule(NamedTuple):
    """Who may use one method of an endpoint: which people, and keys of which ``scope`` (none: no key)."""

    who: str
    scope: str = ""
    rights: tuple[str, ...] = ()


def anyone(*, scope: str = "") -> Rule:
    return Rule("anyone", scope)


def customer(*, scope: str = "") -> Rule:
    """Whoever is logged in."""
    return Rule("customer", scope)


def staff(*rights: str, scope: str = "") -> Rule:
    """Staff with all of these rights."""
    return Rule("staff", scope, rights)


def role(*rights: str, scope: str = "") -> Rule:
    """Staff with a role that has all of these rights; staff without any role have none of them."""
    return Rule("role", scope, rights)


class TokenAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer …``, of a customer's token or a system's key; ``Token …`` means the same."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        bearer: Bearer | None = getattr(request._request, "bearer", None)
        if bearer is None:
            return None
        if bearer.holder is None:
            detail = _("This token is unknown, has ended, or was taken back.")
            raise exceptions.AuthenticationFailed(detail, code="invalid_token")
        return bearer.user, bearer.holder

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of the pages. Whoever is logged in sends its CSRF token with what changes something.

    Guests have no token to send: of them, what a browser sends from another site is refused.
    """

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        found: tuple[Any, Any] | None = super().authenticate(request)
        if found is None and request.method not in SAFE and not origin.is_own(request._request):
            if request.headers.get("Origin") in settings.CORS_ALLOWED_ORIGINS:
                return None
            raise exceptions.PermissionDenied(_("This comes from another site."), code="other_site")
        return found

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as refusal:
            raise exceptions.PermissionDenied(str(refusal.detail), code="csrf_failed") from refusal


class ByRule(BasePermission):
    """Ask the endpoint's ``rules`` for the method; what has no rule is nobody's."""

    def has_permission(self, request: Request, view: Any) -> bool:
        method = "GET" if request.method == "HEAD" else request.method
        rule: Rule | None = view.rules.get(method)
        if method == "OPTIONS":
            return True
        if rule is None:  # the view answers 405
            return True
        key = key_of(request)
        if key is not None:
            if rule.scope != ANY and (not rule.scope or rule.scope not in key.scopes):
                raise MissingScope(rule.scope)
            return True
        if rule.who == "anyone":
            return True
        if not request.user.is_authenticated:
            return False
        if rule.who == "staff" and not has_rights(request, rule.rights):
            raise NotAllowed
        if rule.who == "role" and not has_rights(request, rule.rights, by_role=True):
            raise NotAllowed
        return True


def key_of(request: Request) -> ApiKey | None:
    """Return the key that a system asks with."""
    return request.auth if isinstance(request.auth, ApiKey) else None


def account_of(request: Request) -> Any:
    """Return the account that asks; None for a guest and for a system."""
    is_person = request.user.is_authenticated and key_of(request) is None
    return request.user if is_person else None


def has_rights(request: Request, rights: Iterable[str], *, by_role: bool = False) -> bool:
    """Say whether somebody of the staff asks who has these rights; no query more than their rights cost.

    Staff without any role run the whole shop, but for what is given ``by_role`` alone. Who has a role has its
    rights and no others, as on the staff's own screens; and where staff need a second factor, without one
    nobody is staff.
    """
    user = account_of(request)
    if user is None or not user.is_staff:
        return False
    if settings.STAFF_NEED_SECOND_FACTOR:
        has_shown = import_string(settings.STAFF_SECOND_FACTOR)
        if not has_shown(request._request, user):
            return False
    if user.has_perms(list(rights)):
        return True
    return not (by_role or user.get_all_permissions() or user.groups.exists())
