"""What a browser calls itself."""

import pytest

from users import browsers

pytestmark = pytest.mark.unit
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (CHROME, "Chrome on Linux"),
        (CHROME.replace("X11; Linux x86_64", "Windows NT 10.0") + " Edg/141.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel) Gecko/20100101 Firefox/145.0", "Firefox on Mac"),
        ("Mozilla/5.0 (iPhone; CPU) Version/18.1 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0", "Samsung Internet on Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("x" * 200, "x" * 60),
        ("", "A browser that does not say its name"),
    ],
)
def test_a_browser_has_a_name_that_its_owner_knows(user_agent, name):
    assert browsers.name(user_agent) == name
