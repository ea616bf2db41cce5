"""Webhooks in the description of the API: every event, as it is really sent."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from jsonschema import Draft202012Validator, FormatChecker

from dbProject.api.views import description
from dbProject.outbox.tests.working import work_off
from dbProject.webhooks import services as webhooks
from dbProject.webhooks import signing
from dbProject.webhooks.models import WebhookMessage
from orders.gateways.test_bank import ledger
from orders.services import charging, status, timeline
from orders.tests.background import settle_payments
from orders.tests.bank import deliver, paid
from orders.tests.factories import OrderFactory
from products.services import catalog, stock
from products.tests.factories import BrandFactory, CategoryFactory, ProductFactory

pytestmark = pytest.mark.api
ROWS = re.compile(r"^\| (`[a-z.`, ]+`) \|", re.MULTILINE)


@pytest.fixture(scope="module")
def described():
    return json.loads(description())


def wrong(described, kind, body):
    """Return what of ``body`` is not as described; what is not described at all is wrong, too."""
    strict = json.loads(
        json.dumps(described), object_hook=lambda part: part | {"additionalProperties": False}
        if part.get("type") == "object" and "properties" in part else part
    )  # fmt: skip
    place = f"#/webhooks/{kind}/post/requestBody/content/application~1json/schema"
    validator = Draft202012Validator({**strict, "$ref": place}, format_checker=FormatChecker())
    return [f"{kind}: {error.json_path} {error.message}" for error in validator.iter_errors(body)]


@pytest.mark.django_db
def test_every_event_that_is_sent_is_as_described(described):
    endpoint, _secret = webhooks.add_endpoint(url="https://partner.example.com/hook", name="Partner")
    everything_happens()
    webhooks.send_test(endpoint)
    work_off("dbProject.webhooks.tasks.fan_out_webhook")

    messages = WebhookMessage.objects.all()

    assert {message.kind for message in messages} == set(described["webhooks"])
    assert [
        said for message in messages for said in wrong(described, message.kind, json.loads(message.body))
    ] == []


def everything_happens():
    product = catalog.create_product(
        category=CategoryFactory(), brand=BrandFactory(), sku="MUG", slug="mug", name="Mug", price=Decimal(9)
    )
    catalog.update_product(product, changes={"sale_price": Decimal("7.50")})
    stock.adjust(product, change=3, reason="Found")
    catalog.delete_product(product)
    order = OrderFactory(units={ProductFactory(): 1})
    ledger.decline(charging.start(order).reference)
    deliver()
    paid(order)
    for to in ("processing", "shipped", "delivered", "refunded"):
        status.move(order, to=to, actor=timeline.SHOP)
    settle_payments()
    status.cancel(OrderFactory(units={ProductFactory(): 1}), actor=timeline.SHOP)


@pytest.mark.unit
def test_every_example_is_as_described(described):
    for kind, methods in described["webhooks"].items():
        content = methods["post"]["requestBody"]["content"]["application/json"]
        assert wrong(described, kind, content["examples"]["Example"]["value"]) == []


@pytest.mark.unit
def test_a_body_that_is_not_as_described_is_noticed(described):
    gone = {"id": 1, "sku": "A"}
    body = {"type": "product.deleted", "timestamp": "2026-11-26T21:20:00+00:00", "data": {"products": [gone]}}

    assert wrong(described, "product.deleted", body) == []
    gone["email"] = "robin@example.com"
    assert "'email' was unexpected" in wrong(described, "product.deleted", body)[0]


@pytest.mark.unit
def test_every_event_has_the_headers_of_each_message(described):
    sent = signing.headers(message_id="msg_1", timestamp=1, body=b"{}", secrets=[signing.new_secret()])
    headers = described["components"]["parameters"]

    for methods in described["webhooks"].values():
        names = [one["$ref"].rpartition("/")[2] for one in methods["post"]["parameters"]]
        assert [headers[name]["name"] for name in names] == list(sent)


@pytest.mark.unit
def test_the_page_for_people_names_the_same_events(described):
    page = (Path(settings.BASE_DIR) / "docs" / "webhooks.md").read_text()

    assert re.findall(r"[a-z]+\.[a-z]+", " ".join(ROWS.findall(page))) == list(described["webhooks"])
