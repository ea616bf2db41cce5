"""Pages that all visitors without a session share: whose they are, and how soon a change is on them."""

import re
from decimal import Decimal
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import resolve, reverse

from dbProject import caching, shared_pages
from dbProject.pages import services as pages
from orders.services import cart as carts
from orders.services import delivery
from orders.tests.factories import MethodFactory
from products.services import catalog, stock
from products.tests.factories import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ReviewFactory,
)
from products.tests.product_forms import change_url, formsets, typed
from users.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/products/",
    "/products/?attr_color=red&min_price=1&page=1&q=mug&sort=price",
    "/categories/kitchen/",
    "/brands/tidewater/",
    "/products/mug/",
    "/products/shirt/",
    "/products/shirt/?variant=RED",
    "/products/shirt/?option_color=blue",
    "/products/mug/?reviews=1&stars=5",
    "/search/?q=mug",
    "/search/?q=nowhere",
    "/search/suggest/?q=mu",
    "/pages/imprint/",
]


@pytest.fixture(autouse=True)
def _sharing(settings):
    settings.SHARED_PAGE_SECONDS = 60
    settings.MEMORY_CACHE_SECONDS = 60


@pytest.fixture
def shop():
    AttributeFactory(slug="color", name="Color")
    shelf, brand = CategoryFactory(slug="kitchen"), BrandFactory(slug="tidewater")
    MethodFactory()
    mug = ProductFactory(slug="mug", name="Mug", category=shelf, brand=brand, price=Decimal(20))
    shirt = ProductFactory(slug="shirt", name="Shirt", category=shelf, brand=brand, stock_quantity=0)
    for color in ("red", "blue"):
        catalog.add_variant(
            shirt, sku=color.upper(), options={"color": color}, price=Decimal(20), stock_quantity=9
        )
    ReviewFactory(product=mug)
    pages.add_page(slug="imprint", title="Imprint", body="<p>Us</p>")
    return mug


def hit(response):
    return response["Cache-Status"] == "shop; hit"


def customer(first_name, product):
    """Return a browser in which somebody is logged in who has something in the cart."""
    user = UserFactory(first_name=first_name)
    carts.add(carts.open_for(user), product_id=product.pk, quantity=7)
    browser = Client()
    browser.force_login(user)
    return browser


# Nobody's


def test_the_pages_that_are_compared_are_all_that_are_shared():
    compared = {resolve(page.partition("?")[0]).func for page in PAGES}

    assert compared == set(shared_pages._shared)


def test_nothing_of_anybody_is_in_a_shared_page(shop, settings):
    guest, passer_by = Client(), Client()
    guest.post("/cart/add/", {"product_id": shop.pk, "quantity": 7})
    people = {"Wilhelmina": customer("Wilhelmina", shop), "Bartholomew": customer("Bartholomew", shop)}
    with_cookies = Client(
        HTTP_USER_AGENT="Marked/1.0", HTTP_REFERER="https://marked.example/", HTTP_HX_REQUEST="true"
    )
    with_cookies.cookies["csrftoken"] = "c" * 32
    with_cookies.cookies["seen"] = "1:marked"

    for page in PAGES:
        cache.clear()
        caching.memory.clear()
        first = with_cookies.get(page + ("&" if "?" in page else "?") + "utm_source=marked")
        for name, browser in people.items():
            own = browser.get(page)
            assert own.status_code == 200
            assert "suggest" in page or name in own.content.decode()
            assert own["Cache-Control"] == "private, no-cache"
            assert "Cache-Status" not in own
        in_cart = guest.get(page)
        assert "suggest" in page or 'class="count"' in in_cart.content.decode()
        assert in_cart["Cache-Control"] == "private, no-cache"
        again = passer_by.get(page)

        assert again.content == first.content, page
        assert hit(again)
        assert first["Cache-Control"] == again["Cache-Control"] == "public, max-age=0, s-maxage=60"
        assert not first.cookies
        assert not again.cookies
        text = again.content.decode()
        for word in (*people, "csrf", "marked", "Marked", 'id="cart-count"', "site-action-word</span><span"):
            assert word not in text, (page, word)
        settings.SHARED_PAGE_SECONDS = 0
        assert Client().get(page).content == again.content
        settings.SHARED_PAGE_SECONDS = 60


