"""What visitors see of staff-edited pages."""

import pytest

from dbProject.pages import services
from dbProject.pages.models import Page

pytestmark = pytest.mark.django_db


def test_a_page_is_shown_and_linked_in_the_footer(client):
    services.add_page(slug="imprint", title="Imprint & more", body="<h2>Us</h2><script>x()</script>")

    html = client.get("/pages/imprint/").content.decode()

    assert "<h1>Imprint &amp; more</h1>" in html
    assert "<h2>Us</h2>" in html
    assert "x()" not in html
    assert '<a href="/pages/imprint/">Imprint &amp; more</a>' in client.get("/products/").content.decode()


def test_a_page_that_is_not_published_is_not_found(client):
    services.save_page(Page(slug="draft", title="Draft", is_published=False))

    assert client.get("/pages/draft/").status_code == 404
    assert "Draft" not in client.get("/products/").content.decode()
