"""What somebody finds who types something."""

from products import search
from products.models import Product


def find(typed, within=None):
    return search.find(typed, within=Product.objects.active().listed() if within is None else within)


def names(typed):
    return [product.name for product in find(typed).products]
