"""How tests act at the desk of the staff, and in front of it."""

import re


def open_tab(browser, live_server, *, width, height, scripts=True):
    """Open a tab; what it writes to its console is in ``complaints``."""
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": width, "height": height},
        java_script_enabled=scripts,
        color_scheme="light",
    )
    tab = context.new_page()
    tab.complaints = []
    tab.on("console", lambda message: tab.complaints.append(message.text))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    return tab


def press(tab, name):
    """Follow a link with this name, before which an icon may stand, to the page it leads to."""
    with tab.expect_navigation():
        tab.get_by_role("main").get_by_role("link", name=re.compile(rf"^(\w+ )?{name}$")).first.click()


def send(tab, name):
    """Send a form by the button with this name, before which an icon may stand; wait for the answer."""
    with tab.expect_navigation():
        tab.get_by_role("main").get_by_role("button", name=re.compile(rf"^(\w+ )?{name}$")).first.click()
