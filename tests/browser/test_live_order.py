"""An open page of an order, where no stream tells it of the next step."""

import re

import pytest
from playwright.sync_api import expect

from orders.selectors import orders
from orders.tests import bank
from orders.tests.factories import MethodFactory, OrderFactory
from tests.browser.desk import open_tab

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.slow]

STREAM = re.compile(r"/orders/[^/]+/events/")
ASKS_AFTER = 15_000
"""Milliseconds."""


@pytest.fixture
def unpaid(filled_shop):
    MethodFactory()
    return OrderFactory(user=None)


def shows(tab, status):
    expect(tab.locator("#order-state .state")).to_have_class(re.compile(rf"\bstate-{status}\b"))


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(None, id="not served here"),  # 204, as by an instance that serves pages
        pytest.param(lambda route: route.fulfill(status=503), id="away"),
        pytest.param(lambda route: route.abort("connectionrefused"), id="refused"),
    ],
)
def test_without_a_stream_the_page_asks_and_shows_the_next_step(browser, live_server, unpaid, stream):
    tab = open_tab(browser, live_server, width=390, height=844)
    if stream:
        tab.route(STREAM, stream)
    asked = []
    tab.on("request", lambda request: asked.append(request.url) if "/state/" in request.url else None)
    tab.clock.install()
    with tab.expect_request(STREAM):
        tab.goto(orders.signed_path(unpaid))
    shows(tab, "pending")
    tab.evaluate("window.isTheSame = true")
    expect(tab.locator("#live")).to_have_attribute("data-version", re.compile("^pending-"))
    tab.wait_for_timeout(500)  # of the faked clock; the browser hears that there is no stream
    assert asked == []

    with tab.expect_response(re.compile("/state/")):  # nothing new: nothing changes
        tab.clock.fast_forward(ASKS_AFTER)
    shows(tab, "pending")
    bank.paid(unpaid)
    with tab.expect_response(re.compile("/state/")):
        tab.clock.fast_forward(ASKS_AFTER)

    shows(tab, "confirmed")
    assert tab.evaluate("window.isTheSame")
    tab.context.close()


def test_without_scripts_a_reload_shows_the_next_step(browser, live_server, unpaid):
    tab = open_tab(browser, live_server, width=390, height=844, scripts=False)
    tab.goto(orders.signed_path(unpaid))
    shows(tab, "pending")
    bank.paid(unpaid)
    tab.reload()

    shows(tab, "confirmed")
    tab.context.close()
