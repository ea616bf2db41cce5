"""Lines, offers and terms for tests of prices, with the plainest defaults."""

from decimal import Decimal

from orders.pricing import Delivery, Line, Offer, OfferKind, TaxTerms

GERMAN = {
    "standard": Decimal("0.19"),
    "reduced": Decimal("0.07"),
    "super_reduced": Decimal("0.07"),
    "zero": Decimal(0),
}
GROSS = TaxTerms(includes_tax=True, rates=GERMAN, home_rates=GERMAN, is_exempt=False)
NET = TaxTerms(includes_tax=False, rates=GERMAN, home_rates=GERMAN, is_exempt=False)
EXPORT = TaxTerms(includes_tax=True, rates=GERMAN, home_rates=GERMAN, is_exempt=True, note="Export")
PARCEL = Delivery(name="Parcel", price=Decimal("4.90"))


def line(key, unit_price, quantity=1, *, tax_class="standard", categories=()):
    return Line(
        key=key,
        name=f"Product {key}",
        quantity=quantity,
        unit_price=Decimal(unit_price),
        tax_class=tax_class,
        categories=frozenset(categories),
    )


def offer(kind, value="0", **fields):
    plain = {
        "id": 1,
        "name": f"Offer {fields.get('id', 1)}",
        "priority": 0,
        "is_exclusive": False,
        "code": None,
        "minimum": Decimal(),
        "categories": frozenset(),
        "buy": 0,
        "get": 0,
        "tiers": (),
    }
    return Offer(kind=OfferKind(kind), value=Decimal(value), **(plain | fields))
