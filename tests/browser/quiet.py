"""Pages that have come to rest: what a test would else wait for by the clock."""

import time

PATIENCE_SECONDS = 30
LOOK_MILLISECONDS = 20
"""More than a frame, in which a page may begin what it does next."""
IS_AT_REST = """
() => !document.querySelector('[hx-get].htmx-request, [hx-post].htmx-request, .htmx-swapping, .htmx-settling')
    && document.getAnimations().every(one =>
        one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity)
"""
"""Nothing is exchanged and nothing fades; what moves for ever does not count."""


def go(tab, address):
    """Open an address, wait until the page has what it asks for and is at rest; return the answer."""
    under_way = set()
    heard = {
        "request": lambda request: under_way.add(request),
        "requestfinished": lambda request: under_way.discard(request),
        "requestfailed": lambda request: under_way.discard(request),
    }
    for event, note in heard.items():
        tab.on(event, note)
    try:
        answer = tab.goto(address)
        rest(tab, under_way)
    finally:
        for event, note in heard.items():
            tab.remove_listener(event, note)
    return answer


def rest(tab, under_way=()):
    """Wait until the page is at rest when looked at twice, and nothing is ``under_way``."""
    deadline, at_rest = time.monotonic() + PATIENCE_SECONDS, 0
    while at_rest < 2:
        if at_rest or under_way:
            tab.wait_for_timeout(LOOK_MILLISECONDS)
        at_rest = at_rest + 1 if tab.evaluate(IS_AT_REST) and not under_way else 0
        assert time.monotonic() < deadline, f"{tab.url} does not come to rest; under way: {under_way}"
