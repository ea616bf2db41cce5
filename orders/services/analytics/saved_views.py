"""Views of reports that staff keep under a name, and the mail that brings one every Monday."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from dbProject import mail
from dbProject.outbox import services as outbox
from orders.errors import ViewRefused
from orders.models import SavedView
from orders.selectors.reports import letters
from users.models import User

SALT = "orders.saved_view"
MOST = 50
"""Views that one person keeps."""
AT_ONCE = 500


@transaction.atomic
def save(user: User, *, name: str, report: str, query: str, by_mail: bool) -> SavedView:
    """Keep a view under a name; its first mail comes next Monday.

    Args:
        query: As it stands in the address, valid for this report.

    Raises:
        ViewRefused: The name is empty, or another view of theirs has it; or they have ``MOST``.
    """
    list(User.objects.filter(pk=user.pk).select_for_update(of=("self",)))  # one view of a name at a time
    name = " ".join(name.split())
    own = SavedView.objects.filter(user=user)
    if not name:
        raise ViewRefused(_("Give the view a name."))
    if own.filter(name=name).exists():
        raise ViewRefused(_("You have a view of this name already. Choose another one."))
    if own.count() >= MOST:
        raise ViewRefused(_("You have %(most)d views: remove one that you do not need.") % {"most": MOST})
    return SavedView.objects.create(
        user=user,
        name=name,
        report=report,
        query=query,
        by_mail=by_mail,
        mailed_on=monday(timezone.localdate()) if by_mail else None,
    )


def remove(user: User, pk: int) -> bool:
    """Remove a view of theirs; say whether there was one. Repeatable."""
    return bool(SavedView.objects.filter(user=user, pk=pk).delete()[0])


def set_by_mail(user: User, pk: int, *, by_mail: bool) -> bool:
    """Have a view of theirs mailed every Monday from the next on, or not; say whether there is one."""
    return _set(SavedView.objects.filter(user=user, pk=pk), by_mail=by_mail)


def stop(token: str) -> SavedView | None:
    """End the mails of the view that a link is about; return it, none if it is gone. Repeatable.

    Raises:
        BadSignature: It is no link of ours.
    """
    view = of_token(token)
    if view is not None:
        _set(SavedView.objects.filter(pk=view.pk), by_mail=False)
    return view


def of_token(token: str) -> SavedView | None:
    """Return the view that a link is about, none if it is gone.

    Raises:
        BadSignature: It is no link of ours.
    """
    return SavedView.objects.filter(pk=signing.loads(token, salt=SALT)).first()


def _set(views: Any, *, by_mail: bool) -> bool:
    this = monday(timezone.localdate()) if by_mail else None
    return bool(views.update(by_mail=by_mail, mailed_on=this, updated_at=timezone.now()))


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


@transaction.atomic
def mail_due() -> int:
    """Have the views mailed that are due this week; return how many. Repeatable: each goes once a week.

    It is noted with the mail; two at once share the work. A Monday on which nobody asked is made up for.
    """
    this = monday(timezone.localdate())
    due = SavedView.objects.filter(Q(mailed_on=None) | Q(mailed_on__lt=this), by_mail=True)
    rows = due.order_by("pk").select_for_update(of=("self",), skip_locked=True)
    pks = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    SavedView.objects.filter(pk__in=pks).update(mailed_on=this)
    return outbox.record_each("orders.tasks.send_saved_view_email", [{"view_id": pk} for pk in pks])


def send(*, view_id: int, event_id: str) -> None:
    """Mail a view to whoever keeps it, if they may still see it, as the outbox asks. Repeatable.

    Raises:
        OSError: The mail server is away or refused; the outbox hands the event out again.
    """
    view = SavedView.objects.select_related("user").filter(pk=view_id, by_mail=True).first()
    if view is None or not (view.user.is_staff and view.user.has_perm("orders.view_analytics")):
        outbox.finish(event_id)
        return
    with translation.override(settings.LANGUAGE_CODE):
        letter = letters.about(view, today=timezone.localdate())
        if letter is None:  # a report of that name is no more
            outbox.finish(event_id)
            return
        token = signing.dumps(view.pk, salt=SALT)
        mail.send_once(
            event_id,
            to=[view.user.email],
            subject=": ".join(filter(None, [view.name, letter.days])),
            template="orders/mail/saved_view",
            context={"letter": letter},
            unsubscribe_url=f"{settings.SITE_URL}{reverse('saved_view_stop', args=[token])}",
        )
