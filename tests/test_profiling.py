"""Where the time of a page goes."""

from io import StringIO

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import HttpResponse

from dbProject import profiling
from products.models import Brand
from products.tests.factories import BrandFactory, ProductFactory
from users.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


def profile(*arguments):
    out = StringIO()
    call_command("profile_request", *arguments, stdout=out)
    return out.getvalue()


def middleware(rf, path, user):
    """Ask the middleware for a page whose view asks for the brands."""
    request = rf.get(path)
    request.user = user
    view = lambda _request: HttpResponse(str(list(Brand.objects.all())))  # noqa: E731
    return profiling.ProfileMiddleware(view)(request).content.decode()


def test_a_page_is_shown_with_its_queries_their_plans_its_functions_and_its_memory():
    ProductFactory(name="Harbor mug")

    said = profile("/products/?q=mug")

    assert said.startswith("/products/?q=mug -> 200\n")
    for part in (
        " queries\n",
        "SELECT",
        "actual time=",
        "== Functions",
        "internal time",
        "cumulative time",
        "== Allocations",
        "KiB at most",
    ):
        assert part in said, part
    assert " dbProject/observation.py" in said


def test_it_is_asked_for_as_somebody_who_is_logged_out_after_it():
    customer = UserFactory()

    assert profile("/account/", "--as", customer.email, "--no-plans").startswith("/account/ -> 200")
    assert profile("/account/").startswith("/account/ -> 302")
    assert not Session.objects.exists()
    with pytest.raises(CommandError, match="Nobody has the address"):
        profile("/account/", "--as", "nobody@example.com")


def test_what_changes_rows_is_planned_and_not_run():
    brand = BrandFactory(name="Before")
    asked = profiling.Asked("UPDATE brands SET name = %s", ["After"], 0.1)

    plan = profiling.plan_of(asked)

    assert "Update on brands" in plan
    assert "actual time" not in plan
    brand.refresh_from_db()
    assert brand.name == "Before"
    assert "has no plan" in profiling.plan_of(profiling.Asked("SAVEPOINT x", None, 0.1))
    assert "actual time" in profiling.plan_of(profiling.Asked("SELECT 1", None, 0.1))
    assert connection.is_usable()


def test_staff_read_it_at_a_signed_address_and_nobody_else(rf, settings):
    address = profile("/brands/all/", "--link").strip().removeprefix(settings.SITE_URL)
    mark = address.partition("?")[2]

    assert "== Functions" in middleware(rf, address, StaffFactory())
    for path, user in (
        (address, UserFactory()),
        (address[:-1], StaffFactory()),
        (f"/brands/others/?{mark}", StaffFactory()),
        ("/brands/all/", StaffFactory()),
    ):
        assert middleware(rf, path, user) == "[]"


def test_production_knows_no_such_address(settings):
    assert not [name for name in settings.MIDDLEWARE if "profil" in name]
