"""What breaks in the cluster while people buy: what they see, how soon it is over, and that nothing is lost.

Each fault lasts for some seconds under load. The quick form tries the four that tell most, the long form
(``./shop prove``) all of them, for longer; docs/resilience.md has the figures.
"""

import time
from dataclasses import dataclass
from functools import partial

import pytest

from orders.gateways.test_bank import ledger
from tests.cluster.visitors import Crowd, Visitor
from tests.trials import ROUNDS, TRIALS
from users.services.demo import PASSWORD

pytestmark = [pytest.mark.race, pytest.mark.integration, pytest.mark.slow]

BEFORE_SECONDS, LASTING_SECONDS, AFTER_SECONDS = (5, 20, 5) if ROUNDS else (1, 3, 0)
RECOVERED_SECONDS = 5
"""After which pages and checkout are as before."""
THREADS_OF_A_WEB = 6
PROCESSES_OF_A_WORKER = 2
PAYMENTS_CLOSED_SECONDS = 90
LONGEST_ANSWER_SECONDS = 8
"""No page takes longer, whatever is away."""


@dataclass
class Fault:
    """``begin`` makes it, ``end`` takes it away; ``is_outage`` where the database is away."""

    begin: callable
    end: callable = lambda shop: None
    is_outage: bool = False
    repeats: int = 0
    """How many mails may come once more: those that were on their way when what says so was lost."""
    kills_requests: bool = False
    """Whether those that the dead process was at get no answer of its own."""
    closes_payments: bool = False
    """Whether the page that leads to the payment may refuse meanwhile, and for a minute after."""
    recovered_seconds: int = RECOVERED_SECONDS


def stopped(name):
    return {
        "begin": lambda shop: shop.crew.kill(name, stays_dead=True),
        "end": lambda shop: shop.crew.start(shop.crew.program(name)),
    }


def hung(name):
    return {"begin": lambda shop: shop.crew.hang(name), "end": lambda shop: shop.crew.go_on(name)}


def bank(shop, *, fault):
    """Let the bank answer ``start`` so late, or not at all, until it is told otherwise."""
    ledger.set_fault("start", fault, times=10_000 if fault else 0)


FAULTS = {
    "cache stopped": Fault(**stopped("redis-cache")),
    "cache hung": Fault(**hung("redis-cache")),
    "cache emptied": Fault(begin=lambda shop: shop.empty("redis-cache")),
    "broker stopped": Fault(**stopped("redis-broker")),
    "broker hung": Fault(**hung("redis-broker")),
    "broker emptied": Fault(begin=lambda shop: shop.empty("redis-broker")),
    "web instance killed": Fault(begin=lambda shop: shop.crew.kill("web-1"), kills_requests=True),
    "worker killed": Fault(begin=lambda shop: shop.crew.kill("worker"), repeats=1),
    "Postgres restarted": Fault(
        begin=lambda shop: shop.crew.restart("postgres"), is_outage=True, repeats=PROCESSES_OF_A_WORKER
    ),
    "Postgres killed": Fault(  # which has to go through its log before it serves
        begin=lambda shop: shop.crew.kill("postgres"),
        is_outage=True,
        repeats=PROCESSES_OF_A_WORKER,
        recovered_seconds=20,
    ),
    "PgBouncer restarted": Fault(
        begin=lambda shop: shop.crew.restart("pgbouncer"), is_outage=True, repeats=PROCESSES_OF_A_WORKER
    ),
    "payment provider slow": Fault(begin=partial(bank, fault="1.5"), end=partial(bank, fault="")),
    "payment provider hung": Fault(
        begin=partial(bank, fault="60"), end=partial(bank, fault=""), closes_payments=True
    ),
    "mail server down": Fault(
        begin=lambda shop: shop.postbox.close(), end=lambda shop: shop.postbox.reopen()
    ),
}
TELLING = ("cache hung", "broker hung", "web instance killed", "Postgres restarted")


