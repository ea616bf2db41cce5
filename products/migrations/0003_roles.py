"""The roles of staff: groups with what they may do. Staff can change them; later releases add to them."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

EVERYTHING = ("add", "change", "delete", "view")

ROLES = {
    # What is for sale: products, prices, shelves, imports. Reads the ledger, and starts products with stock.
    "catalog": [
        ("products", EVERYTHING, ["product", "productimage", "productattribute", "productattributevalue"]),
        ("products", EVERYTHING, ["category", "brand"]),
        ("products", ("view",), ["stockmovement", "pictureaddress", "review"]),
        ("pages", EVERYTHING, ["page"]),
    ],
    # What is on the shelf: counts it and says why it changed.
    "fulfillment": [
        ("products", ("view",), ["product", "productimage", "productattributevalue", "category", "brand"]),
        ("products", ("add", "view"), ["stockmovement"]),
    ],
    # The people: reads their reviews and finds their accounts.
    "support": [
        ("products", ("view",), ["product", "productimage", "productattributevalue", "category", "brand"]),
        ("products", ("change", "view"), ["review"]),
        ("products", ("view",), ["wishlist", "wishlistitem"]),
        ("users", ("view",), ["user", "address"]),
    ],
    # All of these, the accounts of staff, and every job.
    "manager": [
        ("products", EVERYTHING, ["product", "productimage", "productattribute", "productattributevalue"]),
        ("products", EVERYTHING, ["category", "brand"]),
        ("products", ("add", "view"), ["stockmovement"]),
        ("products", ("view",), ["pictureaddress", "wishlist", "wishlistitem"]),
        ("products", ("change", "view"), ["review"]),
        ("pages", EVERYTHING, ["page"]),
        ("users", ("add", "change", "view"), ["user", "address"]),
        ("auth", ("view",), ["group"]),
        ("jobs", ("change", "view"), ["job"]),
    ],
}


def create_roles(apps, schema_editor):
    # Django makes permissions after the last migration; the roles need them now.
    for label in ("auth", "users", "products", "jobs", "pages"):
        config = apps.get_app_config(label)
        config.models_module = True  # what stands in for an app here has none
        create_permissions(config, apps=apps, verbosity=0, using=schema_editor.connection.alias)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, rights in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        for label, verbs, models in rights:
            codenames = [f"{verb}_{model}" for verb in verbs for model in models]
            found = Permission.objects.filter(content_type__app_label=label, codename__in=codenames)
            group.permissions.add(*found)


def remove_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0002_initial"),
        ("users", "0001_initial"),
        ("jobs", "0001_initial"),
        ("pages", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(create_roles, remove_roles)]
