"""Reminding customers who want it of what they left in a cart: once for each, never of what they bought."""

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from dbProject import mail
from dbProject.outbox import services as outbox
from orders.models import Cart, CartItem, Order
from orders.selectors import cart_letters
from orders.selectors.cart_letters import KIND
from products.models import Product
from users.selectors.consents import recipients
from users.services.consents import unsubscribe_url

AT_ONCE = 200
"""Carts in one transaction."""


@transaction.atomic
def remind_due() -> int:
    """Have the owners of carts that were left ``CART_REMINDER_AFTER`` ago reminded; return how many.

    Four queries however many there are. It is noted with the mail, so it happens once; two at once share the
    work. A cart is another one when nothing of what was told is in it any more. Repeatable.
    """
    now = timezone.now()
    lines = CartItem.objects.filter(cart=OuterRef("pk"))
    told = lines.filter(created_at__lte=OuterRef("reminded_at"))
    sellable = Product.objects.active().in_stock()
    sellable = sellable.filter(Q(parent=None) | Q(parent__is_active=True, parent__deleted_at=None))
    ordered = Order.objects.filter(user=OuterRef("user"), created_at__gte=OuterRef("updated_at"))
    due = Cart.objects.filter(
        Exists(lines.filter(product__in=sellable)),
        ~Exists(told),
        ~Exists(ordered),
        user__in=recipients(KIND),
        updated_at__range=(now - settings.CART_REMINDER_UNTIL, now - settings.CART_REMINDER_AFTER),
    )
    rows = due.order_by("updated_at", "pk").select_for_update(of=("self",), skip_locked=True)
    locked = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    # Whoever was faster may have told of these before the lock, and of a row that has changed meanwhile
    # Postgres looks at its own columns again, not at its lines: hence the question once more.
    pks = list(due.filter(pk__in=locked).order_by("updated_at", "pk").values_list("pk", flat=True))
    Cart.objects.filter(pk__in=pks).update(reminded_at=now)
    return outbox.record_each("orders.tasks.send_cart_reminder_email", [{"cart_id": pk} for pk in pks])


def send(*, cart_id: int, event_id: str) -> None:
    """Mail somebody what lies in their cart, as the outbox asks. Repeatable.

    Raises:
        OSError: The mail server is away or refused; the outbox hands the event out again.
    """
    letter = cart_letters.reminder(cart_id)
    if letter is None:
        outbox.finish(event_id)
        return
    with translation.override(letter.language):
        mail.send_once(
            event_id,
            to=[letter.email],
            subject=_("Your cart at %(store)s") % {"store": settings.STORE_NAME},
            template="orders/mail/cart_reminder",
            context={"lines": letter.lines, "beside": letter.beside},
            unsubscribe_url=unsubscribe_url(letter.user_id, kind=KIND),
        )
