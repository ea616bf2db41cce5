"""The page of the test bank, where somebody pays, declines, confirms, or leaves."""

from decimal import Decimal
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orders.forms import TestBankForm
from orders.gateways.test_bank import ledger

SEE_OTHER = 303
LATE_SECONDS = 30.0
MANNERS = {
    "twice": ledger.Manners(copies=2),
    "late": ledger.Manners(late_seconds=LATE_SECONDS),
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a payment, or do with it what its customer and the tester chose."""
    payment = ledger.payment(reference) if settings.PAYMENT_PROVIDER == "test" else None
    if payment is None:
        raise Http404(reference)
    form = TestBankForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        _act(payment, form)
        payment = ledger.payment(reference) or payment
        if form.cleaned_data["answer"] in {"pay", "confirm"}:
            return _back(payment)
    elif payment.state in {ledger.PAID, ledger.AUTHORIZED}:
        return _back(payment)
    return TemplateResponse(
        request,
        "orders/test_bank.html",
        {
            "payment": payment,
            "amount": Decimal(payment.cents).scaleb(-2),
            "back": _path(payment),
            "form": form,
            "is_closed": payment.state == ledger.CLOSED,
            "is_asked": payment.state == ledger.ASKED,
            "is_declined": form.is_bound and form.cleaned_data.get("answer") == "decline",
        },
    )


def _act(payment: ledger.Payment, form: TestBankForm) -> None:
    manners = MANNERS.get(form.cleaned_data["webhook"], ledger.PROMPT)
    if fault := form.cleaned_data["status"]:
        ledger.set_fault("status", fault, times=3)
    match form.cleaned_data["answer"]:
        case "pay":
            ledger.pay(payment.reference, manners=manners)
        case "decline":
            ledger.decline(payment.reference, manners=manners)
        case "ask":
            ledger.ask(payment.reference)
        case "confirm":
            ledger.authorize(payment.reference, manners=manners)


def _back(payment: ledger.Payment) -> HttpResponse:
    return HttpResponseRedirect(_path(payment), status=SEE_OTHER)


def _path(payment: ledger.Payment) -> str:
    """Return the way back, without the shop's name: the bank's page is served by the shop itself."""
    parts = urlsplit(payment.return_url)
    return f"{parts.path}?{parts.query}"
