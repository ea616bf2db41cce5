"""What errors know of a person: only whose account they happened to (see ``dbProject.personal_data``)."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from dbProject.incidents import services
from dbProject.incidents.models import ErrorOccurrence
from dbProject.personal_data import Section, section


def export_of(user: Any) -> Sequence[Section]:
    """Return which errors the owner has met."""
    labels = {"error_id": _("Error number"), "happened_at": _("Happened"), "route": _("Page")}
    return [section("errors", _("Errors"), ErrorOccurrence.objects.filter(user_pk=user.pk), labels)]


def settle(user: Any, email: str) -> None:
    """Nothing here needs the person."""


def erase(user: Any) -> None:
    """Let errors belong to nobody."""
    services.forget_user(user.pk)


def forget_address(email: str) -> int:
    """Nothing is known under an address: mail addresses are taken out before anything is written."""
    return 0
