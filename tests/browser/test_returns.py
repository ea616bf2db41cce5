"""One of two things comes back, in a real browser: asked for on a phone without scripts, seen to by staff."""

from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from playwright.sync_api import expect

from orders.models import Order
from orders.selectors import orders
from orders.tests.background import settle_payments, work_off
from orders.tests.bank import at_the_bank
from orders.tests.factories import ReturnFactory
from products.models import Product
from tests.browser.barriers import barriers_by_day_and_night
from tests.browser.desk import open_tab, press, send
from tests.browser.test_purchase import OVERFLOW

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.slow]


def test_one_of_two_things_is_returned_and_refunded(browser, live_server, order, desk):
    press(desk, "Pack a parcel")
    desk.get_by_label("Tracking number").fill("0034")
    send(desk, "Ship")
    expect(desk.get_by_text("Parcel 1 is on its way.")).to_be_visible()
    send(desk, "It has arrived")

    phone = open_tab(browser, live_server, width=390, height=844, scripts=False)
    phone.goto(orders.signed_path(order))
    press(phone, "Return something")
    phone.get_by_label("In your words").fill("It is chipped.")
    send(phone, "Ask to return it")
    expect(phone.get_by_role("alert")).to_contain_text("Choose at least one unit of something.")
    expect(phone.get_by_label("In your words")).to_have_value("It is chipped.")
    phone.get_by_label("Harbor bowl").select_option("Send it back")
    phone.get_by_label("Why?").select_option("It arrived damaged")
    send(phone, "Ask to return it")
    expect(phone.locator("#returns + .parcels")).to_contain_text("Requested")

    desk.reload()
    expect(desk.get_by_text("It is chipped.")).to_be_visible()
    press(desk, "Accept")
    send(desk, "Accept the return")
    press(desk, "Receive")
    expect(desk.get_by_label("Harbor bowl")).to_have_value("0")  # it is damaged
    send(desk, "Receive the return")
    press(desk, "Refund")
    expect(desk.get_by_label("For the goods")).to_have_value("38.00")
    desk.get_by_label("For the delivery").fill("4.90")
    send(desk, "Refund")
    expect(desk.get_by_text("42.90\xa0€ goes back to the customer.")).to_be_visible()

    settle_payments()
    phone.reload()
    expect(phone.locator(".sums")).to_contain_text("\N{MINUS SIGN}42.90")
    expect(phone.locator(".timeline")).to_contain_text("Money goes back 42.90\xa0€")
    expect(phone.locator(".timeline")).to_contain_text("Money has gone back 42.90\xa0€")
    assert at_the_bank(order.payments.get()) == (Decimal("52.90"), Decimal("42.90"))
    order.refresh_from_db()
    assert (order.status, order.amount_kept()) == (Order.Status.DELIVERED, Decimal("10.00"))
    work_off("send_order_confirmation_email", "send_order_step_email")
    papers = {letter.subject: [name[:3] for name, *_ in letter.attachments] for letter in mail.outbox}
    said = {subject.partition(order.order_number)[0].strip(): names for subject, names in papers.items()}
    assert said == {
        "Your order": [],
        "Paid: your order": ["INV"],
        "Your return for the order": [],
        "Money goes back for your order": ["CN-"],
    }
    assert {product.stock_quantity for product in Product.objects.all()} == {19}
    assert desk.complaints == []
    phone.context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_of_a_return_has_a_barrier_or_runs_off(browser, live_server, order, desk, width):
    press(desk, "Pack a parcel")
    send(desk, "Ship")
    tab = open_tab(browser, live_server, width=width, height=900)
    found = {}

    def look(step):
        wide = tab.evaluate(OVERFLOW)
        if problems := barriers_by_day_and_night(tab) + [f"{wide} px too wide"] * (wide > 0):
            found[step] = problems

    tab.goto(orders.signed_path(order))
    press(tab, "Return something")
    look("return")
    send(tab, "Ask to return it")
    look("return with errors")
    tab.get_by_label("Attic lamp").select_option("Send it back")
    send(tab, "Ask to return it")
    expect(tab.locator("#returns")).to_be_visible()
    look("order")
    tab.context.close()

    assert found == {}


@pytest.mark.parametrize("width", [390, 1280])
def test_no_staff_page_of_a_return_has_a_barrier_or_runs_off(order, desk, width):
    desk.set_viewport_size({"width": width, "height": 900})
    found = {}

    def look(step):
        wide = desk.evaluate(OVERFLOW)
        serious = [
            f"{one['id']}: {one['nodes'][0]['html'][:160]}"
            for one in Axe().run(desk).response["violations"]
            if one["impact"] in {"serious", "critical"}
        ]
        if problems := serious + [f"{wide} px too wide"] * (wide > 0):
            found[step] = problems

    desk.goto("/admin/")
    look("today")
    desk.go_back()
    press(desk, "Pack a parcel")
    look("ship")
    send(desk, "Ship")
    ReturnFactory(order=Order.objects.get())
    desk.reload()
    look("order")
    press(desk, "Accept")
    look("answer")
    send(desk, "Accept the return")
    press(desk, "Receive")
    look("receive")
    send(desk, "Receive the return")
    press(desk, "Refund")
    look("refund")

    assert found == {}
