"""The catalog for programs: read by everybody, changed by staff and by systems with a key for that."""

from django.urls import path

from products.api.bulk import BulkCreate, BulkUpdate
from products.api.catalog import BrandList, CategoryList
from products.api.files import Exports, Imports, Stream
from products.api.products import ProductDetail, ProductList
from products.api.reviews import ReviewList

urlpatterns = [
    path("products/", ProductList.as_view(), name="product-list"),
    path("products/bulk-create/", BulkCreate.as_view(), name="product-bulk-create"),
    path("products/bulk-update/", BulkUpdate.as_view(), name="product-bulk-update"),
    path("products/imports/", Imports.as_view(), name="product-import"),
    path("products/exports/", Exports.as_view(), name="product-export"),
    path("products/stream/", Stream.as_view(), name="product-stream"),
    path("products/<int:pk>/", ProductDetail.as_view(), name="product-detail"),
    path("products/<int:pk>/reviews/", ReviewList.as_view(), name="product-reviews"),
    path("categories/", CategoryList.as_view(), name="category-list"),
    path("brands/", BrandList.as_view(), name="brand-list"),
]
