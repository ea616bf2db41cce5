"""One page in several languages."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from dbProject.pages import services
from dbProject.pages.models import Page

pytestmark = pytest.mark.django_db

GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de"}


@pytest.fixture
def imprint():
    services.add_page(slug="imprint", title="Imprint", body="<p>Us</p>")
    services.add_page(slug="terms", title="Terms", body="<p>Rules</p>")
    return services.add_page(slug="imprint", title="Impressum", body="<p>Wir</p>", language="de")


def test_a_page_is_shown_in_the_reader_s_language_else_in_the_shop_s(client, imprint):
    assert "<h1>Imprint</h1>" in client.get("/pages/imprint/").content.decode()
    assert "<h1>Impressum</h1>" in client.get("/pages/imprint/", **GERMAN).content.decode()

    html = client.get("/pages/terms/", **GERMAN).content.decode()
    assert '<article class="prose" lang="en"><h1>Terms</h1>' in html
    assert '<html lang="de">' in html


def test_a_page_that_is_not_published_in_one_language_is_shown_in_the_shop_s(client, imprint):
    imprint.is_published = False
    services.save_page(imprint)

    assert "<h1>Imprint</h1>" in client.get("/pages/imprint/", **GERMAN).content.decode()


def test_a_page_in_german_alone_is_unknown_to_english_readers(client):
    services.add_page(slug="impressum", title="Impressum", body="", language="de")

    assert client.get("/pages/impressum/").status_code == 404
    assert client.get("/pages/impressum/", **GERMAN).status_code == 200


def test_footers_are_remembered_for_each_language_apart(imprint, django_assert_num_queries):
    english = [{"title": "Imprint", "url": "/pages/imprint/"}, {"title": "Terms", "url": "/pages/terms/"}]
    german = [{"title": "Impressum", "url": "/pages/imprint/"}, {"title": "Terms", "url": "/pages/terms/"}]
    with django_assert_num_queries(2):
        for _ in range(2):
            with translation.override("en"):
                assert services.footer() == english
            with translation.override("de"):
                assert services.footer() == german


def test_in_another_language_a_page_keeps_its_place_and_is_added_once(imprint):
    again = services.add_page(slug="imprint", title="Nochmals", body="", language="de")

    assert again == imprint
    assert again.title == "Impressum"
    assert imprint.sort_order == Page.objects.get(slug="imprint", language="en").sort_order


def test_an_address_has_one_page_per_language(imprint):
    with pytest.raises(IntegrityError, match="one_page_per_address_and_language"), transaction.atomic():
        Page.objects.create(slug="imprint", language="de", title="Noch eines")


def test_staff_write_a_page_in_another_language_and_are_told_of_a_clash(staff_client, imprint):
    typed = {"slug": "terms", "language": "de", "title": "AGB", "body": "", "is_published": "on"}
    typed["sort_order"] = "2"

    assert staff_client.post("/admin/pages/page/add/", typed).status_code == 302
    assert Page.objects.get(slug="terms", language="de").title == "AGB"

    answer = staff_client.post("/admin/pages/page/add/", typed)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert Page.objects.filter(slug="terms").count() == 2
