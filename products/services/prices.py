"""Changes of many prices at once: worked out, shown, and then made exactly as shown."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from hashlib import sha256
from logging import getLogger
from typing import Literal, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dbProject import caching, money
from products.errors import PriceChanged, PriceRefused
from products.models import Product
from products.services import announcements, catalog, parents, price_history
from users.models import User

logger = getLogger(__name__)

MOST_AT_ONCE = 10_000
"""Products; so many are locked and written within a few seconds."""
HIGHEST = Decimal("99999999.99")  # what the column holds
ENDINGS = {"": None, "0": Decimal("0.00"), "9": Decimal("0.09")}
"""What the last digit becomes: as it falls, 0 (12.30) or 9 (12.39)."""
TENTH = Decimal("0.1")
NAMED = 5


@dataclass(frozen=True, kw_only=True)
class PriceRule:
    """How prices change.

    ``target`` price: the price goes up or down. ``sale_price``: the sale price is worked out from the
    price, so ``percent`` -20 starts a sale at 20 % off whatever the sale price was. ``no_sale``: the sale
    ends. ``amount`` is per unit, in the store's currency; both may be negative.
    """

    target: Literal["price", "sale_price", "no_sale"]
    percent: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    ending: Literal["", "0", "9"] = ""

    def of(self, price: Decimal) -> Decimal:
        """Return what ``price`` becomes, to the cent; never rounded to another side of zero."""
        changed = money.rounded(price * (100 + self.percent) / 100 + self.amount)
        last_digit = ENDINGS[self.ending]
        if last_digit is None or changed <= 0:
            return changed
        return changed.quantize(TENTH, rounding=ROUND_FLOOR) + last_digit


class PriceChange(NamedTuple):
    """What a rule makes of one product; with a ``refusal`` it stays as it is."""

    product: Product
    price: Decimal
    sale_price: Decimal | None
    refusal: str = ""

    @property
    def changes(self) -> bool:
        return (self.price, self.sale_price) != (self.product.price, self.product.sale_price)


class Preview(NamedTuple):
    """What a rule would do, and ``seen``: the prices that it was worked out from, as one text."""

    changes: list[PriceChange]
    seen: str

    @property
    def refused(self) -> list[PriceChange]:
        return [change for change in self.changes if change.refusal]


def preview(pks: Collection[int], rule: PriceRule) -> Preview:
    """Work out what ``rule`` makes of these products; a parent stands for its variants.

    Raises:
        PriceRefused: More than ``MOST_AT_ONCE`` products.
    """
    return _worked_out(pks, rule, is_locked=False)


@transaction.atomic
def change_prices(pks: Collection[int], rule: PriceRule, *, seen: str, actor: User | None = None) -> int:
    """Change these prices as the preview that answered ``seen`` has shown; all or nothing.

    Returns:
        How many products have another price now.

    Raises:
        PriceChanged: One of them has changed since the preview; nothing is overwritten.
        PriceRefused: One would have a price that no product can have.
    """
    found = _worked_out(pks, rule, is_locked=True)
    if found.seen != seen:
        raise PriceChanged(_("Some of these prices have changed since you looked. Look again, then confirm."))
    if found.refused:
        names = ", ".join(change.product.sku for change in found.refused[:NAMED])
        text = _("%(count)s products cannot have that price: %(names)s.")
        raise PriceRefused(text % {"count": len(found.refused), "names": names})
    now = timezone.now()
    rows = [change for change in found.changes if change.changes]
    for change in rows:
        product = change.product
        product.price, product.sale_price, product.updated_at = change.price, change.sale_price, now
        catalog.settle(product)
    columns = ["price", "sale_price", "price_low", "price_high", "updated_at"]
    Product.objects.bulk_create(  # an upsert of locked rows: five times as fast as bulk_update
        [change.product for change in rows],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=columns,
        batch_size=1000,
    )
    price_history.record([change.product for change in rows])
    parents.refresh({change.product.parent_id for change in rows if change.product.parent_id})
    announcements.updated(change.product for change in rows)
    caching.forget("catalog")
    logger.info("%s prices changed by %s: %s", len(rows), actor, rule)
    return len(rows)


def _worked_out(pks: Collection[int], rule: PriceRule, *, is_locked: bool) -> Preview:
    chosen = Product.objects.filter(pk__in=pks).buyable()
    rows = (chosen | Product.objects.filter(parent__in=pks)).order_by("pk")
    if is_locked:
        rows = rows.select_for_update(of=("self",))
    products = list(rows[: MOST_AT_ONCE + 1])
    if len(products) > MOST_AT_ONCE:
        text = _("Change at most %(limit)s prices at once.")
        raise PriceRefused(text % {"limit": MOST_AT_ONCE})
    before = ";".join(f"{p.pk} {p.price} {p.sale_price}" for p in products)
    changes = [_change(product, rule) for product in products]
    return Preview(changes, sha256(before.encode()).hexdigest())


def _change(product: Product, rule: PriceRule) -> PriceChange:
    price, sale_price = product.price, product.sale_price
    if rule.target == "no_sale":
        sale_price = None
    elif rule.target == "price":
        price = rule.of(product.price)
    else:
        sale_price = rule.of(product.price)
    return PriceChange(product, price, sale_price, _refusal(price, sale_price))


def _refusal(price: Decimal, sale_price: Decimal | None) -> str:
    if min(price, price if sale_price is None else sale_price) < 0:
        return _("A price cannot be negative.")
    if price > HIGHEST:
        return _("A price has at most eight digits before the point.")
    if sale_price is not None and sale_price >= price:
        return _("A sale price has to be below the price.")
    return ""
