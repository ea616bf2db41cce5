"""All reports, in the order in which staff find them."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from orders.selectors.reports import customers, goods, loyalty, marketing, sales
from orders.selectors.reports.report import Group, Report

GROUPS: Mapping[Group, object] = {
    Group.SALES: _("Sales"),
    Group.PRODUCTS: _("Products"),
    Group.CUSTOMERS: _("Customers"),
    Group.MARKETING: _("Marketing and service"),
}
REPORTS: Mapping[str, Report] = {
    report.slug: report
    for report in (
        sales.REVENUE_BY_TIME,
        sales.GROSS_TO_NET,
        sales.COUNTRIES,
        sales.CATEGORIES,
        sales.BRANDS,
        goods.BESTSELLERS,
        goods.SLOW_SELLERS,
        goods.STOCK_COVER,
        customers.CUSTOMERS,
        loyalty.COHORTS,
        loyalty.SEGMENTS,
        loyalty.LIFETIME,
        marketing.COUPONS,
        marketing.FUNNEL,
        marketing.SEARCHES,
        marketing.VAIN_SEARCHES,
        marketing.RETURNS,
    )
}
