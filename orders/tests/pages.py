"""What visitors do on the pages, as the tests do it."""

import re

TYPED = {
    "email": "buyer@example.com",
    "name": "Robin Buyer",
    "street": "Torstr. 1",
    "zip_code": "10119",
    "city": "Berlin",
    "country": "DE",
}


def text(response):
    return response.content.decode()


def add(client, product, quantity=1, **headers):
    return client.post("/cart/add/", {"product_id": product.pk, "quantity": quantity}, headers=headers)


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', text(page)).group(1)


def buy(client, **typed):
    page = client.get("/checkout/")
    seen = {name: hidden(page, name) for name in ("idempotency_key", "total_seen")}
    return client.post("/checkout/", TYPED | seen | typed)
