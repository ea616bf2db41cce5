"""What customers say of products: written, voted for and taken back by forms that need no scripts."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dbProject.errors import ShopError
from products.forms import ReviewForm
from products.models import Product, Review
from products.selectors import reviews
from products.services import reviews as services
from users.models import User

SEE_OTHER = 303
ON_A_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def review_create(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Write the customer's one review of a product, or change it."""
    user = cast(User, request.user)
    product = Product.objects.active().select_related("parent").filter(slug=slug).first()
    if product is None:
        raise Http404(slug)
    page = product.parent or product
    own = reviews.own(user, page)
    form = ReviewForm(request.POST) if request.method == "POST" else ReviewForm.of(own.review)
    if form.is_valid():
        try:
            services.write(user, product_id=page.pk, **form.cleaned_data)
        except ShopError as refusal:
            messages.error(request, refusal.detail)
        else:
            messages.success(request, _("Thank you. Your review is shown once we have read it."))
        return HttpResponseRedirect(f"{page.get_absolute_url()}#reviews", status=SEE_OTHER)
    context = {"product": page, "own": own, "review_form": form}
    return TemplateResponse(request, "products/review_create.html", context)


@require_POST
@login_required
@never_cache
def review_vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the customer found a review helpful, or with ``undo`` that they no longer do."""
    user = cast(User, request.user)
    services.vote(user, review_id=pk, is_helpful="undo" not in request.POST)
    product = Review.objects.select_related("product").get(pk=pk).product
    return HttpResponseRedirect(f"{product.get_absolute_url()}#review-{pk}", status=SEE_OTHER)


@require_POST
@login_required
@never_cache
def review_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a review of one's own back."""
    services.remove(cast(User, request.user), review_id=pk)
    messages.success(request, _("Your review is deleted."))
    return HttpResponseRedirect(reverse("account_reviews"), status=SEE_OTHER)


@require_safe
@login_required
@never_cache
def account_reviews(request: HttpRequest) -> HttpResponse:
    """List what the customer has written."""
    pages = Paginator(reviews.written_by(cast(User, request.user)), ON_A_PAGE)
    context = {"reviews": pages.get_page(request.GET.get("page"))}
    return TemplateResponse(request, "products/account_reviews.html", context)
