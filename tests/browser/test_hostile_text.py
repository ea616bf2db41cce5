"""Text that wants to be code, typed wherever somebody can type: no browser runs any of it."""

from urllib.parse import quote

import pytest

from orders.models import Order
from orders.tests.factories import MethodFactory
from products.models import Review
from products.services import reviews, wishlists
from products.tests.factories import ProductFactory
from tests.browser.desk import open_tab
from users.tests.factories import StaffFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.slow]
HOSTILE = """"'></textarea></title><script>alert(1)</script><img src=x onerror=alert(2)>"""
ASKED = (HOSTILE, "javascript:alert(3)", "{{7*7}}${7*7}<iframe srcdoc='<script>alert(4)</script>'>")
LISTEN = """addEventListener('securitypolicyviolation',
    event => console.error(`refused: ${event.violatedDirective} ${event.sample}`))"""
FILL = """([name, text, kept]) => {
    const form = document.querySelector(`main [name="${name}"]`).form;
    const fields = form.querySelectorAll('input[type=text], input[type=tel], textarea');
    for (const field of fields) field.value = text;
    for (const [name, value] of Object.entries(kept)) form.elements[name].value = value;
    form.noValidate = true;
    (form.querySelector('[type=submit]:not([name]), button:not([name], [type=button])')
        ?? form.querySelector('button')).click();
}"""
MADE = "document.querySelectorAll('[onload], [onerror], iframe, script:not([src], [type])').length"
KEPT = {"zip_code": "10119", "country": "DE", "phone": "030 123"}


@pytest.fixture
def tab(browser, live_server, transactional_db, settings, tmp_path):
    """A customer's tab on a desk; ``complaints`` has what a browser refused to run, and each dialog."""
    settings.MEDIA_ROOT = tmp_path
    tab = open_tab(browser, live_server, width=1280, height=900)
    tab.add_init_script(LISTEN)

    def heard(dialog):
        tab.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    tab.on("dialog", heard)
    yield tab
    tab.context.close()


def come_in(tab, client, person):
    client.force_login(person)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": client.at}
    tab.context.add_cookies([cookie])


def send(tab, path, name, text, **kept):
    """Type ``text`` into every field of the form that has ``name``, and send it."""
    tab.goto(path)
    with tab.expect_navigation():
        tab.evaluate(FILL, [name, text, kept])
    assert tab.evaluate(MADE) == 0, path


def shows(tab, path, text):
    tab.goto(path)
    assert tab.evaluate(MADE) == 0, path
    assert text in tab.locator("body").inner_text(), path


def test_the_browser_s_refusals_are_heard(tab, live_server):
    tab.goto("/")
    assert tab.complaints == []
    tab.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')")
    assert tab.evaluate(MADE) == 1
    tab.get_by_role("main").click()  # what was said meanwhile has arrived
    assert any("refused: script-src" in complaint for complaint in tab.complaints)


def test_no_browser_runs_what_somebody_typed(tab, client, live_server):
    client.at = live_server.url
    MethodFactory()
    product, person = ProductFactory(), UserFactory()
    come_in(tab, client, person)
    for text in ASKED:
        for path in (f"/search/?q={quote(text)}", f"/products/?q={quote(text)}&brand={quote(text)}"):
            tab.goto(path)
            assert tab.evaluate(MADE) == 0
        tab.goto("/")
        tab.locator("header [name=q]").first.fill(text)  # suggestions come
    text = HOSTILE
    send(tab, f"/products/{product.slug}/review/", "title", text, rating="4")
    send(tab, "/account/profile/", "first_name", text)
    send(tab, "/account/addresses/new/", "street", text, **KEPT)
    shows(tab, "/account/addresses/", text)
    send(tab, "/account/wishlists/", "name", text)
    mine = person.wishlists.get(name=text)
    wishlists.save(person, product_id=product.pk, wishlist_id=mine.pk)
    send(tab, f"/account/wishlists/{mine.pk}/", "notes", text)
    shows(tab, f"/account/wishlists/{mine.pk}/", text)
    wishlists.share(person, wishlist_id=mine.pk, is_public=True)
    mine.refresh_from_db()
    shows(tab, f"/wishlists/{mine.token}/", text)
    client.post("/cart/add/", {"product_id": product.pk, "quantity": 1})
    send(tab, "/cart/", "code", text)
    send(tab, "/checkout/", "email", text, email="robin@example.com", vat_number="", **KEPT)
    order = Order.objects.latest("pk")
    assert (order.notes, order.shipping_address["street"]) == (text, text)
    shows(tab, order.get_absolute_url(), text)
    reviews.approve(Review.objects.values_list("pk", flat=True))
    for path in (
        product.get_absolute_url(),
        "/account/",
        "/account/orders/",
        "/account/reviews/",
        "/orders/find/",
        "/withdraw/",
    ):
        tab.goto(path)
        assert tab.evaluate(MADE) == 0, path

    assert tab.complaints == []


def test_no_browser_of_staff_runs_what_customers_typed(tab, client, live_server):
    client.at = live_server.url
    MethodFactory()
    text, product = HOSTILE, ProductFactory()
    person = UserFactory(first_name=text, last_name=text)
    come_in(tab, client, person)
    client.post("/cart/add/", {"product_id": product.pk, "quantity": 1})
    send(tab, "/checkout/", "email", text, email="robin@example.com", vat_number="", **KEPT)
    send(tab, f"/products/{product.slug}/review/", "title", text, rating="4")
    come_in(tab, client, StaffFactory())
    order, review = Order.objects.get(), Review.objects.get()
    for path in (
        f"/admin/orders/order/{order.pk}/change/",
        f"/admin/products/review/{review.pk}/change/",
        f"/admin/users/user/{person.pk}/change/",
        f"/admin/orders/order/?q={quote(text)}",
        "/admin/orders/order/",
        "/admin/products/review/",
        "/admin/",
    ):
        tab.goto(path)

    assert tab.complaints == []
