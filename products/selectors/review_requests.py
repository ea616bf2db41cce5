"""What a mail that asks for reviews is made of."""

from collections.abc import Collection
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse

from products.models import Product
from users.models import MailConsent
from users.selectors import consents


class Asked(NamedTuple):
    """A product to say something about, and the whole address where."""

    name: str
    url: str


class Letter(NamedTuple):
    """To whom, and about what."""

    email: str
    products: list[Asked]


def letter(user_id: int, product_ids: Collection[int]) -> Letter | None:
    """Return the letter to somebody about what is still for sale of these; None if there is none to write.

    Who has said no meanwhile gets none.
    """
    user = consents.recipients(MailConsent.Kind.REVIEWS).filter(pk=user_id).first()
    products = Product.objects.active().filter(pk__in=product_ids).order_by("pk")
    asked = [
        Asked(one.name, settings.SITE_URL + reverse("review_create", args=[one.slug])) for one in products
    ]
    return Letter(user.email, asked) if user and asked else None
