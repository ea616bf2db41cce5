"""A system that listens: a real server on loopback that keeps what it was told and answers as it likes."""

from datetime import timedelta

from django.db import transaction

from dbProject.outbox.tests.working import work_off
from dbProject.webhooks import services
from dbProject.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.loopback import LoopbackServer


class Receiver(LoopbackServer):
    """``told`` has (headers, body) of each message; ``answers`` are taken one by one, the last for all.

    An answer is a status, a (status, body), or the seconds that it takes.
    """

    protocol = "HTTP/1.0"
    path = "/hooks"

    def __init__(self, *answers):
        super().__init__()
        self.told, self.answers = [], list(answers) or [204]

    def post(self, request, body):
        self.told.append(({name.lower(): value for name, value in request.headers.items()}, body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, float):
            self.is_over.wait(answer)
            answer = 204
        status, text = answer if isinstance(answer, tuple) else (answer, b"")
        request.send_response(status)
        if 300 <= status < 400:
            request.send_header("Location", self.url)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    def ids(self):
        return [headers["webhook-id"] for headers, _body in self.told]


def listens(receiver, **fields):
    return services.add_endpoint(url=receiver.url, name="Warehouse", **fields)


def publish(kind="order.created", **data):
    with transaction.atomic():
        services.publish(kind, data or {"order": {"order_number": "ORD-1", "total_amount": "64.90"}})
    work_off("dbProject.webhooks.tasks.fan_out_webhook")


def later(**passed):
    """Let time pass for all that waits."""
    for delivery in WebhookDelivery.objects.filter(state="waiting"):
        delivery.next_attempt_at -= timedelta(**passed)
        delivery.save()
    for endpoint in WebhookEndpoint.objects.exclude(failing_since=None):
        endpoint.failing_since -= timedelta(**passed)
        endpoint.save()
