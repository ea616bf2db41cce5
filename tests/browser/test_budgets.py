"""What every page may weigh, and that it works without scripts."""

import gzip

import pytest
from playwright.sync_api import expect

from tests.browser import quiet

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.slow]

MOST_SCRIPT, MOST_STYLE, MOST_HTML, MOST_PICTURE = 25_000, 18_000, 30_000, 100_000
"""Bytes; text is counted as gzip sends it."""
MOST_SHIFT = 0.05
SHIFTS = """
() => new Promise(resolve => {
    let total = 0;
    const moved = [];
    const place = rect => [rect.x, rect.y, rect.width, rect.height].map(Math.round).join(" ");
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) {
            total += entry.value;
            for (const {node, previousRect, currentRect} of entry.sources)
                moved.push([node?.nodeName, node?.className, place(previousRect), place(currentRect)]);
        }
    }).observe({type: "layout-shift", buffered: true});
    setTimeout(() => resolve([total, moved]), 60);
})
"""


@pytest.mark.parametrize("size", [(390, 844), (1280, 900)], ids=["phone", "desk"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no_scripts"])
def test_every_page_keeps_to_its_budget(browser, live_server, filled_shop, customer, size, scripts):
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=2,
        java_script_enabled=scripts,
    )
    too_much = []
    for name, address in (filled_shop | customer.addresses).items():
        customer.come_in(context, name)
        tab, answers = context.new_page(), []
        tab.on("response", lambda answer, kept=answers: kept.append(answer))
        quiet.go(tab, address)
        weights = {"script": 0, "stylesheet": 0, "document": 0}
        for answer in answers:
            kind = answer.request.resource_type
            if not answer.url.startswith((live_server.url, "data:")):
                too_much.append((name, "from elsewhere", answer.url))
            if kind in weights:
                weights[kind] += len(gzip.compress(answer.body()))
            if kind == "image" and len(answer.body()) > MOST_PICTURE:
                too_much.append((name, answer.url, len(answer.body())))
        limits = {"stylesheet": MOST_STYLE, "document": MOST_HTML}
        if scripts:
            limits["script"] = MOST_SCRIPT
            shift, moved = tab.evaluate(SHIFTS)
            if shift >= MOST_SHIFT:
                too_much.append((name, "shift", shift, moved))
        elif weights["script"]:
            too_much.append((name, "script", weights["script"]))
        too_much += [(name, kind, weights[kind]) for kind in limits if not 0 < weights[kind] <= limits[kind]]
        tab.close()
    context.close()

    assert too_much == []


def test_without_scripts_a_visitor_filters_sorts_pages_searches_chooses_and_reads_german(
    browser, live_server, filled_shop
):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    tab = context.new_page()

    tab.goto("/products/")
    tab.get_by_label("ocean").check()
    tab.get_by_role("button", name="Show 32 products").click()
    assert "attr_color=ocean" in tab.url
    expect(tab.locator("#cards > li")).to_have_count(1)
    tab.get_by_role("link", name="Remove Color: ocean").click()
    tab.get_by_label("Sort by").select_option("price")
    tab.get_by_role("button", name="Sort", exact=True).click()
    assert "sort=price" in tab.url
    tab.get_by_role("link", name="Load more").click()
    assert "page=2" in tab.url
    expect(tab.locator("#cards > li")).to_have_count(8)
    expect(tab.locator("#cards > li").last).to_contain_text("38.00")  # the dearest comes last
    tab.get_by_label("Search the shop").fill("bowl")
    tab.get_by_role("button", name="Search", exact=True).click()
    tab.get_by_role("link", name="Harbor serving bowl").click()
    tab.get_by_role("link", name="Enlarge picture 1").click()
    assert tab.url.rpartition(".")[2] in {"jpg", "webp"}

    tab.goto(filled_shop["parent"])
    expect(tab.get_by_text("Sold out", exact=True)).to_be_visible()
    tab.get_by_label("ocean").check()
    tab.get_by_role("button", name="Show price and picture of this choice").click()
    tab.get_by_role("link", name="Deutsch").click()
    assert "option_color=ocean" in tab.url
    expect(tab.locator("html")).to_have_attribute("lang", "de")
    expect(tab.locator(".buy .price")).to_contain_text("25,00")
    context.close()


def test_load_more_appends_and_leaves_no_more_to_load(page, live_server, filled_shop):
    page.goto(f"{live_server.url}/products/")
    cards = page.locator("#cards > li")
    expect(cards).to_have_count(24)

    page.get_by_role("link", name="Load more").click()

    expect(cards).to_have_count(32)
    expect(page.get_by_role("link", name="Load more")).to_have_count(0)


def test_suggestions_are_chosen_with_the_keyboard(page, live_server, filled_shop):
    page.goto(live_server.url)
    field = page.get_by_role("combobox", name="Search the shop")
    field.press_sequentially("harbor")
    expect(page.get_by_role("option").first).to_be_visible()

    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "suggestion-product-1")
    field.press("Escape")
    expect(page.get_by_role("option").first).to_be_hidden()
    field.press("ArrowDown")
    field.press("Enter")

    page.wait_for_url(f"{live_server.url}{filled_shop['single']}")


def test_a_picture_opens_large_and_closes_with_escape(page, live_server, filled_shop):
    page.goto(live_server.url + filled_shop["single"])

    page.get_by_role("link", name="Enlarge picture 1").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
