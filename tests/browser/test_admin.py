"""What only a browser can tell of the staff's screens."""

from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job
from orders.tests.factories import CouponFactory, MethodFactory
from products.models import Product, ProductImage
from products.tests.factories import ProductFactory
from products.tests.pictures import encoded, picture
from tests.browser import quiet
from users.tests.factories import PASSWORD, StaffFactory

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.slow]

BARRIERS = {"serious", "critical"}


@pytest.fixture(params=["light", "dark"])
def color_scheme(request):
    return request.param


@pytest.fixture
def staff(db):
    return StaffFactory(email="staff@example.com")


@pytest.fixture
def tab(browser, live_server, settings, color_scheme, scripts, transactional_db, staff, tmp_path):
    """A tab in which staff has logged in; what it wrote to its console is in ``complaints``."""
    settings.MEDIA_ROOT = tmp_path
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 1440, "height": 900},
        color_scheme=color_scheme,
        java_script_enabled=scripts,
    )
    tab = context.new_page()
    tab.complaints = []
    tab.on("console", lambda message: tab.complaints.append(f"{tab.url}: {message.text}"))
    tab.on("pageerror", lambda error: tab.complaints.append(f"{tab.url}: {error}"))
    quiet.go(tab, "/admin/login/")
    tab.get_by_label("E-mail address").fill(staff.email)
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_role("button", name="Log in", exact=True).click()
    tab.wait_for_url("**/admin/")
    quiet.go(tab, "/admin/")
    tab.complaints.clear()  # the page of the login fades over, which those of the staff do not
    yield tab
    context.close()


def barriers(tab):
    found = Axe().run(tab).response["violations"]
    return [
        f"{violation['id']}: {violation['nodes'][0]['html'][:160]}"
        for violation in found
        if violation["impact"] in BARRIERS
    ]


def only(scheme):
    return pytest.mark.parametrize("color_scheme", [scheme], indirect=True)


def test_no_screen_has_a_barrier_or_a_complaint(filled_shop, tab):
    single, parent = Product.objects.get(name="Harbor serving bowl"), Product.objects.get(kind="parent")
    job = jobs.start("export_products", params={"format": "csv", "pks": None})
    jobs.run_slice(job.pk)
    coupon, method = CouponFactory(), MethodFactory()
    screens = (
        "",
        "products/product/",
        f"products/product/{single.pk}/change/",
        f"products/product/{parent.pk}/change/",
        "products/product/add/",
        "products/product/import/",
        f"products/product/{single.pk}/adjust-stock/",
        f"products/product/{parent.pk}/add-variant/",
        "products/category/",
        "products/brand/",
        "products/productattribute/add/",
        "products/review/",
        "products/stockmovement/",
        "users/user/",
        "pages/page/",
        "orders/promotion/",
        "orders/promotion/add/",
        f"orders/coupon/{coupon.pk}/change/",
        "orders/shippingzone/add/",
        f"orders/shippingmethod/{method.pk}/change/",
        "orders/taxrate/",
        f"jobs/job/{job.pk}/change/",
        "metrics/reading/profile/",
        "behavior/behaviorcount/funnel/",
        "analytics/",
        "analytics/revenue/",
        "analytics/bestsellers/",
        "analytics/revenue/?first=2026-02-01&last=2026-01-01",
    )
    found = {}

    for screen in screens:
        answer = quiet.go(tab, f"/admin/{screen}")
        found[screen] = [answer.status, tab.locator("main").count(), barriers(tab)]
    tab.context.clear_cookies()
    quiet.go(tab, "/admin/login/")
    found["login"] = [200, tab.locator("main").count(), barriers(tab)]

    assert found == {screen: [200, 1, []] for screen in (*screens, "login")}
    assert tab.complaints == []


@only("light")
def test_ctrl_k_finds_a_product_and_opens_it(tab):
    ProductFactory(name="Walnut tray")

    tab.keyboard.press("Control+k")
    tab.locator("#search-input-command").press_sequentially("walnut")
    tab.locator("#command-results-list").get_by_text("Walnut tray").click()

    tab.wait_for_url("**/change/")
    assert tab.get_by_label("Name").first.input_value() == "Walnut tray"
    assert tab.complaints == []


@only("light")
def test_prices_change_after_a_look_at_them(tab):
    for _ in range(3):
        ProductFactory(price=Decimal("10.00"))
    tab.goto("/admin/products/product/")
    for box in tab.locator("tbody input.action-select").all()[:2]:
        box.check()

    tab.get_by_label("Select action to run").select_option(label="Change prices")
    tab.get_by_role("button", name="Run").click()
    tab.get_by_label("By", exact=True).fill("-15")
    tab.get_by_label("Last digit").select_option("9")
    tab.get_by_role("button", name="Look at it first").click()
    expect(tab.get_by_text("2 prices would change")).to_be_visible()
    assert barriers(tab) == []
    tab.get_by_role("button", name="Change these prices").click()

    expect(tab.get_by_text("2 prices were changed")).to_be_visible()
    assert sorted(Product.objects.values_list("price", flat=True)) == [Decimal("8.59")] * 2 + [
        Decimal("10.00")
    ]
    assert tab.complaints == []


@only("light")
def test_a_picture_chosen_in_the_form_is_the_products_own_and_its_text_stays(tab, tmp_path):
    product = ProductFactory()
    file = tmp_path / "bowl.png"
    file.write_bytes(encoded(image=picture((900, 900))))
    tab.goto(f"/admin/products/product/{product.pk}/change/")

    tab.locator("[name=images-0-alt_text]").fill("A green bowl")
    tab.locator("[name=images-0-upload]").set_input_files(file)
    tab.get_by_role("button", name="Save", exact=True).click()

    expect(tab.get_by_text("was changed successfully")).to_be_visible()
    assert ProductImage.objects.get().alt_text == "A green bowl"
    assert tab.complaints == []


@only("light")
@pytest.mark.parametrize("scripts", [True, False])
def test_an_import_runs_from_upload_to_the_last_row(tab, tmp_path, scripts):
    file = tmp_path / "things.csv"
    file.write_text(
        "sku,name,price,category,brand\nA-1,Stool,80.00,Seats,Alder\nA-2,Bench,free,Seats,Alder\n"
    )
    tab.goto("/admin/products/product/import/")

    tab.locator("[name=file]").set_input_files(file)
    tab.get_by_role("button", name="Look at it first").click()
    expect(tab.get_by_text("would do this")).to_be_visible()
    tab.get_by_role("button", name="Start the import").click()
    expect(tab.get_by_text("Waiting")).to_be_visible()
    jobs.run_slice(Job.objects.get().pk)

    tab.get_by_text("2 of 2").wait_for(timeout=10_000)  # the page looks again by itself
    with tab.expect_download() as download:
        tab.get_by_role("link", name="Download 1 problem").click()
    assert "A-2" in download.value.path().read_text()
    assert tab.complaints == []
