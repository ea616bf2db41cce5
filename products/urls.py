from django.urls import path

from products import views

urlpatterns = [
    path("products/", views.product_list, name="product_list"),
    path("products/<slug:slug>/", views.product_detail, name="product_detail"),
    path("categories/<slug:slug>/", views.category_detail, name="category_detail"),
    path("search/", views.search_results, name="search"),
    path("search/suggest/", views.search_suggest, name="search_suggest"),
    path("recently-viewed/", views.recently_viewed, name="recently_viewed"),
    path("brands/<slug:slug>/", views.brand_detail, name="brand_detail"),
]
