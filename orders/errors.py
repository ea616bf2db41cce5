"""The ways a cart or an order can say no. Refusals of stock come from ``products.errors``."""

from django.utils.translation import gettext as _

from dbProject.errors import ErrorCategory, ShopError


class VatNumberRefused(ShopError):
    """A VAT number that cannot be: of no member state, of another one, or with a digit that is wrong."""

    code = "vat_number_refused"
    category = ErrorCategory.VALIDATION

    def __init__(self, country: str) -> None:
        text = _("This VAT number cannot be right for this country. Please check it, or leave it out.")
        super().__init__(text, country=country)
