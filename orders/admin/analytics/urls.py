from django.contrib import admin
from django.urls import path

from orders.admin.analytics import computing, overview, pages, saved

wrap = admin.site.admin_view
urlpatterns = [
    path("", wrap(overview.overview), name="analytics"),
    path("compute/", wrap(computing.start), name="analytics_compute"),
    path("views/<int:pk>/", wrap(saved.change), name="analytics_view"),
    path("<slug:slug>/", wrap(pages.report), name="analytics_report"),
    path("<slug:slug>/file.csv", wrap(pages.download), name="analytics_csv"),
    path("<slug:slug>/keep/", wrap(saved.save), name="analytics_keep"),
]
