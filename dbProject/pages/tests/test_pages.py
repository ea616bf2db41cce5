"""Staff-edited pages."""

import pytest
from django.db import IntegrityError, transaction

from dbProject import html
from dbProject.pages import services
from dbProject.pages.models import Page

pytestmark = pytest.mark.django_db


def test_a_page_is_cleaned_when_it_is_stored_and_again_changes_nothing():
    body = '<h2>Us</h2><p onclick="x()">Hello<script>alert(1)</script> <a href="javascript:x()">there</a></p>'

    page = services.add_page(slug="imprint", title="Imprint", body=body)

    assert page.body == '<h2>Us</h2><p>Hello <a rel="noopener noreferrer">there</a></p>'
    assert services.save_page(page).body == page.body


def test_adding_a_page_twice_keeps_what_staff_made_of_it():
    page = services.add_page(slug="imprint", title="Imprint", body="<p>One</p>")
    page.body = "<p>Two</p>"
    services.save_page(page)

    assert services.add_page(slug="imprint", title="Imprint", body="<p>One</p>").body == "<p>Two</p>"
    assert Page.objects.count() == 1


def test_the_footer_follows_a_change_at_once(django_capture_on_commit_callbacks):
    page = services.add_page(slug="imprint", title="Imprint", body="")
    assert services.footer() == [{"title": "Imprint", "url": "/pages/imprint/"}]

    with django_capture_on_commit_callbacks(execute=True):
        page.is_published = False
        services.save_page(page)
    assert services.footer() == []

    services.delete_page(page)
    services.delete_page(page)
    assert not Page.objects.exists()


def test_a_page_needs_a_title():
    with pytest.raises(IntegrityError, match="page_has_a_title"), transaction.atomic():
        Page.objects.create(slug="x", title="")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("dirty", "clean", "plain"),
    [
        ("<p>Tea &amp; cake</p>", "<p>Tea &amp; cake</p>", "Tea & cake"),
        ("<div>One</div><div>Two</div>", "OneTwo", "One Two"),
        ("a<br>b\x00c", "a<br>bc", "a bc"),
        ("<img src=x onerror=alert(1)>Hi", "Hi", "Hi"),
        ("5 < 6", "5 &lt; 6", "5 < 6"),
    ],
)
def test_foreign_html_keeps_its_words_and_loses_the_rest(dirty, clean, plain):
    assert html.clean(dirty) == clean
    assert html.clean(html.clean(dirty)) == clean
    assert html.plain(dirty) == plain
