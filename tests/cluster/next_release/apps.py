"""What the next release does otherwise: whoever orders gets a thank-you, and the order has room for it."""

from django.apps import AppConfig
from django.db import models
from django.db.models.signals import post_save  # noqa: TID251 -- instead of another version of the service


class NextRelease(AppConfig):
    name = "tests.cluster.next_release"

    def ready(self):
        from orders.models import Order

        Order.add_to_class("thanks", models.CharField(max_length=20, null=True, default="due"))
        post_save.connect(thank, sender=Order, dispatch_uid="thank")


def thank(instance, created, **_):
    """Write down, with the order, that somebody is to be thanked."""
    from dbProject.outbox import services as outbox

    if created:
        outbox.record("tests.cluster.next_release.tasks.thank", order_id=instance.pk)
