"""Staff at work on orders, in a real browser: parcels in parts, a note, a cancellation."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from orders.selectors import orders
from orders.tests.background import settle_payments
from orders.tests.bank import at_the_bank
from products.models import Product
from tests.browser.desk import open_tab, press, send

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.slow]


def states(tab):
    """Return what the head of the page says of goods and of payment."""
    return tab.locator(".shop-states").inner_text().split()


def steps(tab):
    return tab.locator(".shop-timeline strong").all_inner_texts()


def test_staff_ship_in_parts_no_more_than_there_is_and_leave_a_note(browser, live_server, order, desk):
    assert states(desk) == ["Goods", "Confirmed", "Payment", "Paid"]

    press(desk, "Pack a parcel")
    lamp, bowl = desk.get_by_label("Attic lamp"), desk.get_by_label("Harbor bowl")
    assert lamp.get_attribute("max") == bowl.get_attribute("max") == "1"
    lamp.fill("2")
    assert not lamp.evaluate("field => field.checkValidity()")
    lamp.fill("0")
    desk.get_by_label("Carrier").fill("UPS")
    desk.get_by_label("Tracking number").fill("1Z999")
    send(desk, "Ship")
    assert states(desk) == ["Goods", "Being", "packed", "Payment", "Paid"]
    assert steps(desk)[-1] == "Part of it is on its way"
    expect(desk.get_by_role("link", name="Cancel the order")).to_have_count(0)

    phone = open_tab(browser, live_server, width=390, height=844, scripts=False)
    phone.goto(orders.signed_path(order))
    expect(phone.get_by_text("Still being packed")).to_be_visible()
    link = phone.get_by_role("link", name="Follow the parcel")
    assert link.get_attribute("href") == "https://www.ups.com/track?tracknum=1Z999"

    desk.get_by_label("Note for colleagues").fill("The lamp comes on Monday.")
    send(desk, "Add the note")
    expect(desk.locator(".shop-timeline li").last).to_contain_text("The lamp comes on Monday.")
    expect(desk.locator(".shop-timeline li").last).to_contain_text("Staff, Robin Marlow")
    press(desk, "Pack a parcel")
    expect(desk.get_by_label("Harbor bowl")).to_have_count(0)
    send(desk, "Ship")
    for _ in range(2):
        send(desk, "It has arrived")

    assert states(desk) == ["Goods", "Delivered", "Payment", "Paid"]
    assert steps(desk)[-4:] == ["Note", "On its way", "Part of it is delivered", "Delivered"]
    phone.reload()
    expect(phone.get_by_text("The lamp comes on Monday.")).to_have_count(0)
    assert desk.complaints == []
    phone.context.close()


def test_staff_cancel_an_order_and_its_money_goes_back(order, desk):
    press(desk, "Cancel the order")
    expect(desk.get_by_text("52.90\xa0€ goes back to the customer.")).to_be_visible()
    desk.get_by_label("Reason").fill("The lamp is broken.")
    send(desk, "Cancel the order")

    assert states(desk)[:2] == ["Goods", "Cancelled"]
    expect(desk.get_by_text("52.90\xa0€ under way")).to_be_visible()
    settle_payments()
    desk.reload()
    expect(desk.get_by_text("under way")).to_have_count(0)
    assert steps(desk)[-3:] == ["Money goes back", "Cancelled", "Money has gone back"]
    assert at_the_bank(order.payments.get()) == (Decimal("52.90"), Decimal("52.90"))
    assert {product.stock_quantity for product in Product.objects.all()} == {20}
    assert desk.complaints == []