def payments_are_possible(shop):
    """Wait until the shop, which leaves a provider alone that has failed, asks it again: both instances."""
    deadline, in_a_row = time.monotonic() + PAYMENTS_CLOSED_SECONDS, 0
    visitor = Visitor(shop.url, 9_000_001)
    payment = visitor.buy(shop.products()[0]).payment
    while in_a_row < 6:
        assert time.monotonic() < deadline
        in_a_row = in_a_row + 1 if visitor.ask("GET", payment).status == 303 else 0
        time.sleep(0.5)


@pytest.fixture
def customer(shop):
    """Somebody who is logged in."""
    visitor = Visitor(shop.url, 9_000_000)
    login = {"email": "customer@example.com", "password": PASSWORD}
    assert visitor.ask("POST", "/api/auth/login/", login).status == 200
    assert visitor.ask("GET", "/account/").status == 200
    return visitor


@pytest.mark.parametrize("name", FAULTS if ROUNDS else TELLING)
def test_people_go_on_buying_while(name, shop, customer, settings, request, figures):
    settings.TEST_BANK_LEDGER = str(shop.folder / "test-bank.sqlite3")
    fault = FAULTS[name]
    crowd = Crowd(shop.url, shop.products(), first=1 + 10_000 * (1 + list(FAULTS).index(name)))
    with crowd.coming():
        time.sleep(BEFORE_SECONDS)
        began = time.monotonic()
        fault.begin(shop)
        time.sleep(max(0, began + LASTING_SECONDS - time.monotonic()))
        fault.end(shop)
        ended = time.monotonic() if fault.end is not Fault.end else began
        time.sleep(fault.recovered_seconds + AFTER_SECONDS)
    if fault.closes_payments:
        payments_are_possible(shop)
    shop.everything_is_done()
    done_after = time.monotonic() - ended
    failed = [answer for answer in crowd.failed() if not (fault.closes_payments and "/pay/" in answer.path)]
    bought = [one for one in crowd.checkouts if one.order]
    first_try = [one for one in crowd.checkouts if one.order and one.tries == 1]
    last_failure = max((answer.asked_at + answer.seconds for answer in failed), default=ended)
    figures.append(
        f"{name:22} {len(crowd.answers):6} {len(failed):5} {len(crowd.checkouts):6} {len(first_try):6}"
        f" {len(bought):6} {max(answer.seconds for answer in crowd.answers):7.1f}"
        f" {max(0, last_failure - ended):7.1f} {done_after:6.0f}"
    )
    request.node.stash[TRIALS] = len(crowd.answers)

    # What people see.
    assert len(bought) == len(crowd.checkouts)
    assert last_failure - ended <= fault.recovered_seconds
    if fault.is_outage:
        assert {answer.status for answer in failed} <= {503}
        assert all("Retry-After" in answer.headers for answer in failed)
    elif fault.kills_requests:
        assert len(failed) <= THREADS_OF_A_WEB
        assert len(first_try) >= len(bought) - max(1, len(bought) // 100)
        assert all(answer.status == 503 for answer in failed)
    else:
        assert failed == []
        assert len(first_try) == len(bought)
    assert max(answer.seconds for answer in crowd.answers) < LONGEST_ANSWER_SECONDS
    assert customer.ask("GET", "/account/").status == 200  # nobody is logged out
    # What becomes of it: each order once, with one mail, and another one if it is paid.
    rows = shop.rows(
        "SELECT email, status <> 'pending' FROM orders WHERE order_number = ANY(%s)",
        [one.order for one in bought],
    )
    assert len(rows) == len({email for email, _is_paid in rows}) == len(bought)
    mails = {email: shop.postbox.arrived(email) for email, _is_paid in rows}
    assert {email: len(mails[email]) for email in mails} == {email: 1 + is_paid for email, is_paid in rows}
    again = [times - 1 for of_one in mails.values() for times in of_one.values() if times > 1]
    assert sum(again) <= fault.repeats
    assert set(again) <= {1}
