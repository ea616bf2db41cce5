"""The site map; with ``views`` the top of the shop, imported by nobody."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from dbProject import views
from dbProject.api import views as api

handler500 = "dbProject.views.server_error"
urlpatterns = [
    path("", views.home, name="home"),
    path("", include("products.urls")),
    path("", include("orders.urls")),
    path("", include("dbProject.pages.urls")),
    path("accounts/2fa/", RedirectView.as_view(pattern_name="account_security")),
    path("accounts/", include("allauth.urls")),
    path("account/", views.account, name="account"),
    path("account/orders/", views.account_orders, name="account_orders"),
    path("account/", include("users.urls")),
    path("api/", include("users.api")),
    path("api/", include("products.api")),
    path("api/", include("orders.api")),
    path("api/", include("dbProject.jobs.api")),
    path("api/", include("dbProject.webhooks.api")),
    path("api/schema/", api.schema, name="schema"),
    path("api/docs/", api.docs, name="docs"),
    path("language/<slug:code>/", views.language, name="language"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("styleguide/mail/", views.styleguide_mails, name="styleguide_mails"),
    path("styleguide/mail/<slug:slug>/", views.styleguide_mail, name="styleguide_mail"),
    path("architecture/", views.architecture, name="architecture"),
    path("architecture/read/<path:path>", views.architecture_source, name="architecture_source"),
    path("architecture/<slug:slug>/", views.architecture_measure, name="architecture_measure"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    re_path(r"^sitemap-(?P<part>shelves|products-[0-9]{1,6})\.xml$", views.sitemap_part, name="sitemap_part"),
    path("robots.txt", views.robots, name="robots"),
    path("llms.txt", views.llms, name="llms"),
    path("health", views.health, name="health"),
    path("health/ready", views.health, name="health_ready"),
    path("health/live", views.alive, name="health_live"),
    path("metrics", views.metrics, name="metrics"),
    path("admin/", admin.site.urls),
]
if settings.SERVE_MEDIA:
    urlpatterns.append(path("media/<path:path>", views.media, name="media"))
