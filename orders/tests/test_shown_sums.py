"""What customers read adds up: the rows of cart, checkout, order page and mail lead to the total."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.core import mail

from dbProject.outbox.models import OutboxEvent
from orders.models import Cart, Order
from orders.selectors import carts, shown_sums, totals
from orders.services import coupons, notifications, status, timeline
from orders.tests.background import work_off
from orders.tests.factories import CouponFactory, MethodFactory, PromotionFactory
from orders.tests.pages import TYPED, add, buy, hidden, text
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
PLACES = {
    "DE": ("10119", ""),
    "CH": ("8001", ""),
    "AT": ("1010", "ATU13585627"),
}
"""At home, an export, and reverse charge: a postal code and a VAT number there."""
AMOUNT = re.compile("(\N{MINUS SIGN}?)" r"€?([\d,]+\.\d\d)")


def amount(shown):
    """Return the amount at the end of what is shown, or nothing for what is free."""
    found = AMOUNT.findall(shown)
    if not found:
        assert "free" in shown
        return Decimal()
    sign, digits = found[-1]
    return Decimal(digits.replace(",", "")) * (-1 if sign else 1)


def words(html):
    return unescape(re.sub(r"<[^>]+>", " ", html))


def rows(page):
    """Return the amounts of the rows above the total of a page's summary, and the total."""
    (sums, *_) = re.findall(r'<dl class="sums">.*?</dl>', page, re.DOTALL)
    found = [amount(words(row)) for row in re.findall(r"<dd>.*?</dd>", sums, re.DOTALL)]
    return found[:-1], found[-1]


def lines(page, element, name):
    """Return the amounts of the lines above a summary."""
    found = re.findall(rf'<{element} class="{name}">.*?</{element}>', page, re.DOTALL)
    return [amount(words(line)) for line in found]


def in_mail(message):
    """Return the amounts above the total in both forms of a mail, each with the total."""
    html = [
        amount(words(cell))
        for cell in re.findall(r'<td class="amount">.*?</td>', message.alternatives[0][0], re.DOTALL)
    ]
    listed = re.search(r"\n\n(\d+ \S [^\n]*\n.*?\nTotal  [^\n]+)\n", f"{message.body}\n", re.DOTALL)[
        1
    ].splitlines()
    plain = [amount(line.rpartition("  ")[2]) for line in listed]
    return (html[:-1], html[-1]), (plain[:-1], plain[-1])


def filled(client, kind, value):
    """Fill a cart with goods at two rates, and put a coupon on it."""
    MethodFactory(zone__countries=[*PLACES])
    add(client, ProductFactory(price=Decimal("33.33")), 3)
    add(client, ProductFactory(price=Decimal("9.99"), tax_class="reduced"))
    coupon = CouponFactory(promotion=PromotionFactory(kind=kind, value=value))
    coupons.put_in_cart(Cart.objects.get(), code=coupon.code)


EVERY_KIND = pytest.mark.parametrize(
    ("kind", "value"),
    [("percent", "7"), ("amount", "5"), ("amount", "500"), ("free_shipping", "0")],
)
EVERY_BASIS = pytest.mark.parametrize("includes_tax", [True, False])
EVERY_PLACE = pytest.mark.parametrize("country", PLACES)


