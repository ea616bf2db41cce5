"""The ways this app can say no."""

from django.utils.translation import gettext as _

from dbProject.errors import ErrorCategory, ShopError


class UnknownAddress(ShopError):
    """There is no such address, or it is somebody else's."""

    code = "unknown_address"
    status = 404
    category = ErrorCategory.VALIDATION

    def __init__(self) -> None:
        super().__init__(_("We do not know this address."))


class TooManyAddresses(ShopError):
    """An account keeps as many addresses as it may; nothing was stored."""

    code = "too_many_addresses"
    status = 409

    def __init__(self, most: int) -> None:
        super().__init__(
            _("An account keeps %(most)d addresses at most. Please remove one first.") % {"most": most},
            most=most,
        )


class AccountOfStaff(ShopError):
    """Who works here cannot be erased; nothing has changed."""

    code = "account_of_staff"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            _(
                "This account belongs to the staff: what they changed stays under their name."
                " Take their rights first."
            )
        )
