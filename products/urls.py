from django.urls import path

from products.views import catalog, reviews

urlpatterns = [
    path("products/", catalog.product_list, name="product_list"),
    path("products/<slug:slug>/", catalog.product_detail, name="product_detail"),
    path("products/<slug:slug>/review/", reviews.review_create, name="review_create"),
    path("reviews/<int:pk>/helpful/", reviews.review_vote, name="review_vote"),
    path("reviews/<int:pk>/remove/", reviews.review_remove, name="review_remove"),
    path("account/reviews/", reviews.account_reviews, name="account_reviews"),
    path("categories/<slug:slug>/", catalog.category_detail, name="category_detail"),
    path("search/", catalog.search_results, name="search"),
    path("search/suggest/", catalog.search_suggest, name="search_suggest"),
    path("recently-viewed/", catalog.recently_viewed, name="recently_viewed"),
    path("brands/<slug:slug>/", catalog.brand_detail, name="brand_detail"),
]
