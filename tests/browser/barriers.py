"""What keeps somebody from using a page, as axe finds it."""

from axe_playwright_python.sync_playwright import Axe

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TIMERS = """
() => { window.setTimeout = (call, wait = 0, ...rest) => {
    if (wait < 1000) Promise.resolve().then(() => call(...rest));
    return 0;
}}
"""
"""Where scripts are off no timer rings; axe waits for short ones, and has long ones to give up."""


def barriers(tab, scripts=True):
    """Return each barrier of the page in ``tab`` with the element that it is in."""
    if not scripts:
        tab.evaluate(TIMERS)
    results = Axe().run(tab, options={"runOnly": STANDARDS, "preload": scripts})
    return [
        f"{violation['id']}: {violation['nodes'][0]['html'][:120]}"
        for violation in results.response["violations"]
    ]
