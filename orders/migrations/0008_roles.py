"""What the roles of staff may do with orders, offers, deliveries and taxes. Staff can change it."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

EVERYTHING = ("add", "change", "delete", "view")
AN_ORDER = ["order", "orderitem", "orderdiscount", "orderevent", "shipment", "shipmentitem", "return", "returnitem"]
ITS_MONEY = ["payment", "paymentevent", "refund", "couponuse"]
TERMS = ["promotion", "coupon", "shippingzone", "shippingmethod", "shippingband", "taxrate"]

ROLES = {
    # Packs, ships and delivers, and takes in what comes back.
    "fulfillment": [
        (("view",), AN_ORDER),
        (("view",), ["shippingzone", "shippingmethod", "shippingband"]),
        (("change", "fulfill"), ["order"]),
        (("add", "change"), ["shipment"]),
        (("receive",), ["return"]),
    ],
    # Answers customers: sees all of an order and its terms, cancels it, leaves notes, decides on returns.
    "support": [
        (("view",), [*AN_ORDER, *ITS_MONEY, *TERMS]),
        (("change", "cancel"), ["order"]),
        (("add", "change"), ["return"]),
    ],
    # All of these, the money, and the terms that the shop sells on.
    "manager": [
        (("view",), [*AN_ORDER, *ITS_MONEY]),
        (("change", "fulfill", "cancel", "settle"), ["order"]),
        (("add", "change"), ["shipment", "return"]),
        (("receive",), ["return"]),
        (("add",), ["refund"]),
        (EVERYTHING, TERMS),
    ],
}


def grant(apps, schema_editor):
    # Django makes permissions after the last migration; the roles need them now.
    config = apps.get_app_config("orders")
    config.models_module = True  # what stands in for the app here has none
    create_permissions(config, apps=apps, verbosity=0, using=schema_editor.connection.alias)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, rights in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        for verbs, models in rights:
            codenames = [f"{verb}_{model}" for verb in verbs for model in models]
            found = Permission.objects.filter(content_type__app_label="orders", codename__in=codenames)
            group.permissions.add(*found)


def revoke(apps, schema_editor):
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    rights = Permission.objects.filter(content_type__app_label="orders")
    for group in Group.objects.filter(name__in=ROLES):
        group.permissions.remove(*rights)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0007_payments"),
        ("products", "0003_roles"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.AlterModelOptions(
            name="order",
            options={
                "base_manager_name": "all_objects",
                "default_manager_name": "objects",
                "permissions": [
                    ("fulfill_order", "Can pack, ship and deliver orders"),
                    ("cancel_order", "Can cancel orders"),
                    ("settle_order", "Can record payments of orders and refund them"),
                ],
                "verbose_name": "order",
                "verbose_name_plural": "orders",
            },
        ),
        migrations.RunPython(grant, revoke),
    ]
