"""The ways of being let in no more."""

from django.utils.translation import gettext as _

from dbProject.errors import ErrorCategory, ShopError


class AccountGone(ShopError):
    """The account was erased while it asked for this; nothing was done."""

    code = "account_gone"
    status = 401
    category = ErrorCategory.AUTHENTICATION

    def __init__(self) -> None:
        super().__init__(_("This account has just been deleted. Nothing was done."))
