"""The ways a webhook can say no."""

from django.utils.translation import gettext as _

from dbProject.errors import ErrorCategory, ShopError


class TargetRefused(ShopError):
    """An address that no message may go to."""

    code = "webhook_target_refused"
    category = ErrorCategory.VALIDATION

    def __init__(self) -> None:
        super().__init__(_("Messages go to https addresses on the public internet only, without a password."))
