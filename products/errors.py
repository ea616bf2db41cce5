"""The ways the catalog can say no."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from dbProject.errors import ErrorCategory, ShopError


class OutOfStock(ShopError):
    """One or more products have fewer units left than were asked for."""

    code = "out_of_stock"
    status = 409

    def __init__(self, names: Mapping[str, str]) -> None:
        """Take the short products as SKU -> name."""
        text = _("Not enough left of: %(names)s.") % {"names": ", ".join(names.values())}
        super().__init__(text, skus=list(names))


class UnknownProduct(ShopError):
    """There is no such product, or it is no longer for sale."""

    code = "unknown_product"
    status = 404


class ChooseVariant(ShopError):
    """A parent is a page, not a thing to buy."""

    code = "choose_variant"
    status = 409

    def __init__(self, sku: str, name: str) -> None:
        super().__init__(_("Please choose which %(name)s you want.") % {"name": name}, sku=sku)


class SkuTaken(ShopError):
    """Another product, perhaps a deleted one, has this SKU."""

    code = "sku_taken"
    status = 409
    category = ErrorCategory.VALIDATION

    def __init__(self, sku: str) -> None:
        super().__init__(_("The SKU %(sku)s belongs to another product.") % {"sku": sku}, sku=sku)


class SlugTaken(ShopError):
    """Another product, perhaps a deleted one, has this address."""

    code = "slug_taken"
    status = 409
    category = ErrorCategory.VALIDATION

    def __init__(self, slug: str) -> None:
        super().__init__(_("The address %(slug)s belongs to something else.") % {"slug": slug}, slug=slug)


class VariantRefused(ShopError):
    """These options cannot become a variant of this product."""

    code = "variant_refused"
    status = 409
    category = ErrorCategory.VALIDATION


class PriceRefused(ShopError):
    """A price that no product can have: negative, or a sale price that is no reduction."""

    code = "price_refused"
    category = ErrorCategory.VALIDATION


class PriceChanged(ShopError):
    """A price is no longer what the person who decides about it has seen."""

    code = "price_changed"
    status = 409


class StockRefused(ShopError):
    """A change of stock that cannot be booked: no units, no reason, or below zero."""

    code = "stock_refused"
    status = 409
    category = ErrorCategory.VALIDATION


class AttributeValueRefused(ShopError):
    """A value that is not of its attribute's type."""

    code = "attribute_value_refused"
    category = ErrorCategory.VALIDATION

    def __init__(self, attribute: str, detail: str) -> None:
        super().__init__(detail, attribute=attribute)


class AttributeInUse(ShopError):
    """An attribute that says something of products neither goes nor changes its type."""

    code = "attribute_in_use"
    status = 409
    category = ErrorCategory.VALIDATION


class CategoryInsideItself(ShopError):
    """A category cannot be moved below itself."""

    code = "category_inside_itself"
    status = 409
    category = ErrorCategory.VALIDATION


class CategoryInUse(ShopError):
    """A category that still holds products or other categories cannot go."""

    code = "category_in_use"
    status = 409
    category = ErrorCategory.VALIDATION


class BrandInUse(ShopError):
    """A brand that still has products cannot go."""

    code = "brand_in_use"
    status = 409
    category = ErrorCategory.VALIDATION


class ImportRefused(ShopError):
    """A file that cannot be read as products at all."""

    code = "import_refused"
    status = 400
    category = ErrorCategory.VALIDATION


class ReviewRefused(ShopError):
    """This review cannot be written."""

    code = "review_refused"
    status = 409


class UnknownReview(ShopError):
    """There is no such review, or it is not shown."""

    code = "unknown_review"
    status = 404


class UnknownWishlist(ShopError):
    """There is no such list, or nothing like this on any, that belongs to who asks."""

    code = "unknown_wishlist"
    status = 404


class WishlistRefused(ShopError):
    """There are as many lists, or things on a list, as there may be; or another list has that name."""

    code = "wishlist_refused"
    status = 409


class BatchRefused(ShopError):
    """Of many products at once some cannot be; ``errors`` say which, by their place. None was stored."""

    code = "batch_refused"
    status = 409
    category = ErrorCategory.VALIDATION

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(_("Some of these cannot be. Nothing was stored."), errors=errors)
