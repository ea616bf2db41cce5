"""Import and export of products: upload, look at it, start a job; and jobs for files to download."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold import widgets
from unfold.decorators import action

from dbProject.errors import ShopError
from dbProject.jobs import files
from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job, job_files
from dbProject.staff import pks_of
from products.services import import_jobs

EXTENSIONS = ("csv", "tsv", "txt", "json", "jsonl", "zip")
FORMATS = [
    ("auto", gettext_lazy("Find out")),
    ("csv", "CSV"),
    ("jsonl", "JSONL"),
    ("shopify", "Shopify"),
    ("woocommerce", "WooCommerce"),
    ("icecat", "Icecat"),
]
ROWS_LOOKED_AT = 200
SALT = "products.import"
MOST_EXPORTED = 50_000
"""Products of a selection; everything has no limit."""


def allowed() -> str:
    """Say what may be uploaded."""
    text = _("Allowed are %(kinds)s, up to %(size)d MB.")
    size = settings.IMPORT_MAX_BYTES // 1_000_000
    return text % {"kinds": ", ".join(f".{kind}" for kind in EXTENSIONS), "size": size}


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,
        widget=widgets.UnfoldAdminFileFieldWidget(
            attrs={"accept": ",".join(f".{kind}" for kind in EXTENSIONS)}
        ),
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Format"), choices=FORMATS, widget=widgets.UnfoldAdminSelectWidget()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = allowed()

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            raise ValidationError(_("This file is too large.") + " " + allowed())
        if Path(file.name).suffix.lower().removeprefix(".") not in EXTENSIONS:
            raise ValidationError(_("Products cannot be read from a file of this kind.") + " " + allowed())
        if not file.size:
            raise ValidationError(_("This file is empty."))
        return file


class Files:
    """Mixed into the product screen."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> Any:
        screen = self.admin_site.admin_view(self.import_view)
        return [path("import/", screen, name="products_product_import"), *super().get_urls()]  # type: ignore[misc]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["products.add_product", "products.change_product"])

    # Import

    @action(
        description=gettext_lazy("Import"), url_path="import-file", permissions=["import"], icon="upload_file"
    )
    def import_file(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:products_product_import"))

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method == "POST" and request.POST.get("step") == "start":
            return self._start(request)
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            params = {"format": form.cleaned_data["format"], "name": file.name}
            name = jobs.stage(file)
            try:
                with files.on_disk(name) as uploaded:
                    tally, problems = import_jobs.look_at(uploaded.path, params=params, rows=ROWS_LOOKED_AT)
            except ShopError as refusal:
                jobs.unstage(name)
                form.add_error("file", refusal.detail)
            else:
                ticket = signing.dumps({"name": name, "params": params, "by": request.user.pk}, salt=SALT)
                return self._import_preview(request, ticket, params["name"], tally, problems)
        context = {
            "title": _("Import products"),
            "lead": _("Upload a file. You see what it would do before anything happens."),
            "form": form,
            "button": _("Look at it first"),
            "step": "look",
        }
        return TemplateResponse(request, "admin/shop_form.html", self._page(request, **context))

    def _import_preview(
        self, request: HttpRequest, ticket: str, name: str, tally: Any, problems: list[dict[str, Any]]
    ) -> HttpResponse:
        context = {
            "title": _("Import products"),
            "name": name,
            "ticket": ticket,
            "tally": tally,
            "problems": problems,
            "is_part": tally.read >= ROWS_LOOKED_AT,
            "rows": ROWS_LOOKED_AT,
        }
        return TemplateResponse(
            request, "admin/products/product/import_preview.html", self._page(request, **context)
        )

    def _start(self, request: HttpRequest) -> HttpResponse:
        try:
            ticket = signing.loads(request.POST.get("ticket", ""), salt=SALT, max_age=jobs.STAGED_FOR)
        except signing.BadSignature:
            ticket = {"by": None}
        if ticket["by"] != request.user.pk or not job_files().exists(ticket["name"]):
            text = _("This upload is gone. Please upload the file again.")
            self.message_user(request, text, messages.ERROR)  # type: ignore[attr-defined]
            return HttpResponseRedirect(reverse("admin:products_product_import"))
        already = Job.objects.filter(input_file=ticket["name"]).first()  # a double click
        job = already or jobs.start(
            "import_products", params=ticket["params"], by=request.user, staged=ticket["name"]
        )
        return HttpResponseRedirect(reverse("admin:jobs_job_change", args=[job.pk]))

    # Export

    @action(description=gettext_lazy("Export"), url_path="export-all", permissions=["view"], icon="download")
    def export_all(self, request: HttpRequest) -> HttpResponse:
        form = ExportForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._export(request, form.cleaned_data["format"], None)
        context = {
            "title": _("Export products"),
            "lead": _("Everything that is not deleted. To export a part, filter the list and select."),
            "form": form,
            "button": _("Export"),
        }
        return TemplateResponse(request, "admin/shop_form.html", self._page(request, **context))

    @admin.action(description=gettext_lazy("Export as CSV"), permissions=["view"])
    def export_selected(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        pks = pks_of(queryset)
        if len(pks) > MOST_EXPORTED:
            text = _("Select at most %(limit)d products, or export everything.")
            self.message_user(request, text % {"limit": MOST_EXPORTED}, messages.ERROR)  # type: ignore[attr-defined]
            return None
        return self._export(request, "csv", pks)

    def _export(self, request: HttpRequest, kind: str, pks: list[int] | None) -> HttpResponse:
        job = jobs.start("export_products", params={"format": kind, "pks": pks}, by=request.user)
        return HttpResponseRedirect(reverse("admin:jobs_job_change", args=[job.pk]))

    def _page(self, request: HttpRequest, **more: Any) -> dict[str, Any]:
        back = reverse("admin:products_product_changelist")
        return {**self.admin_site.each_context(request), "opts": self.opts, "back": back, **more}


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[("csv", "CSV"), ("jsonl", "JSONL")],
        widget=widgets.UnfoldAdminSelectWidget(),
    )
