"""What the forms of a product send, and a picture for them."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from products.tests.factories import BrandFactory, CategoryFactory

LIST = "/admin/products/product/"


def png(color="#336699", size=(640, 480)):
    data = BytesIO()
    Image.new("RGB", size, color).save(data, "PNG")
    return SimpleUploadedFile("picture.png", data.getvalue(), content_type="image/png")


def formsets(pictures=(), values=(), existing_pictures=0, existing_values=0):
    data = {"movements-TOTAL_FORMS": 1, "movements-INITIAL_FORMS": 1}
    for prefix, rows, initial in (
        ("images", pictures, existing_pictures),
        ("attribute_values", values, existing_values),
    ):
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
        for number, row in enumerate(rows):
            data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def typed(product=None, **changes):
    """What the form of ``product`` sends, with ``changes``."""
    new = {"sku": "NEW-1", "name": "New thing", "slug": "new-thing", "price": "12.50", "stock_quantity": 3}
    names = ("sku", "name", "slug", "price", "low_stock_threshold", "short_description", "ean", "tax_class")
    if product is None:
        category, brand = CategoryFactory(), BrandFactory()
        data = {
            **new,
            "category": category.pk,
            "brand": brand.pk,
            "low_stock_threshold": 5,
            "tax_class": "standard",
            "is_active": "on",
        }
    else:
        data = {name: getattr(product, name) for name in names}
        data |= {"category": product.category_id, "brand": product.brand_id, "is_active": "on"}
    return data | changes


def change_url(product):
    return reverse("admin:products_product_change", args=[product.pk])
