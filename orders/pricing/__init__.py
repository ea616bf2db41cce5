"""What a cart comes to: prices, offers, tax and delivery. Pure functions on plain values.

``price()`` is the only computation of totals in the shop; cart, checkout, order and API show its result.
"""

from orders.pricing.inputs import Delivery, Line, Offer, OfferKind, TaxTerms
from orders.pricing.totals import DiscountLine, PricedLine, Totals, Unused, price

__all__ = [
    "Delivery",
    "DiscountLine",
    "Line",
    "Offer",
    "OfferKind",
    "PricedLine",
    "TaxTerms",
    "Totals",
    "Unused",
    "price",
]
