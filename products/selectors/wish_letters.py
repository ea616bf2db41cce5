"""What mails about wishlists are made of, as things are when they are sent."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from products.models import Product, WishlistItem
from products.selectors import prices
from users.models import MailConsent, User
from users.selectors import consents

Kind = MailConsent.Kind


class Wish(NamedTuple):
    """A thing on somebody's list; ``before`` is what it cost when they were last told, if that is said."""

    product: Product
    before: Decimal | None = None
    lowest_before: Decimal | None = None


class Letter(NamedTuple):
    """To whom, in which language, and about what."""

    kind: MailConsent.Kind
    email: str
    language: str
    wishes: list[Wish]

    @property
    def template(self) -> str:
        return f"products/mail/{self.kind}"

    @property
    def subject(self) -> str:
        """Say what it is about, in the language that is active."""
        count = len(self.wishes)
        if self.kind == Kind.PRICE_DROP:
            one, many = _("Costs less now: %(name)s"), _("%(count)d things on your list cost less now")
        else:
            one, many = _("Back in stock: %(name)s"), _("%(count)d things on your list are back in stock")
        text = one if count == 1 else many
        return text % {"name": self.wishes[0].product.name, "count": count}


def price_drop(user_id: int, before: Mapping[int, Decimal]) -> Letter | None:
    """Return the letter about what still costs less than ``before`` (product -> price); None if nothing does.

    Four queries, and one for each thing on sale. Who has said no meanwhile gets none.
    """
    wishes = [
        Wish(product, before[product.pk], prices.lowest_before_sale(product))
        for product in _still_wanted(user_id, before)
        if product.price_low < before[product.pk]
    ]
    return _letter(user_id, Kind.PRICE_DROP, wishes)


def back_in_stock(user_id: int, product_ids: Collection[int]) -> Letter | None:
    """Return the letter about what can still be had of these; None if nothing can. Four queries."""
    wishes = [Wish(product) for product in _still_wanted(user_id, product_ids) if product.is_in_stock]
    return _letter(user_id, Kind.BACK_IN_STOCK, wishes)


def _still_wanted(user_id: int, product_ids: Collection[int]) -> list[Product]:
    """Return what is for sale and still on a list of theirs, the newest wish first."""
    own = WishlistItem.objects.filter(wishlist__user=user_id, product__in=product_ids).order_by("-pk")
    order = {pk: place for place, pk in enumerate(own.values_list("product", flat=True))}
    products = Product.objects.active().filter(pk__in=order).with_family_cover()
    found = [one for one in products if one.parent is None or one.parent.is_for_sale]
    return sorted(found, key=lambda one: order[one.pk])


def _letter(user_id: int, kind: MailConsent.Kind, wishes: list[Wish]) -> Letter | None:
    user: User | None = consents.recipients(kind).filter(pk=user_id).first() if wishes else None
    return Letter(kind, user.email, consents.language_of(user, kind=kind), wishes) if user else None