def test_every_form_of_a_shared_page_is_a_search_or_fills_the_cart(client, shop):
    for page in PAGES:
        for form in re.findall(r"<form [^>]*>", client.get(page).content.decode()):
            if 'method="get"' not in form and 'method="dialog"' not in form:
                assert 'method="post" action="/cart/add/"' in form


def test_the_page_that_was_shared_sells_without_scripts_and_without_a_token(shop):
    browser = Client(enforce_csrf_checks=True)
    browser.get("/products/mug/")

    answer = browser.post(
        "/cart/add/", {"product_id": shop.pk, "quantity": 1}, HTTP_SEC_FETCH_SITE="same-origin"
    )
    from_elsewhere = browser.post("/cart/add/", {"product_id": shop.pk}, HTTP_SEC_FETCH_SITE="cross-site")

    assert (answer.status_code, from_elsewhere.status_code) == (303, 403)
    assert 'class="count"' in browser.get("/products/mug/").content.decode()


def test_what_is_said_to_one_visitor_is_said_to_that_one_only(client, shop):
    stock.adjust(shop, change=-20, reason="Broken")
    client.post("/cart/add/", {"product_id": shop.pk, "quantity": 1})
    said = client.get("/products/mug/")

    assert 'class="notice"' in said.content.decode()
    assert said["Cache-Control"] == "private, no-cache"
    assert 'class="notice"' not in Client().get("/products/mug/").content.decode()


# As cheap as can be


def test_a_shared_page_asks_nothing_of_the_database(client, shop, django_assert_num_queries):
    for page in PAGES:
        client.get(page)
        with django_assert_num_queries(0):
            assert hit(client.get(page))


def test_another_process_finds_it_in_redis(client, shop, django_assert_num_queries):
    first = client.get("/products/mug/")
    caching.memory.clear()

    with django_assert_num_queries(0):
        assert client.get("/products/mug/").content == first.content


def test_who_has_it_already_is_told_that_nothing_changed(client, shop):
    first = client.get("/products/mug/")

    again = client.get("/products/mug/", HTTP_IF_NONE_MATCH=first["ETag"])
    other = client.get("/products/mug/", HTTP_IF_NONE_MATCH='"other"')

    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert again["Cache-Control"] == first["Cache-Control"]
    assert {"Cookie", "Accept-Language"} <= set(again["Vary"].split(", "))
    assert other.status_code == 200


def test_head_tells_the_length_and_shares_the_page_of_get(client, shop):
    head = client.head("/products/mug/")
    page = client.get("/products/mug/")

    assert hit(page)
    assert (head.content, head["Content-Length"]) == (b"", str(len(page.content)))
    assert head["ETag"] == page["ETag"]


def test_a_shared_page_has_all_the_headers_of_its_own(client, shop, settings):
    settings.SHARED_PAGE_SECONDS = 0
    own = client.get("/products/mug/")
    settings.SHARED_PAGE_SECONDS = 60
    client.get("/products/mug/")
    kept = client.get("/products/mug/")

    assert set(kept.headers) - set(own.headers) == {"ETag", "Age", "Cache-Status"}
    for name in set(own.headers) - {"Cache-Control", "X-Request-ID"}:
        assert kept[name] == own[name]
    assert kept["X-Request-ID"] != client.get("/products/mug/")["X-Request-ID"]


def test_what_the_page_does_not_know_makes_no_page_of_its_own(client, shop):
    first = client.get("/products/?sort=price&brand=tidewater")

    for query in (
        "brand=tidewater&sort=price&utm_source=mail",
        "sort=price&x=1&brand=tidewater&q=&min_price=",
    ):
        other = client.get(f"/products/?{query}")
        assert hit(other)
        assert other.content == first.content


@pytest.mark.parametrize(
    "query", ["&".join(f"attr_a{number}=1" for number in range(20)), "q=" + "x" * 400, "x=" + "y" * 5000]
)
def test_what_no_page_of_ours_asks_for_is_not_kept(client, shop, query):
    answer = client.get(f"/products/?{query}")

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-cache"


