from django.urls import path

from users import privacy_views, views

urlpatterns = [
    path("unsubscribe/<str:token>/", views.unsubscribe, name="mail_unsubscribe"),
    path("profile/", views.profile, name="account_profile"),
    path("profile/picture/", views.avatar, name="account_avatar"),
    path("profile/picture/remove/", views.avatar_remove, name="account_avatar_remove"),
    path("addresses/", views.addresses, name="account_addresses"),
    path("addresses/new/", views.address, name="account_address_new"),
    path("addresses/<int:pk>/", views.address, name="account_address"),
    path("addresses/<int:pk>/remove/", views.address_remove, name="account_address_remove"),
    path("privacy/", privacy_views.privacy, name="account_privacy"),
    path("privacy/mails/", privacy_views.mails, name="account_mails"),
    path("privacy/export/", privacy_views.export, name="account_export"),
    path("privacy/export/<uuid:pk>/", privacy_views.export_file, name="account_export_file"),
    path("privacy/delete/", privacy_views.delete, name="account_delete"),
    path("security/", views.security, name="account_security"),
]
