"""What clients send that they should not: amounts and rights of their own, and text that wants to be code."""

import json
from decimal import Decimal

import pytest

from dbProject.pages import services as pages
from orders.models import Order
from orders.tests.factories import MethodFactory, OrderFactory
from products.services import wishlists
from products.tests.factories import ProductFactory
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
CLAIMED = {
    "price": "0.01",
    "unit_price": "0.01",
    "sale_price": "0.01",
    "total": "0.01",
    "total_amount": "0.01",
    "subtotal": "0.01",
    "tax_amount": "0",
    "discount": "99",
    "discount_amount": "99",
    "shipping_amount": "0",
    "user": "1",
    "user_id": "1",
    "status": "confirmed",
    "is_paid": "1",
    "is_staff": "1",
    "is_superuser": "1",
    "is_verified": "1",
    "groups": "1",
}
"""Fields that are no client's to say."""
HOSTILE = (
    "<script>window.hit=1</script>",
    "\"><img src=x onerror='window.hit=1'>",
    "javascript:window.hit=1",
    "{{ 7*7 }}{% debug %}",
    "' OR 1=1; DROP TABLE users; --",
    "1 UNION SELECT password FROM users",
    "../../../../etc/passwd",
    "%00%0d%0aSet-Cookie: a=b",
    "\x00",
    "\ud7ff\u202e\u0000",
    "9" * 400,
    "-1e309",
    "NaN",
    "ÅÄÖ 日本 🛒\u0301\u0301\u0301",
    "%s%n${jndi:ldap://x}",
    "",
)


def checkout(client, **more):
    page = client.get("/checkout/")
    form = page.context["form"]
    address = {"name": "Robin", "street": "Torstr. 1", "city": "Berlin", "zip_code": "10119", "country": "DE"}
    kept = {
        name: str(form[name].value() or "") for name in ("idempotency_key", "total_seen", "shipping_method")
    }
    return client.post("/checkout/", {"email": "robin@example.com", **address, **kept, **more})


def test_what_an_order_costs_and_whose_it_is_no_browser_says(client):
    MethodFactory()
    product, victim, customer = ProductFactory(price=Decimal(30)), UserFactory(), UserFactory()
    client.force_login(customer)
    client.post("/cart/add/", {"product_id": product.pk, "quantity": 2, **CLAIMED, "user": victim.pk})

    answer = checkout(client, **{**CLAIMED, "user": victim.pk})

    assert answer.status_code == 303
    order = Order.objects.get()
    assert (order.user, order.status, order.subtotal_gross) == (customer, Order.Status.PENDING, Decimal(60))
    assert (order.items.get().unit_price, order.shipping_gross) == (Decimal(30), Decimal("4.90"))
    assert (order.total_amount, order.discount_amount) == (Decimal("64.90"), 0)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_breaks_no_page_and_comes_back_as_text(client, settings, text):
    settings.RATE_LIMIT_ENABLED = False
    customer = UserFactory()
    product = ProductFactory()
    order = OrderFactory(user=customer)
    wish = wishlists.save(customer, product_id=product.pk)
    wishlists.share(customer, wishlist_id=wish.wishlist_id, is_public=True)
    pages.add_page(slug="imprint", title="Imprint", body="<p>Us</p>")
    client.force_login(customer)
    client.raise_request_exception = False
    fields = (
        "q",
        "category",
        "brand",
        "min_price",
        "max_price",
        "in_stock",
        "rating",
        "attr_color",
        "sort",
        "page",
    )
    reads = ["/", "/products/", "/search/", "/search/suggest/", f"/products/{product.slug}/",
             "/api/products/", "/account/orders/", "/recently-viewed/", "/language/de/",
             f"/orders/{order.order_number}/", "/withdraw/", "/styleguide/"]  # fmt: skip
    asked = dict.fromkeys((*fields, "next", "key", "order", "search", "ids"), text)
    writes = {
        "/cart/add/": ("product_id", "quantity", "option_color"),
        "/cart/coupon/": ("code",),
        "/checkout/": (
            "email",
            "name",
            "street",
            "city",
            "zip_code",
            "country",
            "phone",
            "notes",
            "vat_number",
        ),
        "/orders/find/": ("order_number", "email"),
        "/withdraw/": ("order_number", "email", "name", "what", "key"),
        "/account/profile/": ("first_name", "last_name", "phone"),
        "/account/addresses/new/": ("name", "street", "city", "zip_code", "country"),
        f"/orders/{order.order_number}/return/": ("reason", "words", "key"),
        "/account/wishlists/": ("name",),
        f"/account/wishlists/save/{product.pk}/": ("wishlist",),
        f"/account/wishlists/{wish.wishlist_id}/rename/": ("name",),
        f"/account/wishlists/items/{wish.pk}/": ("notes",),
        "/account/wishlists/mails/": ("price_drop", "back_in_stock"),
    }

    answers = {path: client.get(path, asked) for path in reads}
    client.post("/cart/add/", {"product_id": product.pk, "quantity": 1})
    answers |= {
        f"POST {path}": client.post(path, dict.fromkeys(names, text)) for path, names in writes.items()
    }
    for path in (
        "/account/wishlists/",
        f"/account/wishlists/{wish.wishlist_id}/",
        wish.wishlist.get_absolute_url(),
    ):
        answers[path] = client.get(path)
    answers["webhook"] = client.post(
        "/api/payments/webhooks/test/", json.dumps({"id": text}), content_type="application/json"
    )

    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code >= 500} == {}
    for path, answer in answers.items():
        body = answer.content.decode()
        assert "<script>window.hit" not in body, path
        assert "<img src=x" not in body, path
        assert "Set-Cookie: a=b" not in str(answer.headers), path
        assert not answer.headers.get("Location", "").startswith(("javascript:", "http", "//")), path
