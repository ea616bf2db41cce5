"""``seed_demo`` and ``reconcile``."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from dbProject.metrics.models import Reading
from dbProject.pages.models import Page
from orders.models import Order, Promotion, ShippingMethod
from orders.services import reconciliation
from products.models import Category, Product, ProductImage, Review, StockMovement
from products.services import demo, pictures
from products.tests.factories import ProductFactory
from users.models import User

pytestmark = pytest.mark.django_db


def said(command, *arguments, **options):
    out = StringIO()
    call_command(command, *arguments, stdout=out, **options)
    return out.getvalue()


def counts():
    return {
        model.__name__: model.objects.count()
        for model in (User, Category, Product, ProductImage, Review, Page, ShippingMethod, Promotion, Order)
    }


@pytest.fixture
def small_drawings(monkeypatch):
    """Draw every picture, but small: what is tested here is not how they look."""
    monkeypatch.setattr(demo, "PICTURE_PIXELS", 96)
    monkeypatch.setattr(demo, "TILE_PIXELS", 96)


@pytest.mark.slow
def test_the_demo_store_is_complete_sound_and_seeding_again_adds_nothing(small_drawings):
    first = said("seed_demo", products=30, customers=5, orders=40)
    once = counts()

    again = said("seed_demo", products=30, customers=5, orders=40)

    assert "Added 30 products" in first
    assert "Added 0 products, 0 pictures and 0 reviews." in again
    assert "Added 0 delivery zones, 0 offers and 0 orders." in again
    assert counts() == once
    assert Product.objects.listed().count() == 30
    assert Product.objects.filter(kind="variant").count() >= 4
    assert not Product.objects.filter(images=None).exists()
    assert Category.objects.roots().count() == 6
    assert once["User"] == 6
    assert (once["ShippingMethod"], once["Order"]) == (6, 40)
    assert Product.objects.listed().filter(units_sold__gt=0).exists()
    began = StockMovement.objects.filter(kind="opening")
    assert not began.exclude(created_at=F("product__created_at")).exists()
    assert not StockMovement.objects.filter(created_at__lt=F("product__created_at")).exists()
    assert reconciliation.breaks() == []


def test_pictures_of_the_demo_may_come_later(small_drawings):
    said("seed_demo", products=3, customers=0, orders=0, without_pictures=True)
    assert not Product.objects.exclude(images=None).exists()
    assert not Category.objects.exclude(image="").exists()

    assert "Added 0 products" in said("seed_demo", products=3, customers=0, orders=0)

    assert not Product.objects.filter(images=None).exists()
    assert Category.objects.exclude(image="").exists()


@pytest.mark.slow
def test_a_seeding_that_was_killed_is_completed_by_the_next(small_drawings, monkeypatch):
    def killed(items):
        raise KeyboardInterrupt

    with monkeypatch.context() as now:
        now.setattr(pictures, "add_many", killed)
        with pytest.raises(KeyboardInterrupt):
            said("seed_demo", products=6, customers=2, orders=0)

    said("seed_demo", products=6, customers=2, orders=0)

    assert Product.objects.listed().count() == 6
    assert Category.objects.exclude(image="").exists()
    assert not Product.objects.filter(images=None).exists()
    assert Review.objects.exists()


def test_a_shop_with_products_is_left_alone_when_only_an_empty_one_is_to_be_filled():
    ProductFactory().delete()

    out = said("seed_demo", if_empty=True)

    assert "nothing was added" in out
    assert "staff@example.com" in out
    assert not Product.objects.exists()


@pytest.mark.parametrize("wrong", ["-1", "many", "1.5"])
def test_a_count_that_is_none_is_refused_in_words(wrong):
    with pytest.raises(CommandError, match="whole number"):
        call_command("seed_demo", f"--products={wrong}")


def test_sound_books_say_so():
    ProductFactory()

    assert said("reconcile") == "breaks=0\n"
    assert json.loads(said("reconcile", "--json")) == {"breaks": 0, "mended": 0, "found": []}


def test_a_break_is_named_and_ends_with_an_error_and_can_be_mended():
    product = ProductFactory(sku="TEA", stock_quantity=5)
    Product.objects.filter(pk=product.pk).update(stock_quantity=7)
    out = StringIO()

    with pytest.raises(SystemExit) as end:
        call_command("reconcile", stdout=out)

    assert end.value.code == 1
    assert out.getvalue() == "stock TEA: counter 7, ledger 5\nbreaks=1\n"
    assert Reading.objects.get(name="reconcile_breaks").value == 1
    assert said("reconcile", "--fix") == "mended=1\nbreaks=0\n"
    assert Reading.objects.get(name="reconcile_breaks").value == 0  # what is repaired alarms nobody


def test_every_rule_finds_its_break():
    single, parent, child = ProductFactory.create_batch(3, stock_quantity=0)
    audio = Category.objects.get(pk=single.category_id)
    ProductImage.objects.create(product=single, image="a.png")
    Product.objects.filter(pk=single.pk).update(price_low=1, price_high=2)
    Product.objects.filter(pk=parent.pk).update(kind="parent", is_available=True)
    Product.objects.filter(pk=child.pk).update(kind="variant", parent=single, stock_quantity=1)
    Category.objects.filter(pk=parent.category_id).update(parent=audio)
    Category.objects.filter(pk=audio.pk).update(parent=parent.category_id)

    rules = {found.rule for found in reconciliation.breaks()}

    assert rules == {"stock", "figures", "parents", "variants", "categories", "pictures"}
