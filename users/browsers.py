"""What a browser calls itself, in words that its owner recognizes."""

import re

from django.utils.translation import gettext as _

BROWSERS = (
    ("Edge", r"Edg(?:A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"(?:Firefox|FxiOS)/"),
    ("Chrome", r"(?:Headless)?(?:Chrome|CriOS)/"),
    ("Safari", r"Version/.*Safari/"),
)
"""Name and pattern, the particular first: most say that they are Chrome and Safari too."""
SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("Mac", r"Macintosh"),
    ("Linux", r"Linux|X11"),
)


def name(user_agent: str) -> str:
    """Return a name like ``Firefox on Windows``; of a program that is no browser, the first 60 characters."""
    browser = next((known for known, pattern in BROWSERS if re.search(pattern, user_agent)), None)
    system = next((known for known, pattern in SYSTEMS if re.search(pattern, user_agent)), None)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or user_agent[:60] or _("A browser that does not say its name")