@EVERY_PLACE
@EVERY_BASIS
@EVERY_KIND
def test_what_is_shown_adds_up_wherever_it_is_shown(client, settings, kind, value, includes_tax, country):
    settings.PRICES_INCLUDE_TAX = includes_tax
    zip_code, vat_number = PLACES[country]
    filled(client, kind, value)
    typed = TYPED | {"country": country, "zip_code": zip_code, "vat_number": vat_number}

    cart = text(client.get("/cart/"))
    first = client.get("/checkout/")
    seen = {name: hidden(first, name) for name in ("idempotency_key", "total_seen")}
    bought = client.post("/checkout/", typed | seen)
    if bought.status_code == 409:  # it goes somewhere else than the page thought, so what it costs is new
        seen = {name: hidden(bought, name) for name in seen}
        checkout, bought = text(bought), client.post("/checkout/", typed | seen)
    else:
        checkout = text(first)
    assert bought.status_code == 303
    order = Order.objects.get()
    page = text(client.get(f"/orders/{order.order_number}/?{bought['Location'].partition('?')[2]}"))
    event = OutboxEvent.objects.get(payload={"order_id": order.pk})
    notifications.send_order_received(order_id=order.pk, event_id=str(event.pk))

    for shown in (cart, checkout, page):
        above, total = rows(shown)
        assert sum(above) == total
    assert rows(checkout) == rows(page)
    assert rows(page)[1] == order.total_amount
    assert sum(lines(cart, "p", "line-total")) == rows(cart)[0][0]
    assert sum(lines(page, "p", "line-total")) == rows(page)[0][0]
    listed = re.search(r'<ul class="mini-lines">.*?</ul>', checkout, re.DOTALL)[0]
    assert (
        sum(amount(words(one)) for one in re.findall(r"<li>.*?</li>", listed, re.DOTALL))
        == (rows(checkout)[0][0])
    )
    tag = amount(words(re.search(r'<span class="option-price">.*?</span>', checkout, re.DOTALL)[0]))
    assert tag == rows(checkout)[0][2]
    status.move(order, to="confirmed", actor=timeline.SHOP)
    work_off("render_document", "send_order_step_email")
    received, confirmed = mail.outbox
    for above, total in (*in_mail(received), *in_mail(confirmed)):
        assert sum(above) == total == order.total_amount


def test_free_delivery_is_shown_with_what_it_would_cost(client):
    filled(client, "free_shipping", "0")

    above, total = rows(text(client.get("/cart/")))

    assert above == [Decimal("109.98"), Decimal("-4.90"), Decimal("4.90")]
    assert total == Decimal("109.98")


def test_tax_has_a_row_of_its_own_only_where_prices_are_without_it(client, settings):
    filled(client, "percent", "7")
    assert "VAT included" in text(client.get("/cart/"))

    settings.PRICES_INCLUDE_TAX = False
    page = text(client.get("/cart/"))

    assert "<dt>VAT</dt>" in page
    assert "VAT included" not in page


@EVERY_PLACE
@EVERY_BASIS
@EVERY_KIND
def test_a_cart_and_its_order_have_the_same_rows(client, settings, kind, value, includes_tax, country):
    settings.PRICES_INCLUDE_TAX = includes_tax
    zip_code, vat_number = PLACES[country]
    filled(client, kind, value)
    cart = Cart.objects.get()
    quote = carts.page(cart, destination=totals.Destination(country, zip_code, vat_number)).quote
    typed = TYPED | {"country": country, "zip_code": zip_code, "vat_number": vat_number}
    page = client.get("/checkout/")
    seen = {"idempotency_key": hidden(page, "idempotency_key"), "total_seen": quote.totals.total_amount}

    assert client.post("/checkout/", typed | seen).status_code == 303

    assert shown_sums.of_order(Order.objects.get()) == quote.sums


def test_names_stand_in_the_plain_mail_as_they_were_written(client):
    MethodFactory(name="Bike & rail")
    add(client, ProductFactory())
    coupon = CouponFactory(promotion=PromotionFactory(name="Cups & <more>"))
    coupons.put_in_cart(Cart.objects.get(), code=coupon.code)
    assert buy(client).status_code == 303
    event = OutboxEvent.objects.get(payload={"order_id": Order.objects.get().pk})
    notifications.send_order_received(order_id=Order.objects.get().pk, event_id=str(event.pk))

    (message,) = mail.outbox
    assert "Cups & <more>" in message.body
    assert "Bike & rail" in message.body
    assert "Cups &amp; &lt;more&gt;" in message.alternatives[0][0]
