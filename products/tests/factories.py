from decimal import Decimal

import factory

from products.models import Brand, Category, Product, ProductAttribute, Review
from products.services import brands, catalog, categories, reviews
from users.tests.factories import UserFactory


class CategoryFactory(factory.django.DjangoModelFactory[Category]):
    class Meta:
        model = Category

    name = factory.Sequence("Category {}".format)
    slug = factory.Sequence("category-{}".format)

    @classmethod
    def _create(cls, model_class, *args, **fields):
        return categories.create_category(**fields)


class BrandFactory(factory.django.DjangoModelFactory[Brand]):
    class Meta:
        model = Brand

    name = factory.Sequence("Brand {}".format)
    slug = factory.Sequence("brand-{}".format)

    @classmethod
    def _create(cls, model_class, *args, **fields):
        return brands.create_brand(**fields)


class ProductFactory(factory.django.DjangoModelFactory[Product]):
    """A product on sale at 10.00 with 20 units left, born as in the shop: with its opening movement."""

    class Meta:
        model = Product

    category = factory.SubFactory(CategoryFactory)
    brand = factory.SubFactory(BrandFactory)
    sku = factory.Sequence("SKU-{}".format)
    slug = factory.Sequence("product-{}".format)
    name = factory.Sequence("Product {}".format)
    price = Decimal("10.00")
    stock_quantity = 20

    @classmethod
    def _create(cls, model_class, *args, **fields):
        return catalog.create_product(**fields)


class AttributeFactory(factory.django.DjangoModelFactory[ProductAttribute]):
    class Meta:
        model = ProductAttribute

    name = factory.Sequence("Attribute {}".format)
    slug = factory.Sequence("attribute-{}".format)
    attribute_type = ProductAttribute.Type.SELECT
    is_filterable = True


class ReviewFactory(factory.django.DjangoModelFactory[Review]):
    class Meta:
        model = Review

    product = factory.SubFactory(ProductFactory)
    user = factory.SubFactory(UserFactory)
    rating = 5
    title = "Does what it should"
    content = "Still going after a year."
    is_approved = True

    @classmethod
    def _create(cls, model_class, *args, **fields):
        review = super()._create(model_class, *args, **fields)
        reviews.recount([review.product_id])
        return review
