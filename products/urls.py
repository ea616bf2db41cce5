from django.urls import path

from products.views import catalog, feeds, reviews, wishlists

urlpatterns = [
    path("products/", catalog.product_list, name="product_list"),
    path("products/<slug:slug>/", catalog.product_detail, name="product_detail"),
    path("products/<slug:slug>/review/", reviews.review_create, name="review_create"),
    path("reviews/<int:pk>/helpful/", reviews.review_vote, name="review_vote"),
    path("reviews/<int:pk>/remove/", reviews.review_remove, name="review_remove"),
    path("account/reviews/", reviews.account_reviews, name="account_reviews"),
    path("account/wishlists/", wishlists.account_wishlists, name="account_wishlists"),
    path("account/wishlists/<int:pk>/", wishlists.account_wishlist, name="account_wishlist"),
    path("account/wishlists/<int:pk>/rename/", wishlists.wishlist_rename, name="wishlist_rename"),
    path("account/wishlists/<int:pk>/share/", wishlists.wishlist_share, name="wishlist_share"),
    path("account/wishlists/<int:pk>/delete/", wishlists.wishlist_delete, name="wishlist_delete"),
    path("account/wishlists/mails/", wishlists.wishlist_mails, name="wishlist_mails"),
    path("account/wishlists/save/<int:pk>/", wishlists.wishlist_save, name="wishlist_save"),
    path("account/wishlists/wait/<int:pk>/", wishlists.wishlist_wait, name="wishlist_wait"),
    path("account/wishlists/items/<int:pk>/", wishlists.wishlist_item, name="wishlist_item"),
    path(
        "account/wishlists/items/<int:pk>/remove/",
        wishlists.wishlist_item_remove,
        name="wishlist_item_remove",
    ),
    path("wishlists/<str:token>/", wishlists.wishlist_public, name="wishlist_public"),
    path("categories/<slug:slug>/", catalog.category_detail, name="category_detail"),
    path("search/", catalog.search_results, name="search"),
    path("search/suggest/", catalog.search_suggest, name="search_suggest"),
    path("feeds/merchant.xml", feeds.merchant, name="merchant_feed"),
    path("recently-viewed/", catalog.recently_viewed, name="recently_viewed"),
    path("brands/<slug:slug>/", catalog.brand_detail, name="brand_detail"),
]
