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


class WrongCredentials(ShopError):
    """An address and a password that do not belong together, whichever of them is wrong."""

    code = "wrong_credentials"
    status = 401
    category = ErrorCategory.AUTHENTICATION

    def __init__(self) -> None:
        super().__init__(_("This address and this password do not belong together."))


class SecondFactorRequired(ShopError):
    """The password is right, and the code of the second factor is missing or wrong."""

    code = "second_factor_required"
    status = 401
    category = ErrorCategory.AUTHENTICATION

    def __init__(self, *, is_wrong: bool = False) -> None:
        text = _("That is not the code.") if is_wrong else _("Please send the code of your app, too.")
        errors = [{"pointer": "/code", "code": "wrong" if is_wrong else "required", "detail": text}]
        super().__init__(text, errors=errors)


class VerificationRequired(ShopError):
    """The account is new, and nobody has entered the code of its mail yet. A page of ours asks for it."""

    code = "verification_required"
    status = 401
    category = ErrorCategory.AUTHENTICATION

    def __init__(self, url: str) -> None:
        super().__init__(_("Please confirm your address first, on our page."), verification_url=url)
