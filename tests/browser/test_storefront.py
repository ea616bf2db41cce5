"""What only a browser can tell of the storefront's pages."""

import pytest
from playwright.sync_api import expect

from tests.browser import quiet
from tests.browser.barriers import barriers, barriers_by_day_and_night

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.slow]

SIZES = {"phone": (320, 640), "desk": (1280, 900)}
SMALLEST_TARGET = 44  # pixels
TOO_SMALL = """
smallest => [...document.querySelectorAll('a[href], button, select, input:not([type=hidden]), summary')]
    .filter(element => element.checkVisibility({visibilityProperty: true}))
    .filter(element => !element.closest('p, td, .prose, .card'))
    .map(element => [(element.closest('label') ?? element).getBoundingClientRect(), element])
    .filter(([box]) => box.height < smallest && box.width > 1)
    .map(([box, element]) => `${element.outerHTML.slice(0, 80)}: ${Math.round(box.height)} px`)
"""

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
"""Pixels that a reader would have to scroll sideways for."""


@pytest.fixture(params=SIZES)
def size(request):
    return SIZES[request.param]


@pytest.fixture
def tab(browser, live_server, size, scripts):
    """A tab of that size; what it wrote to its console is in ``complaints``."""
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="light",
        java_script_enabled=scripts,
    )
    tab = context.new_page()
    tab.complaints = []
    tab.on("console", lambda message: tab.complaints.append(message.text))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    yield tab
    context.close()


@pytest.mark.parametrize("size", ["desk"], indirect=True)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no_scripts"])
def test_a_barrier_is_found_with_scripts_and_without(tab, scripts):
    tab.set_content('<html lang="en"><title>Bowl</title><main><h1>Bowl</h1><img src="data:,"></main></html>')

    assert barriers(tab, scripts) == ['image-alt: <img src="data:,">']


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no_scripts"])
def test_every_page_fits_is_quiet_and_has_no_barrier(filled_shop, customer, tab, scripts):
    found = {}

    for name, address in (filled_shop | customer.addresses).items():
        customer.come_in(tab.context, name)
        answer = quiet.go(tab, address)
        found[name] = [
            answer.status,
            barriers_by_day_and_night(tab, scripts),
            tab.evaluate(OVERFLOW) > 0,
            tab.evaluate(TOO_SMALL, SMALLEST_TARGET),
        ]

    assert found == {name: [200, [], False, []] for name in found}
    assert tab.complaints == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no_scripts"])
def test_the_menu_opens_leads_on_and_has_no_barrier(filled_shop, tab, scripts):
    tab.goto("/products/")
    panel = tab.get_by_role("navigation", name="Categories")
    assert not panel.is_visible()

    tab.locator("summary", has_text="Categories").click()

    expect(panel.get_by_role("link", name="Kitchen")).to_be_visible()
    expect(panel.locator("img")).to_be_visible()
    assert barriers_by_day_and_night(tab, scripts) == []
    assert tab.evaluate(OVERFLOW) == 0
    assert tab.evaluate(TOO_SMALL, SMALLEST_TARGET) == []
    panel.get_by_role("link", name="Kitchen").click()
    tab.wait_for_url(f"**{filled_shop['category']}")
    assert tab.complaints == []


def test_the_menu_closes_with_escape_beside_it_and_when_the_focus_goes_on(filled_shop, tab):
    tab.goto("/products/")
    button, panel = tab.locator("#menu summary"), tab.get_by_role("navigation", name="Categories")

    button.press("Enter")
    expect(panel).to_be_visible()
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Donaudampfschifffahrt"
    tab.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(button).to_be_focused()
    button.press("Space")
    tab.get_by_role("link", name="Everything").focus()
    tab.keyboard.press("Tab")
    expect(panel).to_be_hidden()
    button.click()
    tab.mouse.click(tab.viewport_size["width"] / 2, tab.viewport_size["height"] - 5)
    expect(panel).to_be_hidden()
    assert tab.url.endswith("/products/")


