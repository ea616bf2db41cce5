"""What customers put aside: several lists, each of them shared by a link if they like."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dbProject.errors import ShopError
from products.errors import WishlistRefused
from products.forms import NoteForm, WishlistForm, WishMailsForm
from products.models import Product
from products.selectors import wishlists
from products.services import wishlists as services
from users.models import User
from users.selectors import consents
from users.services.consents import decide

SEE_OTHER = 303


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def account_wishlists(request: HttpRequest) -> HttpResponseBase:
    """List the customer's lists, and begin another."""
    user = cast(User, request.user)
    form = WishlistForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _to(services.create(user, **form.cleaned_data).pk)
        except ShopError as refusal:
            form.add_error("name", refusal.detail)
    mails_form = WishMailsForm(wanted=consents.wanted_by(user))
    context = {"wishlists": wishlists.of(user), "form": form, "mails_form": mails_form}
    return TemplateResponse(request, "products/account_wishlists.html", context)


@require_safe
@login_required
@never_cache
def account_wishlist(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one list of the customer's."""
    user = cast(User, request.user)
    wishlist = wishlists.one_of(user, pk)
    if wishlist is None:
        raise Http404(f"no list {pk} of theirs")
    context = {
        "wishlist": wishlist,
        "items": wishlists.items(wishlist),
        "wanted": consents.wanted_by(user),
    }
    return TemplateResponse(request, "products/account_wishlist.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def wishlist_save(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Put a product on a list; who comes from the page of all is asked on which."""
    user = cast(User, request.user)
    if request.method == "POST":
        chosen = request.POST.get("wishlist", "")
        wishlist = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 18 else None
        item = services.save(user, product_id=pk, wishlist_id=wishlist)
        messages.success(request, _("%(name)s is on your list.") % {"name": item.product.name})
        return _to(item.wishlist_id)
    context = {"product": _for_sale(pk), "wishlists": wishlists.of(user)}
    return TemplateResponse(request, "products/wishlist_save.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def wishlist_wait(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Have somebody told once a product is back; who comes from the page of all is asked first."""
    if request.method == "POST":
        item = services.wait_for(cast(User, request.user), product_id=pk, source="wishlist_wait")
        text = _("We write to you once %(name)s is back.") % {"name": item.product.name}
        messages.success(request, text)
        return _to(item.wishlist_id)
    return TemplateResponse(request, "products/wishlist_wait.html", {"product": _for_sale(pk)})


@require_POST
@login_required
@never_cache
def wishlist_mails(request: HttpRequest) -> HttpResponse:
    """Note which mails somebody wants about their lists."""
    user = cast(User, request.user)
    form = WishMailsForm(request.POST, wanted=consents.wanted_by(user))
    if form.is_valid():
        for kind in form.changed_data:
            decide(user.pk, kind=kind, is_given=form.cleaned_data[kind], source="wishlist_mails")
    messages.success(request, _("We keep to that."))
    return HttpResponseRedirect(reverse("account_wishlists"), status=SEE_OTHER)


@require_POST
@login_required
@never_cache
def wishlist_rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a list something else; without a name it keeps the one it has."""
    user, form = cast(User, request.user), WishlistForm(request.POST)
    if wishlists.one_of(user, pk) is None:
        raise Http404(f"no list {pk} of theirs")
    if form.is_valid():
        try:
            services.rename(user, wishlist_id=pk, **form.cleaned_data)
        except WishlistRefused as refusal:
            messages.error(request, refusal.detail)
    else:
        messages.error(request, " ".join(str(error) for error in form.errors["name"]))
    return _to(pk)


@require_POST
@login_required
@never_cache
def wishlist_share(request: HttpRequest, pk: int) -> HttpResponse:
    """Share a list by its link, or end that."""
    user, is_public = cast(User, request.user), "stop" not in request.POST
    services.share(user, wishlist_id=pk, is_public=is_public)
    text = (
        _("Whoever has the link can read this list.") if is_public else _("The link is of no use any more.")
    )
    messages.success(request, text)
    return _to(pk)


@require_POST
@login_required
@never_cache
def wishlist_delete(request: HttpRequest, pk: int) -> HttpResponse:
    services.delete(cast(User, request.user), wishlist_id=pk)
    messages.success(request, _("The list is deleted."))
    return HttpResponseRedirect(reverse("account_wishlists"), status=SEE_OTHER)


@require_POST
@login_required
@never_cache
def wishlist_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a note beside an item."""
    user, form = cast(User, request.user), NoteForm(request.POST)
    if form.is_valid():
        item = services.note(user, item_id=pk, **form.cleaned_data)
        messages.success(request, _("Your note is kept."))
    else:
        item = services.item_of(user, pk)
        messages.error(request, " ".join(str(error) for error in form.errors["notes"]))
    return _to(item.wishlist_id)


@require_POST
@login_required
@never_cache
def wishlist_item_remove(request: HttpRequest, pk: int) -> HttpResponse:
    wishlist = services.remove(cast(User, request.user), item_id=pk)
    if wishlist is None:
        return HttpResponseRedirect(reverse("account_wishlists"), status=SEE_OTHER)
    return _to(wishlist)


@require_safe
@never_cache
def wishlist_public(request: HttpRequest, token: str) -> HttpResponse:
    """Show a shared list to whoever has its link; it says the first name of its owner, and nothing else."""
    wishlist = wishlists.public(token)
    if wishlist is None:
        raise Http404("no shared list")
    context = {"wishlist": wishlist, "items": wishlists.items(wishlist)}
    return TemplateResponse(request, "products/wishlist_public.html", context)


def _for_sale(pk: int) -> Product:
    product: Product | None = Product.objects.active().filter(pk=pk).first()
    if product is None:
        raise Http404(f"no product {pk}")
    return product


def _to(pk: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("account_wishlist", args=[pk]), status=SEE_OTHER)
