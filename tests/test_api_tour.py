"""The tour of docs/api.md, line by line, and a client that was generated from the description."""

import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from orders.models import Order
from orders.tests.factories import MethodFactory
from products.tests.factories import ProductFactory
from users.services.demo import PASSWORD
from users.tests.factories import StaffFactory, UserFactory

ROOT = Path(settings.BASE_DIR)
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
pytestmark = [pytest.mark.slow, pytest.mark.integration, pytest.mark.django_db(transaction=True)]


def take_the_tour(url):
    """Run every line of docs/api.md against the shop at ``url``."""
    lines = [
        line for block in BLOCK.findall((ROOT / "docs/api.md").read_text()) for line in block.splitlines()
    ]
    assert lines[0] == "SHOP=http://127.0.0.1:8000"
    assert len(lines) > 30
    script = "\n".join(["set -ex -o pipefail", f"SHOP={url}", *lines[1:]])
    done = subprocess.run(  # noqa: S603 -- our own documentation
        [shutil.which("bash"), "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-1000:]}\n{done.stderr[-3000:]}"


@pytest.fixture
def shop(live_server):
    MethodFactory()
    ProductFactory(price=Decimal(10), stock_quantity=100)
    StaffFactory(email="staff@example.com", password=PASSWORD)
    UserFactory(email="customer@example.com", password=PASSWORD)
    return live_server.url


def test_the_tour_runs_line_by_line(shop):
    take_the_tour(shop)

    assert set(Order.objects.values_list("status", flat=True)) == {"cancelled", "pending"}


CLIENT = """
import sys
sys.path.insert(0, {folder!r})
from shop_api.client import AuthenticatedClient, Client
from shop_api.api.accounts import login_post
from shop_api.api.catalog import product_list_get
from shop_api.api.orders import order_list_post
from shop_api.models import AddressRequest, LineRequest, LoginRequest, OrderRequest

base = {url!r}
pair = LoginRequest(email="customer@example.com", password={password!r})
token = login_post.sync(client=Client(base), body=pair).token
client = AuthenticatedClient(base, token=token)
found = product_list_get.sync(client=client, in_stock=True)
address = AddressRequest(country="DE", street="Torstr. 1", city="Berlin", zip_code="10119")
wanted = OrderRequest(
    items=[LineRequest(product=found.results[0].id, quantity=2)], shipping_address=address
)
order = order_list_post.sync(client=client, body=wanted, idempotency_key="one")
again = order_list_post.sync(client=client, body=wanted, idempotency_key="one")
assert order.order_number == again.order_number
print(order.order_number)
"""


def test_a_client_generated_from_the_description_places_an_order(shop, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("project_name_override: shop-api\npackage_name_override: shop_api\npost_hooks: []\n")
    generate = [Path(sys.executable).with_name("openapi-python-client"), "generate", "--meta", "none"]
    generate += ["--path", ROOT / "docs/openapi.yaml", "--config", config]
    subprocess.run(  # noqa: S603 -- our own description
        [*generate, "--output-path", tmp_path / "shop_api"], check=True, capture_output=True, timeout=120
    )
    code = CLIENT.format(folder=str(tmp_path), url=shop, password=PASSWORD)

    done = subprocess.run(  # noqa: S603 -- the code above
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == Order.objects.get().order_number
