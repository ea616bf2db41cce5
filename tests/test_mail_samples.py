"""The mails that the style guide shows: all that the shop sends, in each language."""

import re

import pytest

from orders.selectors import letters
from users.selectors import samples

pytestmark = pytest.mark.django_db
OF_ORDERS = 4 + len(letters.LETTERS)
ABOUT_PRODUCTS, ABOUT_WEBHOOKS, ABOUT_REPORTS = 4, 1, 1


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_style_guide_shows_every_mail(client, language):
    client.get(f"/language/{language}/")
    page = client.get("/styleguide/mail/").content.decode()
    links = re.findall(r'href="(/styleguide/mail/[a-z_]+/)"', page)

    others = ABOUT_PRODUCTS + ABOUT_WEBHOOKS + ABOUT_REPORTS
    assert len(set(links)) == len(links) == OF_ORDERS + len(samples.SHOWN) + others
    assert page.count("ORD-20261126-AB3CD4") >= OF_ORDERS
    for link in links:
        answer = client.get(link)
        html = answer.content.decode()
        assert f'<html lang="{language}">' in html
        assert html.count("<h1>") == 1
        assert "style-src 'self' 'unsafe-inline'" in answer.headers["Content-Security-Policy"]
    assert client.get("/styleguide/mail/unknown/").status_code == 404
