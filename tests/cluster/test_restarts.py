"""New processes for old ones while people buy: no request fails, and no task is lost."""

import signal

import pytest

from deploy.cluster import machine
from deploy.cluster.topology import RELOAD_SECONDS, WEBS
from tests.cluster.visitors import Visitor
from tests.trials import ROUNDS, TRIALS

pytestmark = [pytest.mark.race, pytest.mark.integration, pytest.mark.slow]

REQUESTS = 20_000 if ROUNDS else 2_000
"""That have to be answered well: half of them while instances reload, half while they restart."""
UNTOLD = 2_000 if ROUNDS else 500
"""That have to be answered well while instances reload of which nginx knows nothing."""
ORDERS = 12


def test_no_request_fails_while_web_instances_reload_and_restart(shop, request):
    crowd = shop.crowd(buyers=5, readers=1)
    first = {name: shop.crew.pid(name) for name in ("web-1", "web-2")}
    with crowd.coming():
        for replace, enough in ((shop.reload_webs, REQUESTS // 2), (shop.roll, REQUESTS)):
            replace()
            while len(crowd.answers) < enough:
                replace()
    request.node.stash[TRIALS] = len(crowd.answers)

    assert crowd.failed() == []
    assert {answer.status for answer in crowd.answers} == {200, 303}
    assert all(checkout.tries == 1 for checkout in crowd.checkouts)
    posts = [answer for answer in crowd.answers if answer.method == "POST"]
    assert len(posts) > len(crowd.answers) / 20
    assert all(shop.crew.pid(name) != pid for name, pid in first.items())
    orders = shop.value(
        "SELECT count(*) FROM orders WHERE order_number = ANY(%s)", [one.order for one in crowd.checkouts]
    )
    assert orders == len(crowd.checkouts) == len({one.order for one in crowd.checkouts})


def test_no_request_fails_where_an_instance_reloads_and_nginx_does_not_know_it(shop, request, figures):
    """SIGHUP at gunicorn itself, as ``systemctl reload`` sends it: who comes to that instance waits."""
    crowd = shop.crowd(buyers=3, readers=2, first=40_000)
    reloads = 0
    with crowd.coming():
        while len(crowd.answers) < UNTOLD:
            for name in WEBS:
                crowd.wait_for(requests=len(crowd.answers) + UNTOLD // 10)
                before = machine.children_of(shop.crew.pid(name))
                shop.crew.send(name, signal.SIGHUP)
                machine.wait_for_the_end_of(before, seconds=RELOAD_SECONDS)
                shop.crew.wait_for(name)
                assert not {one.pid for one in before} & {
                    one.pid for one in machine.children_of(shop.crew.pid(name))
                }
                reloads += 1
    request.node.stash[TRIALS] = len(crowd.answers)
    slowest = max(answer.seconds for answer in crowd.answers)
    figures.append(f"{reloads} reloads unknown to nginx, {len(crowd.answers)} asked, slowest {slowest:.1f} s")

    assert crowd.failed() == []
    assert {answer.status for answer in crowd.answers} == {200, 303}
    assert all(checkout.tries == 1 for checkout in crowd.checkouts)
    posts = [answer for answer in crowd.answers if answer.method == "POST"]
    assert len(posts) > len(crowd.answers) / 20


def test_a_worker_that_is_asked_to_end_finishes_what_it_has_begun_and_loses_nothing(shop):
    """SIGTERM, again and again, while orders are placed whose mails it sends."""
    products = shop.products()
    for number in range(ORDERS):
        visitor = Visitor(shop.url, 10_000 + number)
        checkout = visitor.buy(products[number % len(products)], email=f"warm-{number}@example.com")
        assert checkout.order
        if number % 4 == 1:
            shop.crew.restart("worker")

    shop.everything_is_done()
    for number in range(ORDERS):
        assert list(shop.postbox.arrived(f"warm-{number}@example.com").values()) == [1]
