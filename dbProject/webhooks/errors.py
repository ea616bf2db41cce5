"""The ways a webhook can say no."""

from django.utils.translation import gettext as _

from dbProject.errors import ErrorCategory, ShopError


class TargetRefused(ShopError):
    """An address that no message may go to."""

    code = "webhook_target_refused"
    category = ErrorCategory.VALIDATION

    def __init__(self) -> None:
        detail = _("Messages go to https addresses on the public internet only, without a password.")
        super().__init__(detail, errors=[{"pointer": "/url", "code": self.code, "detail": detail}])


class WebhookExists(ShopError):
    """A system has this address already: a second one would be told of everything twice."""

    code = "webhook_exists"
    status = 409

    def __init__(self, pk: int) -> None:
        super().__init__(_("This system has a webhook at this address already."), webhook=pk)


class TooManyWebhooks(ShopError):
    """A system has as many addresses as it may."""

    code = "too_many_webhooks"
    status = 409

    def __init__(self, most: int) -> None:
        super().__init__(_("A system has %(most)d webhooks at most.") % {"most": most}, most=most)


class UnknownWebhook(ShopError):
    """There is no such webhook, or it has just gone."""

    code = "webhook_unknown"
    status = 404
    category = ErrorCategory.VALIDATION

    def __init__(self) -> None:
        super().__init__(_("There is no such webhook."))
