"""An account after the order: what it needs is known already, but for a password."""

from typing import Any

from allauth.account.views import SignupView
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from orders.models import Order
from orders.selectors import orders
from users.forms import SignupForm


@method_decorator(never_cache, name="dispatch")
class AccountOffer(SignupView):
    """Sign up with the address of a guest's order; whoever has the link knows that address.

    The rest is like any other sign-up: the address is proven by the code in a mail, which also brings the
    order into the account, and nothing tells whether there was an account before.
    """

    template_name = "orders/account_offer.html"
    order: Order

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.order = orders.by_link(kwargs["order_number"], request.GET.get("key", ""))
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        if "data" in kwargs:
            first_name = self.order.shipping_address.get("name", "").partition(" ")[0]
            kwargs["data"] = {
                "email": self.order.email,
                "first_name": first_name,
                "password1": kwargs["data"].get("password1", ""),
            }
        return kwargs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ours = {"order": self.order, "key": self.request.GET.get("key", "")}
        context: dict[str, Any] = super().get_context_data(**kwargs) | ours
        return context


def offer(order: Order) -> SignupForm | None:
    """Return the form of one field that an order's page offers; None for who has an account."""
    return None if order.user_id else SignupForm()
