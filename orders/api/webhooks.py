"""What payment providers tell the shop."""

import logging

from django.conf import settings
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dbProject import redaction
from orders.errors import WebhookRefused
from orders.services import webhooks

logger = logging.getLogger(__name__)


class PaymentWebhook(APIView):
    """Keep a message of a payment provider; one that is known is thanked for once more."""

    authentication_classes = ()  # signed by the provider instead
    permission_classes = ()
    parser_classes = ()  # the signature is over the very bytes
    schema = None  # of no use to anybody but the provider

    def post(self, request: Request, provider: str) -> Response:
        if provider != settings.PAYMENT_PROVIDER:
            raise Http404(provider)
        try:
            webhooks.receive(provider, body=request.body, headers=request.headers)
        except WebhookRefused as refusal:
            # Anybody may send any number of these, so the line costs the same whatever stands in the body.
            facts = {"provider": provider, "reason": redaction.redacted(refusal.reason)}
            logger.warning("webhook_refused", extra={"facts": facts})
            raise
        return Response({"received": True})
