"""Buy a product in Chromium, with scripts: of the shop and at the path given; print the order's number."""

import sys

from playwright.sync_api import expect, sync_playwright

from tests.browser.chromium import ARGUMENTS, CHROMIUM

PASSWORD = "marlow-and-finch"  # noqa: S105 - of the demo, known to everybody


def buy(url, path):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        tab = browser.new_page(base_url=url, locale="en-GB")
        complaints = []
        tab.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.goto("/products/")
        tab.goto(path)
        tab.get_by_role("button", name="Add to cart").click()
        expect(tab.locator("#mini-cart")).to_contain_text("In your cart")
        tab.goto("/checkout/")
        for label, text in (
            ("E-mail address", "browser@example.com"),
            ("Name", "Robin Buyer"),
            ("Street and number", "Torstr. 1"),
            ("Postal code", "10119"),
            ("City", "Berlin"),
        ):
            tab.get_by_label(label, exact=True).fill(text)
        tab.get_by_role("button", name="Buy now").click()
        tab.locator("button[value=pay]").click()
        expect(tab.get_by_role("heading", name="We have your order.")).to_be_visible()
        number = tab.url.split("/orders/")[1].partition("/")[0]
        expect(tab.locator("#order-state")).to_contain_text("Confirmed")
        pack(playwright.request.new_context(base_url=url), number)
        expect(tab.locator("#order-state")).to_contain_text(
            "Being packed", timeout=10_000
        )  # by itself, and before it would ask
        browser.close()
    if complaints:
        raise SystemExit("\n".join(complaints))
    return number


def pack(api, number):
    """Move the order on, as staff does."""
    login = {"email": "staff@example.com", "password": PASSWORD}
    staff = {"Authorization": f"Bearer {api.post('/api/auth/login/', data=login).json()['token']}"}
    (order,) = api.get(f"/api/orders/?order_number={number}", headers=staff).json()["results"]
    answer = api.patch(f"/api/orders/{order['id']}/", data={"status": "processing"}, headers=staff)
    assert answer.ok, answer.text()


if __name__ == "__main__":
    print(buy(*sys.argv[1:]))  # noqa: T201 -- it is what the test reads
