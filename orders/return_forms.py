"""What customers type who want to send something back."""

from collections.abc import Iterator
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from dbProject.errors import ShopError
from orders.models import OrderItem, Return
from orders.selectors.fulfillment import Progress


class ReturnForm(forms.Form):
    """How many units of what, why, and in whose words. One field for each line of the order."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    reason = forms.ChoiceField(
        label=_("Why?"), choices=Return.Reason, help_text=_("You need not say. It helps us to do better.")
    )
    words = forms.CharField(
        label=_("In your words"),
        max_length=1000,
        required=False,
        help_text=_("What is broken, what you expected, or what we should know."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )

    def __init__(self, data: "dict[str, str] | None" = None, *, lines: list[Progress]) -> None:
        """Offer what may come back of ``lines``; what is sent may be more, and is refused in words then."""
        super().__init__(data)
        self._items = {
            f"units_{line.item.pk}": line.item for line in lines if self.is_bound or line.returnable
        }
        for line in lines:
            name = f"units_{line.item.pk}"
            if name in self._items:
                self.fields[name] = _units_field(line)
        self.order_fields([*self._items, "reason", "words"])

    def lines(self) -> Iterator[tuple[OrderItem, forms.BoundField]]:
        """Yield the lines of the order with their fields."""
        for name, item in self._items.items():
            yield item, self[name]

    def units(self) -> dict[int, int]:
        """Return what is to come back: pk of a line -> units."""
        return {item.pk: self.cleaned_data[name] for name, item in self._items.items()}

    def refuse(self, refusal: ShopError) -> None:
        """Say what a service refused, beside the line that it is about if it names one."""
        name = f"units_{refusal.facts.get('item')}"
        self.add_error(name if name in self.fields else None, refusal.detail)


def _units_field(line: Progress) -> forms.TypedChoiceField:
    """Return the choice of how many; it takes as many as were ordered, and shows as many as may come back."""
    most = line.returnable
    keep, all_of_one = (_("Keep it"), _("Send it back")) if most == 1 else (_("Keep them"), None)
    texts = [
        all_of_one or _("Send %(count)d of %(most)d back") % {"count": n + 1, "most": most}
        for n in range(most)
    ]
    field = forms.TypedChoiceField(
        label=line.item.product_name,
        choices=[(count, str(count)) for count in range(line.item.quantity + 1)],
        coerce=int,
        initial=0,
    )
    field.widget.choices = list(enumerate([keep, *texts]))
    return field