@pytest.mark.parametrize("scripts", [False], ids=["no_scripts"])
def test_without_scripts_a_click_beside_the_menu_closes_it_and_follows_no_link(filled_shop, tab, scripts):
    tab.goto("/products/")
    tab.locator("#menu summary").click()

    tab.mouse.click(tab.viewport_size["width"] / 2, tab.viewport_size["height"] - 5)

    expect(tab.get_by_role("navigation", name="Categories")).to_be_hidden()
    assert tab.url.endswith("/products/")


@pytest.mark.parametrize("size", ["phone"], indirect=True)
def test_a_phone_opens_the_filter_ticks_a_box_and_sees_fewer(filled_shop, tab):
    tab.goto("/products/")
    assert not tab.get_by_label("In stock only").is_visible()

    tab.get_by_role("link", name="Filter", exact=True).click()
    tab.get_by_label("Brand").select_option(label="Tidewater Pottery (32)")
    tab.get_by_label("From").fill("30")
    tab.get_by_label("From").blur()
    tab.get_by_role("button", name="Show 1 product", exact=True).wait_for()
    tab.get_by_role("button", name="Show 1 product", exact=True).click()
    tab.get_by_role("link", name="Close").click()

    assert tab.get_by_role("listitem").filter(has=tab.locator(".card-name")).count() == 1
    assert "min_price=30" in tab.url
    tab.get_by_role("link", name="Remove from 30.00").click()
    assert tab.get_by_text("32 products", exact=True).is_visible()


@pytest.mark.parametrize("size", ["desk"], indirect=True)
def test_the_keyboard_skips_to_the_content_and_chooses_a_variant(filled_shop, tab):
    tab.goto(filled_shop["parent"])
    assert tab.get_by_text("Sold out", exact=True).is_visible()

    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.keyboard.press("Enter")
    tab.get_by_role("radio", name="clay").focus()
    tab.keyboard.press("ArrowUp")

    tab.wait_for_url("**/?variant=CAP-ocean")
    expect(tab.get_by_text("CAP-ocean")).to_be_visible()
    expect(tab.locator(".buy .price")).to_contain_text("25.00")
    expect(tab.get_by_role("radio", name="ocean")).to_be_focused()


@pytest.mark.parametrize("size", ["desk"], indirect=True)
def test_pictures_are_avif_with_their_place_kept(filled_shop, tab):
    quiet.go(tab, filled_shop["single"])

    image = tab.get_by_role("img", name="A green bowl")

    assert image.evaluate("element => element.currentSrc").endswith(".avif")
    assert image.evaluate("element => element.naturalWidth") > 0
    assert image.get_attribute("width") == image.get_attribute("height") == "900"


@pytest.mark.parametrize("size", ["desk"], indirect=True)
def test_what_is_being_fetched_keeps_its_place_and_gives_it_to_what_comes(filled_shop, tab):
    waiting = []
    tab.goto(filled_shop["list"])
    tab.route(lambda address: "attr_" in address or "page=" in address, lambda route: waiting.append(route))
    first, more = tab.locator("#cards > li").first, tab.locator("#pages .skeletons")
    box = first.bounding_box()

    tab.get_by_label("ocean").check()
    expect(first.locator(".price")).to_have_css("color", "rgba(0, 0, 0, 0)")
    assert first.bounding_box() == box
    waiting.pop().continue_()
    expect(tab.locator("#cards > li")).to_have_count(1)
    expect(first.locator(".price")).not_to_have_css("color", "rgba(0, 0, 0, 0)")

    tab.goto(filled_shop["list"])
    expect(more).to_be_hidden()
    tab.get_by_role("link", name="Load more").click()
    expect(more).to_be_visible()
    waiting.pop().continue_()
    expect(tab.locator("#cards > li")).to_have_count(32)
    expect(more).to_have_count(0)
