"""What keeps somebody from using a page, as axe finds it."""

from axe_playwright_python.sync_playwright import Axe

from tests.browser import quiet

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLORS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""What the colors of a page can be at fault for."""
TIMERS = """
() => { window.setTimeout = (call, wait = 0, ...rest) => {
    if (wait < 1000) Promise.resolve().then(() => call(...rest));
    return 0;
}}
"""
"""Where scripts are off no timer rings; axe waits for short ones, and has long ones to give up."""


def barriers(tab, scripts=True, rules=STANDARDS):
    """Return each barrier of the page in ``tab`` with the element that it is in."""
    if not scripts:
        tab.evaluate(TIMERS)
    results = Axe().run(tab, options={"runOnly": rules, "preload": scripts})
    return [
        f"{violation['id']}: {violation['nodes'][0]['html'][:120]}"
        for violation in results.response["violations"]
    ]


def barriers_by_day_and_night(tab, scripts=True):
    """Return the barriers of a light page, and those that its dark colors add."""
    found = barriers(tab, scripts)
    tab.emulate_media(color_scheme="dark")
    quiet.rest(tab)
    found += [f"dark: {barrier}" for barrier in barriers(tab, scripts, OF_COLORS)]
    tab.emulate_media(color_scheme="light")
    quiet.rest(tab)
    return found
