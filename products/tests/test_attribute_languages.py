"""Attributes and their answers, as readers of another language see them."""

import json

import pytest
from django.utils import translation

from products.models import ProductAttribute
from products.selectors import facets, products
from products.selectors.catalog import CatalogFilter
from products.services import attributes, catalog
from products.tests.factories import AttributeFactory, ProductFactory

pytestmark = [pytest.mark.django_db, pytest.mark.journey]

GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de"}


@pytest.fixture
def mug():
    """A mug in Oak and Clay, of which only Oak has a German name; of two materials, with a guarantee."""
    said = {
        "color": {"name": "Farbe", "values": {"Oak": "Eiche"}},
        "material": {"values": {"Steel": "Stahl"}},
    }
    AttributeFactory(slug="color", name="Color", translations={"de": said["color"]})
    AttributeFactory(
        slug="material", name="Material", attribute_type="multiselect", translations={"de": said["material"]}
    )
    AttributeFactory(
        slug="years",
        name="Guarantee",
        attribute_type="number",
        unit="years",
        translations={"de": {"name": "Garantie", "unit": "Jahre"}},
    )
    mug = ProductFactory(stock_quantity=0)
    attributes.set_values(mug, {"material": "Steel|Glass", "years": "5"})
    for color in ("Oak", "Clay"):
        catalog.add_variant(mug, sku=color, options={"color": color}, price=9, stock_quantity=2)
    return mug


def offered():
    """Return each facet's name with what its options send and how they read."""
    return {
        facet.label: {option.value: option.label for option in facet.options}
        for facet in facets.of(CatalogFilter()).attributes
    }


def test_a_filter_reads_in_the_reader_s_language_and_sends_the_same(mug):
    with translation.override("en"):
        assert offered()["Color"] == {"Clay": "Clay", "Oak": "Oak"}
    with translation.override("de"):  # from what is remembered
        assert offered()["Farbe"] == {"Clay": "Clay", "Oak": "Eiche"}
        assert offered()["Material"] == {"Glass": "Glass", "Steel": "Stahl"}


def test_an_applied_filter_reads_so_too(client, mug):
    chips = client.get("/products/?attr_color=Oak", **GERMAN).context["chips"]

    assert [chip.label for chip in chips] == ["Farbe: Eiche"]


def test_choices_and_specifications_read_in_the_reader_s_language(mug):
    with translation.override("de"):
        page = products.page(products.family(mug.slug), sku="Oak")

    (question,) = page.questions
    assert (question.name, question.label, question.current) == ("option_color", "Farbe", "Eiche")
    assert [(choice.value, choice.label) for choice in question.choices] == [
        ("Oak", "Eiche"),
        ("Clay", "Clay"),
    ]
    assert set(page.specifications) == {
        ("Farbe", "Eiche"),
        ("Material", "Glass, Stahl"),
        ("Garantie", "5 Jahre"),
    }


@pytest.mark.parametrize(
    ("typed", "is_taken"),
    [
        ("", True),
        ('{"de": {"name": "Farbe", "unit": "", "values": {"Oak": "Eiche"}}}', True),
        ('{"de": {"values": {"Oak": 5}}}', False),
        ('{"de": {"values": ["Eiche"]}}', False),
        ('{"de": {"slug": "farbe"}}', False),
        ('{"en": {"name": "Colour"}}', False),
    ],
)
def test_staff_name_an_attribute_in_another_language(staff_client, typed, is_taken):
    color = AttributeFactory(slug="color", name="Color")
    address = f"/admin/products/productattribute/{color.pk}/change/"
    data = {"name": "Color", "slug": "color", "attribute_type": "select", "sort_order": 0}

    assert (staff_client.post(address, data | {"translations": typed}).status_code == 302) is is_taken

    assert ProductAttribute.objects.get().translations == (json.loads(typed or "{}") if is_taken else {})
