"""Offers explained to people, with their arithmetic: the only module here that knows a language."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.pricing.inputs import OfferKind
from orders.pricing.promotions import Refusal, Step

TIMES = "\N{MULTIPLICATION SIGN}"


def of_step(step: Step) -> str:
    """Return the arithmetic of what an offer takes off."""
    offer, base, amount = step.offer, _money(step.base), _money(step.amount)
    match offer.kind:
        case OfferKind.PERCENT:
            return _("%(percent)s %% of %(base)s") % {"percent": _number(step.percent), "base": base}
        case OfferKind.TIERS:
            facts = {"percent": _number(step.percent), "base": base, "tier": _money(step.tier)}
            return _("%(percent)s %% of %(base)s, from %(tier)s on") % facts
        case OfferKind.AMOUNT:
            if step.amount == offer.value:
                return _("%(amount)s off %(base)s") % {"amount": amount, "base": base}
            return _("%(amount)s of %(value)s, more is not left") % {
                "amount": amount,
                "value": _money(offer.value),
            }
        case OfferKind.FREE_SHIPPING:
            return _("free delivery instead of %(amount)s") % {"amount": amount}
        case OfferKind.BUY_X_GET_Y:
            free = " + ".join(f"{count} {TIMES} {_money(price)}" for count, price in step.free_units)
            facts = {"units": str(offer.buy + offer.get), "paid": str(offer.buy), "free": free}
            text = _("%(units)s for %(paid)s: %(free)s") % facts
            if step.amount == sum(count * price for count, price in step.free_units):
                return text
            return _("%(text)s, of which %(amount)s was left") % {"text": text, "amount": amount}


def of_refusal(refusal: Refusal) -> str:
    """Return why an offer takes nothing off, and what would change that."""
    match refusal.code:
        case "minimum":
            return _("Spend %(amount)s more.") % {"amount": _money(refusal.missing)}
        case "quantity":
            count = int(refusal.missing)
            return ngettext("Add %(count)d more.", "Add %(count)d more.", count) % {"count": count}
        case "no_goods":
            return _("It is for other products than those in your cart.")
        case "no_delivery":
            return _("It counts once a delivery is chosen.")
        case "other_offers":
            names = ", ".join(refusal.others)
            return _("Cannot be combined with %(names)s, and that saves at least as much.") % {"names": names}
        case "too_many":
            return _("No more coupons can be used for one order.")
        case _:
            return _("It would make nothing cheaper.")


def _money(amount: Decimal) -> str:
    return number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)


def _number(percent: Decimal) -> str:
    """Return ``percent`` without zeros that say nothing: 10, 7.5."""
    return number_format(f"{percent.normalize():f}", use_l10n=True)
