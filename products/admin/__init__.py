"""Staff screens of the catalog."""

from products.admin import attributes, brands, categories, pictures, product, reviews, stock, wishlists

__all__ = ["attributes", "brands", "categories", "pictures", "product", "reviews", "stock", "wishlists"]
