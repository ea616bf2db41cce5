"""How the staff screens look and what stands in their sidebar. Callbacks are dotted names."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

APART = ("/import", "stock=low")
"""Below the list of products, but with a line of their own."""


def allowed(*permissions: str) -> Callable[[HttpRequest], bool]:
    """Return what says whether somebody has one of these permissions."""
    return lambda request: any(request.user.has_perm(permission) for permission in permissions)


def entry(
    title: Any, icon: str, screen: str, *permissions: str, query: str = "", of: str = ""
) -> dict[str, Any]:
    """Return a line of the sidebar, seen by those who have one of ``permissions`` (all, without any).

    Where one screen has several lines, ``of`` is what stands in the address of each.
    """
    address = reverse_lazy(f"admin:{screen}", args=[of] if of else None)

    def is_open(request: HttpRequest) -> bool:
        shown, own = request.get_full_path(), f"{address}{query}"
        others = [other for other in APART if other not in own]
        return shown.startswith(own) and not any(other in shown for other in others)

    def is_here(request: HttpRequest) -> bool:
        return bool(request.path == str(address))

    has_own = screen.startswith("products_product_")
    return {
        "title": title,
        "icon": icon,
        "link": (lambda _request: f"{address}{query}") if query else address,
        **({"active": is_open} if has_own else {}),
        **({"active": is_here} if screen.startswith("analytics") else {}),
        **({"permission": allowed(*permissions)} if permissions else {}),
    }


ADMIN_PLACES = {"analytics/": "orders.admin.analytics.urls"}
"""Staff pages that belong to no table: where below /admin/, and whose."""

REPORTS = (
    (_("Revenue"), "show_chart", "revenue"),
    (_("Bestsellers"), "trophy", "bestsellers"),
    (_("Stock cover"), "inventory", "stock-cover"),
    (_("Customers"), "groups", "customers"),
)
"""What is asked most; the overview leads to the others."""

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "dbProject.staff.store_name",
    "SITE_HEADER": "dbProject.staff.store_name",
    "SITE_SYMBOL": "storefront",
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "BORDER_RADIUS": "6px",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("images/favicon.svg")}
    ],
    "STYLES": [lambda _request: static("admin-shop/admin.css")],
    "DASHBOARD_CALLBACK": "orders.admin.dashboard.figures",
    "COMMAND": {"search_models": False, "show_history": False},
    # Warm grays and one accent. Steps and lightness are Unfold's own, so its contrasts hold.
    "COLORS": {
        "base": {
            "50": "oklch(98.5% .003 85)",
            "100": "oklch(96.7% .005 85)",
            "200": "oklch(92.4% .007 85)",
            "300": "oklch(86.9% .009 82)",
            "400": "oklch(70.9% .013 80)",
            "500": "oklch(52.5% .014 75)",
            "600": "oklch(44.4% .013 70)",
            "700": "oklch(37.4% .012 65)",
            "800": "oklch(26.8% .009 65)",
            "900": "oklch(21.6% .008 65)",
            "950": "oklch(14.7% .006 65)",
        },
        "primary": {
            "50": "oklch(97.5% .015 170)",
            "100": "oklch(94.5% .03 170)",
            "200": "oklch(89% .055 170)",
            "300": "oklch(82% .08 170)",
            "400": "oklch(74% .1 170)",
            "500": "oklch(66% .1 170)",
            "600": "oklch(46% .085 170)",
            "700": "oklch(40% .075 170)",
            "800": "oklch(34% .06 170)",
            "900": "oklch(29% .05 170)",
            "950": "oklch(22% .035 170)",
        },
        "font": {
            "subtle-light": "var(--color-base-500)",
            "subtle-dark": "var(--color-base-400)",
            "default-light": "var(--color-base-700)",
            "default-dark": "var(--color-base-300)",
            "important-light": "var(--color-base-900)",
            "important-dark": "var(--color-base-100)",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": [
            {
                "title": None,
                "items": [entry(_("Today"), "today", "index")],
            },
            {
                "title": _("Sales"),
                "items": [
                    entry(_("Orders"), "receipt_long", "orders_order_changelist", "orders.view_order"),
                    entry(_("Invoices"), "description", "orders_document_changelist", "orders.view_document"),
                    entry(_("Payments"), "payments", "orders_payment_changelist", "orders.view_payment"),
                    entry(_("Withdrawals"), "undo", "orders_withdrawal_changelist", "orders.view_withdrawal"),
                    entry(_("Offers"), "percent", "orders_promotion_changelist", "orders.view_promotion"),
                    entry(
                        _("Coupons"), "confirmation_number", "orders_coupon_changelist", "orders.view_coupon"
                    ),
                ],
            },
            {
                "title": _("Analytics"),
                "items": [
                    entry(_("Overview"), "insights", "analytics", "orders.view_analytics"),
                    *(
                        entry(title, icon, "analytics_report", "orders.view_analytics", of=slug)
                        for title, icon, slug in REPORTS
                    ),
                    entry(
                        _("Past orders"),
                        "history",
                        "orders_historicline_changelist",
                        "orders.view_historicline",
                    ),
                ],
            },
            {
                "title": _("Delivery and tax"),
                "items": [
                    entry(
                        _("Deliveries"),
                        "local_shipping",
                        "orders_shippingmethod_changelist",
                        "orders.view_shippingmethod",
                    ),
                    entry(
                        _("Delivery zones"),
                        "public",
                        "orders_shippingzone_changelist",
                        "orders.view_shippingzone",
                    ),
                    entry(
                        _("Tax rates"), "account_balance", "orders_taxrate_changelist", "orders.view_taxrate"
                    ),
                ],
            },
            {
                "title": _("Catalog"),
                "items": [
                    entry(
                        _("Products"), "inventory_2", "products_product_changelist", "products.view_product"
                    ),
                    entry(
                        _("Categories"),
                        "account_tree",
                        "products_category_changelist",
                        "products.view_category",
                    ),
                    entry(_("Brands"), "sell", "products_brand_changelist", "products.view_brand"),
                    entry(
                        _("Attributes"),
                        "tune",
                        "products_productattribute_changelist",
                        "products.view_productattribute",
                    ),
                    entry(_("Import"), "upload_file", "products_product_import", "products.add_product"),
                ],
            },
            {
                "title": _("Stock"),
                "items": [
                    entry(
                        _("Low stock"),
                        "production_quantity_limits",
                        "products_product_changelist",
                        "products.view_product",
                        query="?stock=low",
                    ),
                    entry(
                        _("Movements"),
                        "swap_vert",
                        "products_stockmovement_changelist",
                        "products.view_stockmovement",
                    ),
                ],
            },
            {
                "title": _("People"),
                "items": [
                    entry(_("Reviews"), "reviews", "products_review_changelist", "products.view_review"),
                    entry(
                        _("Wishlists"), "favorite", "products_wishlist_changelist", "products.view_wishlist"
                    ),
                    entry(_("Accounts"), "group", "users_user_changelist", "users.view_user"),
                    entry(_("Roles"), "badge", "auth_group_changelist", "auth.view_group"),
                ],
            },
            {
                "title": _("Shop"),
                "items": [
                    entry(_("Pages"), "article", "pages_page_changelist", "pages.view_page"),
                    entry(_("Jobs"), "hourglass_empty", "jobs_job_changelist"),
                    entry(_("API keys"), "key", "access_apikey_changelist", "access.view_apikey"),
                    entry(
                        _("Webhooks"),
                        "webhook",
                        "webhooks_webhookendpoint_changelist",
                        "webhooks.view_webhookendpoint",
                    ),
                    entry(
                        _("Deliveries of webhooks"),
                        "outgoing_mail",
                        "webhooks_webhookdelivery_changelist",
                        "webhooks.view_webhookdelivery",
                    ),
                    entry(_("Behavior"), "filter_alt", "behavior_funnel", "behavior.view_funnel"),
                    entry(_("Request profile"), "speed", "metrics_profile", "metrics.view_profile"),
                    entry(
                        _("Alerts"),
                        "notifications_active",
                        "incidents_alert_changelist",
                        "incidents.view_alert",
                    ),
                    entry(
                        _("Error report"),
                        "monitoring",
                        "incidents_errorgroup_report",
                        "incidents.view_errorgroup",
                    ),
                    entry(
                        _("Errors"),
                        "bug_report",
                        "incidents_errorgroup_changelist",
                        "incidents.view_errorgroup",
                    ),
                    entry(
                        _("Error numbers"),
                        "tag",
                        "incidents_erroroccurrence_changelist",
                        "incidents.view_erroroccurrence",
                    ),
                    entry(
                        _("Deployments"),
                        "rocket_launch",
                        "deployments_deployment_changelist",
                        "deployments.view_deployment",
                    ),
                    entry(_("Outbox"), "outbox", "outbox_outboxevent_changelist", "outbox.view_outboxevent"),
                    entry(
                        _("Pictures to fetch"),
                        "image_search",
                        "products_pictureaddress_changelist",
                        "products.view_pictureaddress",
                    ),
                ],
            },
        ],
    },
}
