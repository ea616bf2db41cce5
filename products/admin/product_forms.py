"""What staff type about one product."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold import widgets

from dbProject.staff import ShopModelForm
from dbProject.uploads import PICTURE_TYPES, PictureField
from products.errors import AttributeValueRefused
from products.models import Product, ProductAttribute, ProductAttributeValue, ProductImage
from products.services import attributes

OPTIONS = 3
"""Attributes that can tell the variants of one product apart."""


class ProductForm(ShopModelForm):
    fields_of = {"sku_taken": "sku", "slug_taken": "slug", "price_refused": "sale_price"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        price, sale_price = cleaned.get("price"), cleaned.get("sale_price")
        if price is not None and sale_price is not None and sale_price >= price:
            self.add_error("sale_price", _("A sale price has to be below the price."))
        if (cleaned.get("measure") is None) != (not cleaned.get("measure_unit")):
            self.add_error("measure", _("A content needs a number and a unit, or neither."))
        for name in ("price", "sale_price", "cost_price", "weight", "stock_quantity"):
            value = cleaned.get(name)
            if value is not None and value < 0:
                self.add_error(name, _("This cannot be negative."))
        return cleaned


class PictureForm(forms.ModelForm[ProductImage]):
    """One row of the pictures. A file in a row that has a picture takes its place."""

    upload = PictureField(
        label=_("file"),
        required=False,
        widget=widgets.UnfoldAdminFileFieldWidget(attrs={"accept": PICTURE_TYPES}),
    )

    class Meta:
        model = ProductImage
        fields = ("alt_text", "is_primary", "sort_order")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.instance.pk and not cleaned.get("upload") and not self.errors:
            self.add_error("upload", _("Choose a picture."))
        return cleaned

    def validate_constraints(self) -> None:
        """Let the service move the primary mark: while this is checked the old one still has it."""


class ShelfPictureField(PictureField):
    """The one picture of a category or brand: checked like a product's, and cleared by a box."""

    widget = widgets.UnfoldAdminImageFieldWidget(attrs={"accept": PICTURE_TYPES})


class ReadOut(forms.HiddenInput):
    """Says the name of what was chosen, and sends nothing."""

    input_type = "text"

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html("<span>{}</span>", self.text)


class AttributeValueForm(forms.ModelForm[ProductAttributeValue]):
    """One thing said of a product, checked by the type of its attribute."""

    class Meta:
        model = ProductAttributeValue
        fields = ("attribute", "value")
        widgets = {"value": widgets.UnfoldAdminExpandableTextareaWidget(attrs={"rows": 1})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["attribute"].disabled = True
            self.fields["attribute"].widget = ReadOut(described(self.instance.attribute))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        attribute, value = cleaned.get("attribute"), cleaned.get("value")
        if attribute and value:
            try:
                cleaned["value"] = attributes.canonical(attribute, value).value
            except AttributeValueRefused as refused:
                self.add_error("value", refused.detail)
        return cleaned


def described(attribute: ProductAttribute) -> str:
    """Return an attribute's name with the kind of answer it takes."""
    kind = attribute.unit or attribute.get_attribute_type_display()
    return f"{attribute.name} ({kind})"


class AdjustStockForm(forms.Form):
    change = forms.IntegerField(
        label=_("Change"),
        help_text=_("Units that come in; negative when they leave."),
        widget=widgets.UnfoldAdminIntegerFieldWidget(),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("For the ledger: counted, damaged, found ..."),
        widget=widgets.UnfoldAdminTextInputWidget(),
    )


class VariantForm(forms.Form):
    """A variant to add: its SKU, what tells it apart, its price and its first units."""

    sku = forms.CharField(label=_("SKU"), max_length=100, widget=widgets.UnfoldAdminTextInputWidget())
    price = forms.DecimalField(
        label=_("Price"), min_value=0, decimal_places=2, widget=widgets.UnfoldAdminDecimalFieldWidget()
    )
    sale_price = forms.DecimalField(
        label=_("Sale price"),
        min_value=0,
        decimal_places=2,
        required=False,
        widget=widgets.UnfoldAdminDecimalFieldWidget(),
    )
    stock_quantity = forms.IntegerField(
        label=_("Opening stock"),
        min_value=0,
        initial=0,
        widget=widgets.UnfoldAdminIntegerFieldWidget(),
    )
    ean = forms.CharField(
        label=_("EAN"), max_length=14, required=False, widget=widgets.UnfoldAdminTextInputWidget()
    )

    def __init__(self, *args: Any, parent: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        selects = ProductAttribute.objects.filter(attribute_type=ProductAttribute.Type.SELECT)
        siblings = ProductAttributeValue.objects.filter(product__parent=parent)
        told_apart_by = list(
            selects.filter(pk__in=siblings.values("attribute")).order_by("sort_order", "name")
        )
        self.options: list[tuple[str, str]] = []
        self.fields["price"].initial = parent.price
        if told_apart_by:
            for attribute in told_apart_by:
                name = f"option-{attribute.slug}"
                self.fields[name] = self._option(attribute.name)
                self.options.append((attribute.slug, name))
            return
        choices = [("", _("None")), *selects.values_list("slug", "name")]
        for number in range(1, OPTIONS + 1):
            self.fields[f"attribute-{number}"] = forms.ChoiceField(
                label=_("Told apart by"),
                choices=choices,
                required=number == 1,
                widget=widgets.UnfoldAdminSelectWidget(),
            )
            self.fields[f"option-{number}"] = self._option(_("Option"), required=number == 1)

    @staticmethod
    def _option(label: Any, *, required: bool = True) -> forms.CharField:
        return forms.CharField(
            label=label, max_length=100, required=required, widget=widgets.UnfoldAdminTextInputWidget()
        )

    def chosen(self) -> Mapping[str, str]:
        """Return what tells the new variant apart: attribute slug -> option."""
        if self.options:
            return {slug: self.cleaned_data[name] for slug, name in self.options}
        pairs = (
            (self.cleaned_data[f"attribute-{number}"], self.cleaned_data[f"option-{number}"])
            for number in range(1, OPTIONS + 1)
        )
        return {slug: option for slug, option in pairs if slug and option}
