"""Whatever is sent, the API answers as described: to a stranger, a customer and staff.

``./shop prove`` asks longer, and along the links between calls (``FUZZ_EXAMPLES``).
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dbProject.access import services as access
from orders.services import reconciliation
from orders.tests.factories import CouponFactory, MethodFactory, OrderFactory
from products.tests.factories import ProductFactory, ReviewFactory
from users.tests.factories import StaffFactory, UserFactory

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "6"))
IS_LONG = "FUZZ_EXAMPLES" in os.environ
PHASES = "examples,coverage,fuzzing,stateful" if IS_LONG else "fuzzing"
LEFT_OUT = ("positive_data_acceptance", "negative_data_rejection")
"""No description says which rows there are, and numbers in strings are taken because forms send no others."""
CASES = re.compile(r"(\d+) generated")
PATIENCE_SECONDS = 3_600 if IS_LONG else 300
pytestmark = [pytest.mark.slow, pytest.mark.integration, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop(live_server, settings):
    settings.RATE_LIMIT_ENABLED = False
    MethodFactory()
    CouponFactory(code="WELCOME")
    customer = UserFactory()
    for product in ProductFactory.create_batch(3, stock_quantity=10_000):
        ReviewFactory(product=product)
        OrderFactory(user=customer, units={product: 1})
    tokens = {"stranger": "", "customer": access.log_in(customer), "staff": access.log_in(StaffFactory())}
    return live_server.url, tokens


@pytest.mark.parametrize("role", ["stranger", "customer", "staff"])
def test_every_answer_is_as_described_and_none_is_a_failure_of_ours(shop, role, tmp_path):
    url, tokens = shop
    command = [
        *(Path(sys.executable).with_name("st"), "run", f"{url}/api/schema/"),
        *("--checks", "all", "--exclude-checks", ",".join(LEFT_OUT)),
        *("--phases", PHASES, "--max-examples", str(EXAMPLES), "--seed", "1", "--no-color"),
        *("--request-timeout", "60", "--suppress-health-check", "all", "--generation-database", "none"),
        *("--exclude-operation-id", "logout_post"),  # it would end what the others need
        *(("--header", f"Authorization: Bearer {tokens[role]}") if tokens[role] else ()),
    ]

    done = subprocess.run(  # noqa: S603 -- a tool of ours on a server of ours
        command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False, cwd=tmp_path
    )

    assert done.returncode == 0, done.stdout[-6000:]
    assert int(CASES.findall(done.stdout)[-1]) >= (1_700 if IS_LONG else 170)
    assert reconciliation.breaks() == []
