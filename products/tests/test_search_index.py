"""How what can be found is kept: by the database itself."""

import os
import subprocess
import sys
from threading import Thread

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from products import search
from products.models import Product
from products.services import catalog
from products.tests.factories import AttributeFactory, ProductFactory


def found(typed):
    return list(search.find(typed, within=Product.objects.active().listed()).products)


def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT product_id, document::text FROM product_search ORDER BY product_id")
        return cursor.fetchall()


@pytest.mark.django_db
def test_what_was_kept_step_by_step_is_what_a_fresh_look_says():
    AttributeFactory(slug="color")
    shirt = ProductFactory(name="Shirt", stock_quantity=0)
    for color in ("Red", "Blue"):
        catalog.add_variant(shirt, sku=f"S-{color}", options={"color": color}, price=1, ean="40063813")
    ProductFactory(name="Gone", is_active=False)
    Product.objects.filter(name="Shirt").update(name="Blouse")
    kept = {pk: set(document.split()) for pk, document in rows()}

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM product_search")
        cursor.execute("SELECT product_search_refresh(array_agg(id)) FROM products")

    words_only = [
        {pk: {lexeme.split(":")[0] for lexeme in document} for pk, document in one.items()}
        for one in (kept, {pk: set(document.split()) for pk, document in rows()})
    ]
    assert words_only[0] == words_only[1]
    assert list(kept) == [shirt.pk]


@pytest.mark.django_db
def test_a_sale_writes_nothing_to_the_index():
    product = ProductFactory()
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid, xmin FROM product_search")
        before = cursor.fetchall()
        Product.objects.filter(pk=product.pk).update(stock_quantity=3, price=2)
        cursor.execute("SELECT ctid, xmin FROM product_search")

        assert cursor.fetchall() == before


@pytest.mark.django_db(transaction=True)
def test_two_variants_renamed_at_once_are_both_found():
    AttributeFactory(slug="color")
    parent = ProductFactory(name="Shirt", stock_quantity=0)
    one, other = (
        catalog.add_variant(parent, sku=sku, options={"color": sku}, price=1) for sku in ("V-1", "V-2")
    )

    def rename_the_other():
        Product.objects.filter(pk=other.pk).update(name="Turquoise")
        connection.close()

    rival = Thread(target=rename_the_other)
    with transaction.atomic():
        Product.objects.filter(pk=one.pk).update(name="Vermilion")
        rival.start()
        wait_until_somebody_waits_for_us()
    rival.join(10)

    assert found("vermilion") == found("turquoise") == [parent]


def wait_until_somebody_waits_for_us():
    with connection.cursor() as cursor:
        for _ in range(20_000):
            cursor.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waited")


@pytest.mark.django_db(transaction=True)
def test_emptying_the_products_empties_the_index():
    ProductFactory(name="Kettle")
    assert len(rows()) == 1

    call_command("flush", interactive=False, verbosity=0)

    assert rows() == []


COPIED = """
import django
django.setup()
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection, models
from django.db.migrations import Migration
from products import search
from products.models import Product
from products.services import brands, catalog, categories

call_command("migrate", verbosity=0)
shelf, maker = categories.create_category(name="Kitchen"), brands.create_brand(name="Marlow")
kettle = catalog.create_product(category=shelf, brand=maker, sku="K", slug="k", name="Kettle", price=1)

# A later release makes a column longer.
plan = [(Migration("0099_later", "products"), False)]
emit_pre_migrate_signal(0, False, "default", plan=plan)
old, new = Product._meta.get_field("name"), models.CharField(max_length=400)
new.set_attributes_from_name("name")
new.model = Product
with connection.schema_editor() as editor:
    editor.alter_field(Product, old, new)
Product.objects.update(name="Teapot")
emit_post_migrate_signal(0, False, "default", plan=plan)

Product.objects.update(short_description="Whistles")
within = Product.objects.active().listed()
typed = ("kettle", "teapot", "whistling", "marlow")
print([search.find(words, within=within).matches.count() for words in typed])
"""


@pytest.mark.slow
@pytest.mark.integration
def test_search_on_sqlite_survives_the_copying_of_its_tables(tmp_path):
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
        "DJANGO_SETTINGS_MODULE": "dbProject.settings.local",
        "DATABASE_URL": f"sqlite:///{tmp_path}/shop.sqlite3",
    }
    command = [sys.executable, "-c", COPIED]
    answer = subprocess.run(  # noqa: S603 -- our own code
        command,
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert answer.stdout.strip().endswith("[0, 1, 1, 1]"), answer.stderr
