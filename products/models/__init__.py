"""The catalog: what is for sale, at what price, how much of it is left, and what people say of it."""

from products.models.attribute import ProductAttribute, ProductAttributeValue
from products.models.brand import Brand
from products.models.category import Category
from products.models.picture import PictureAddress, ProductImage
from products.models.price import PriceRecord
from products.models.product import Product, ProductQuerySet
from products.models.recommendation import Recommendation
from products.models.redirect import SlugRedirect
from products.models.review import RATINGS, Review, ReviewInvitation, ReviewVote
from products.models.search_word import SearchWord
from products.models.stock import StockMovement
from products.models.wishlist import Wishlist, WishlistItem

__all__ = [
    "RATINGS",
    "Brand",
    "Category",
    "PictureAddress",
    "PriceRecord",
    "Product",
    "ProductAttribute",
    "ProductAttributeValue",
    "ProductImage",
    "ProductQuerySet",
    "Recommendation",
    "Review",
    "ReviewInvitation",
    "ReviewVote",
    "SearchWord",
    "SlugRedirect",
    "StockMovement",
    "Wishlist",
    "WishlistItem",
]
