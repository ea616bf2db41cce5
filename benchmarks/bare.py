"""The statements of an order without a shop around them: recorded from one, and run by pgbench."""

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks import buying
from deploy.servers import postgres_bin
from orders.models import Order

RATE = re.compile(r"tps = ([\d.]+)")
UUID = re.compile(r"'[0-9a-f]{8}-[0-9a-f-]{27}'::uuid")


def record(cart: int, shelf: buying.Shelf) -> str:
    """Order what is in ``cart``; return, as a script for pgbench, the statements that lock or write for it.

    What the shop only looks up meanwhile (prices, taxes, offers, deliveries) is left out.
    """
    with CaptureQueriesContext(connection) as captured:
        order = buying.order(cart)
    said = [query["sql"] for query in captured.captured_queries]
    kept = [text for text in said if not text.startswith("SELECT") or "FOR UPDATE" in text]
    return "\n".join(
        [
            "\\set n :n + 1",
            "\\set cart :first_cart + :client_id * :each + :n - 1",
            *(
                f"\\set product{line} {buying.FIRST_PRODUCT}"
                f" + mod(:cart * 7 + {shelf.step * line}, {shelf.products})"
                for line in range(shelf.lines)
            ),
            *(_with_variables(text, order, cart, shelf) for text in kept),
        ]
    )


def _with_variables(text: str, order: Order, cart: int, shelf: buying.Shelf) -> str:
    """Return a statement with what is its order's own made variables."""
    own = {
        order.idempotency_key: "B-:cart",
        order.order_number: "B-:cart",
        str(cart): ":cart",
        str(order.pk): ":order_id",
        **{str(pk): f":product{line}" for line, pk in enumerate(shelf.products_of(cart))},
    }
    for value, name in own.items():
        text = text.replace(value, name)
    text = UUID.sub("gen_random_uuid()", text)
    return text + (" \\gset order_" if text.startswith('INSERT INTO "orders"') else ";")


def run(script: str, carts: range, *, clients: int) -> float:
    """Order what is in ``carts`` by ``script``, over so many connections; return orders per second.

    Raises:
        SystemExit: One was not placed, or there is no pgbench.
    """
    pgbench = postgres_bin() / "pgbench"
    if not pgbench.exists():
        raise SystemExit(f"There is no {pgbench}; Debian has it in the package postgresql.")
    each = len(carts) // clients
    where = connection.get_connection_params()
    variables = {"n": 0, "each": each, "first_cart": carts[0]}
    with TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "order.sql"
        file.write_text(script)
        done = subprocess.run(
            [
                *(pgbench, "-h", where["host"], "-p", str(where["port"])),
                *("-U", where["user"], "-n", "-c", str(clients), "-j", "2", "-t", str(each), "-f", file),
                *(f"-D{name}={value}" for name, value in variables.items()),
                where["dbname"],
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    found = RATE.search(done.stdout)
    placed = Order.objects.filter(order_number__startswith="B-", idempotency_key__in=_keys(carts)).count()
    if done.returncode or not found or placed != each * clients:
        raise SystemExit(f"pgbench placed {placed} orders of {each * clients}:\n{done.stdout}{done.stderr}")
    return float(found[1])


def _keys(carts: range) -> list[str]:
    return [f"B-{cart}" for cart in carts]