def test_each_language_has_its_own(client, shop):
    english = client.get("/products/mug/")
    german = client.get("/products/mug/", HTTP_ACCEPT_LANGUAGE="de-AT,de;q=0.9")
    client.cookies["language"] = "de"
    by_cookie = client.get("/products/mug/")

    assert (english["Content-Language"], german["Content-Language"]) == ("en", "de")
    assert hit(by_cookie)
    assert by_cookie.content == german.content != english.content


def test_what_visits_begin_with_is_ready_after_a_deployment(client, shop, django_assert_num_queries):
    said = StringIO()
    call_command("warm_cache", "--bestsellers", "1", stdout=said)

    assert said.getvalue() == "built=8\n"  # home, catalog, a category and a product, in two languages
    with django_assert_num_queries(0):
        for page in ("/", "/products/", "/categories/kitchen/", "/products/shirt/"):
            assert hit(client.get(page, secure=True))
    call_command("warm_cache", "--bestsellers", "1", stdout=said)
    assert said.getvalue().endswith("built=0\n")


# What is never kept


def test_errors_are_not_kept(client, shop):
    for _ in range(2):
        missing = client.get("/products/nothing/")
        assert missing.status_code == 404
        assert missing["Cache-Control"] == "private, no-cache"
        assert "Cache-Status" not in missing


def test_an_old_address_leads_on_with_all_it_says(client, shop):
    catalog.update_product(shop, changes={"slug": "cup"})

    answer = client.get("/products/mug/?utm_source=mail")

    assert (answer.status_code, answer["Location"]) == (301, "/products/cup/?utm_source=mail")


def test_a_host_that_is_not_ours_is_refused_for_kept_pages_too(client, shop):
    client.get("/products/mug/")

    assert client.get("/products/mug/", HTTP_HOST="elsewhere.example").status_code == 400


def test_personal_pages_are_kept_by_nobody(shop):
    browser = customer("Wilhelmina", shop)
    for page in ("/cart/", "/checkout/", "/account/", "/orders/find/"):
        assert "no-store" in browser.get(page)["Cache-Control"], page


# How soon a change is there


def test_a_price_changed_in_the_admin_is_on_the_page_at_the_next_request(
    client, shop, django_capture_on_commit_callbacks
):
    before = client.get("/products/mug/")
    assert hit(client.get("/products/mug/"))
    staff = Client()
    staff.force_login(StaffFactory())

    with django_capture_on_commit_callbacks(execute=True):
        answer = staff.post(change_url(shop), typed(shop, price="33.00") | formsets())
    assert answer.status_code == 302

    for page in ("/products/mug/", "/products/", "/categories/kitchen/", "/"):
        after = client.get(page)
        assert not hit(after)
        assert "33.00" in after.content.decode()
    assert client.get("/products/mug/")["ETag"] != before["ETag"]


def test_a_sale_changes_a_shared_page_when_it_changes_its_words(
    client, shop, django_capture_on_commit_callbacks
):
    assert "In stock" in client.get("/products/mug/").content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        stock.take({shop.pk: 1}, reference="ORD")
    assert hit(client.get("/products/mug/"))
    with django_capture_on_commit_callbacks(execute=True):
        stock.take({shop.pk: 16}, reference="ORD")
    assert "Only a few left" in client.get("/products/mug/").content.decode()


def test_what_staff_change_of_pages_and_delivery_is_there_at_once(
    client, shop, django_capture_on_commit_callbacks
):
    client.get("/products/mug/")
    method = MethodFactory()

    with django_capture_on_commit_callbacks(execute=True):
        delivery.save_method(method)
    assert not hit(client.get("/products/mug/"))
    with django_capture_on_commit_callbacks(execute=True):
        pages.add_page(slug="terms", title="Our terms", body="")
    assert "Our terms" in client.get("/products/mug/").content.decode()


def test_pages_of_all_are_told_from_pages_of_one(client):
    assert client.get(reverse("account_login"))["Cache-Control"] != "public, max-age=0, s-maxage=60"
