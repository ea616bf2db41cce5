"""What everybody gets: the table of tests/test_authorization.py.

In PAGES a line is a route, how it is asked, and what a visitor gets without an account, the customer whose
things it asks for, another customer, staff without any right, and staff with all of them. ``login`` means
being led to the page that asks who it is. In SCREENS everybody but staff is led there; its two columns are
staff without any right and staff with all of them; MODEL_SCREENS has both for each of a model's five screens.
"""

PAGES = """
home                                 GET  200   200   200   200   200
product_list                         GET  200   200   200   200   200
product_detail                       GET  200   200   200   200   200
review_create                        GET  login 200   200   200   200
review_create                        POST login 200   200   200   200
review_vote                          POST login 404   303   303   303
review_remove                        POST login 303   303   303   303
account_reviews                      GET  login 200   200   200   200
category_detail                      GET  200   200   200   200   200
search                               GET  200   200   200   200   200
search_suggest                       GET  200   200   200   200   200
recently_viewed                      GET  200   200   200   200   200
brand_detail                         GET  200   200   200   200   200
cart_detail                          GET  200   200   200   200   200
cart_add                             POST 303   303   303   303   303
cart_coupon                          POST 404   303   303   303   303
cart_prices                          POST 404   303   303   303   303
cart_item                            POST 404   303   404   404   404
cart_item_remove                     POST 404   303   404   404   404
cart_item_save                       POST 404   303   404   404   404
saved_item_move                      POST 404   303   404   404   404
saved_item_remove                    POST 404   303   303   303   303
checkout                             GET  303   200   303   303   303
checkout                             POST 303   422   303   303   303
order_find                           GET  200   200   200   200   200
order_find                           POST 200   200   200   200   200
order_detail                         GET  404   200   404   404   404
cart_reorder                         POST 404   303   404   404   404
order_return                         GET  404   200   404   404   404
order_return                         POST 404   422   404   404   404
order_document                       GET  404   200   404   404   404
order_cancel                         POST 404   303   404   404   404
account_offer                        GET  404   404   404   404   404
account_offer                        POST 404   404   404   404   404
order_pay                            GET  404   303   404   404   404
order_paid                           GET  404   303   404   404   404
order_state                          GET  404   200   404   404   404
order_events                         GET  404   204   404   404   404
withdraw                             GET  200   200   200   200   200
withdraw                             POST 422   422   422   422   422
saved_view_stop                      GET  404   404   404   404   404
saved_view_stop                      POST 404   404   404   404   404
test_bank                            GET  200   200   200   200   200
test_bank                            POST 200   200   200   200   200
page_detail                          GET  200   200   200   200   200
account_login                        GET  200   302   302   302   302
account_login                        POST 200   302   302   302   302
account_logout                       GET  302   200   200   200   200
account_logout                       POST 302   302   302   302   302
account_inactive                     GET  200   200   200   200   200
account_signup                       GET  200   302   302   302   302
account_signup                       POST 200   302   302   302   302
account_reauthenticate               GET  login 200   200   200   200
account_reauthenticate               POST login 200   200   200   200
account_email                        GET  login 200   200   200   200
account_email                        POST login 302   302   302   302
account_email_verification_sent      GET  302   302   302   302   302
account_email_verification_sent      POST 302   302   302   302   302
account_change_password              GET  login 200   200   200   200
account_change_password              POST login 200   200   200   200
account_set_password                 GET  login 302   302   302   302
account_set_password                 POST login 302   302   302   302
account_reset_password               GET  200   200   200   200   200
account_reset_password               POST 200   200   200   200   200
account_confirm_login_code           GET  302   302   302   302   302
account_confirm_login_code           POST 302   302   302   302   302
account_reset_password_from_key_done GET  200   200   200   200   200
account_reset_password_from_key      GET  200   200   200   200   200
account_reset_password_from_key      POST 200   200   200   200   200
account_reset_password_done          GET  200   200   200   200   200
mfa_index                            GET  302   302   302   302   302
mfa_index                            POST 302   302   302   302   302
mfa_authenticate                     GET  302   302   302   302   302
mfa_authenticate                     POST 302   302   302   302   302
mfa_reauthenticate                   GET  login 302   302   302   302
mfa_reauthenticate                   POST login 302   302   302   302
mfa_activate_totp                    GET  login login login login login
mfa_activate_totp                    POST login login login login login
mfa_deactivate_totp                  GET  login 404   404   404   404
mfa_deactivate_totp                  POST login 404   404   404   404
mfa_view_recovery_codes              GET  login 404   404   404   404
mfa_view_recovery_codes              POST login 405   405   405   405
mfa_generate_recovery_codes          GET  login login login login login
mfa_generate_recovery_codes          POST login login login login login
mfa_download_recovery_codes          GET  login 404   404   404   404
mfa_download_recovery_codes          POST login 404   404   404   404
mfa_list_webauthn                    GET  login 200   200   200   200
mfa_list_webauthn                    POST login 405   405   405   405
mfa_add_webauthn                     GET  login login login login login
mfa_add_webauthn                     POST login login login login login
mfa_reauthenticate_webauthn          GET  login 302   302   302   302
mfa_reauthenticate_webauthn          POST login 302   302   302   302
mfa_remove_webauthn                  GET  login login login login login
mfa_remove_webauthn                  POST login login login login login
mfa_edit_webauthn                    GET  login login login login login
mfa_edit_webauthn                    POST login login login login login
mfa_login_webauthn                   GET  302   302   302   302   302
mfa_login_webauthn                   POST 302   302   302   302   302
usersessions_list                    GET  login 200   200   200   200
usersessions_list                    POST login 302   302   302   302
account                              GET  login 200   200   200   200
account_orders                       GET  login 200   200   200   200
account_profile                      GET  login 200   200   200   200
account_profile                      POST login 200   200   200   200
account_avatar                       POST login 200   200   200   200
account_avatar_remove                POST login 303   303   303   303
account_addresses                    GET  login 200   200   200   200
account_address_new                  GET  login 200   200   200   200
account_address_new                  POST login 200   200   200   200
account_address                      GET  login 200   404   404   404
account_address                      POST login 200   404   404   404
account_address_remove               POST login 303   404   404   404
mail_unsubscribe                     GET  200   200   200   200   200
mail_unsubscribe                     POST 200   200   200   200   200
account_wishlists                    GET  login 200   200   200   200
account_wishlists                    POST login 200   200   200   200
account_wishlist                     GET  login 200   404   404   404
wishlist_rename                      POST login 303   404   404   404
wishlist_share                       POST login 303   404   404   404
wishlist_delete                      POST login 303   303   303   303
wishlist_save                        GET  login 200   200   200   200
wishlist_save                        POST login 303   303   303   303
wishlist_wait                        GET  login 200   200   200   200
wishlist_wait                        POST login 303   303   303   303
wishlist_mails                       POST login 303   303   303   303
wishlist_item                        POST login 303   404   404   404
wishlist_item_remove                 POST login 303   303   303   303
wishlist_item_move                   POST login 303   404   404   404
wishlist_public                      GET  200   200   200   200   200
account_security                     GET  login 200   200   200   200
account_privacy                      GET  login 200   200   200   200
account_mails                        POST login 303   303   303   303
account_export                       POST login 303   303   303   303
account_export_file                  GET  login 200   404   404   404
account_delete                       GET  login login login login login
account_delete                       POST login login login login login
product-list                         GET  200   200   200   200   200
product-detail                       GET  200   200   200   200   200
product-list                         POST 401   403   403   400   400
product-detail                       PATCH 401  403   403   200   200
product-detail                       DELETE 401 403   403   204   204
product-bulk-create                  POST 401   403   403   400   400
product-bulk-update                  POST 401   403   403   400   400
product-import                       POST 401   403   403   400   400
product-export                       POST 401   403   403   202   202
product-stream                       GET  401   403   403   200   200
order-stream                         GET  401   403   403   403   200
task-result                          GET  401   404   404   404   404
product-reviews                      GET  200   200   200   200   200
product-reviews                      POST 401   400   400   400   400
category-list                        GET  200   200   200   200   200
brand-list                           GET  200   200   200   200   200
cart-detail                          GET  200   200   200   200   200
cart-add                             POST 400   400   400   400   400
cart-coupon                          POST 404   409   409   409   409
cart-coupon                          DELETE 404 200   200   200   200
cart-item                            PATCH 404  200   404   404   404
cart-item                            DELETE 404 200   404   404   404
order-list                           GET  401   200   200   200   200
order-list                           POST 400   400   400   400   400
order-create-from-cart               POST 400   400   400   400   400
order-quotes                         POST 400   400   400   400   400
order-detail                         GET  401   200   404   200   200
order-detail                         PATCH 401  403   404   409   409
schema                               GET  200   200   200   200   200
docs                                 GET  200   200   200   200   200
payment_webhook                      POST 400   400   400   400   400
task-detail                          GET  401   200   404   404   404
webhook-list                         GET  401   403   403   403   200
webhook-list                         POST 401   403   403   403   400
webhook-detail                       GET  401   403   403   403   200
webhook-detail                       PATCH 401  403   403   403   200
webhook-detail                       DELETE 401 403   403   403   204
webhook-secret                       POST 401   403   403   403   200
webhook-test                         POST 401   403   403   403   202
webhook-delivery-list                GET  401   403   403   403   200
webhook-delivery-detail              GET  401   403   403   403   200
webhook-redeliver                    POST 401   403   403   403   202
register                             POST 400   400   400   400   400
login                                POST 400   400   400   400   400
logout                               POST 204   204   204   204   204
password_reset                       POST 400   400   400   400   400
user-me                              GET  401   200   200   200   200
user-me                              PATCH 401  200   200   200   200
language                             GET  302   302   302   302   302
architecture                         GET  404   404   404   200   200
architecture_measure                 POST 404   404   404   200   200
architecture_source                  GET  404   404   404   200   200
styleguide                           GET  200   200   200   200   200
styleguide_mails                     GET  200   200   200   200   200
styleguide_mail                      GET  200   200   200   200   200
merchant_feed                        GET  200   200   200   200   200
sitemap                              GET  200   200   200   200   200
sitemap_part                         GET  200   200   200   200   200
robots                               GET  200   200   200   200   200
llms                                 GET  200   200   200   200   200
health                               GET  200   200   200   200   200
health_ready                         GET  200   200   200   200   200
health_live                          GET  200   200   200   200   200
metrics                              GET  200   200   200   200   200
media                                GET  404   404   404   404   404
"""

SCREENS = """
search                        200 200
index                         200 200
login                         login login
logout                        405 405
password_change               200 200
password_change_done          200 200
autocomplete                  403 403
jsi18n                        200 200
view_on_site                  302 302
jobs_job_cancel               404 403
jobs_job_download             404 404
auth_user_password_change     403 200
products_product_prices       403 302
products_product_stock        403 302
products_product_import       403 200
products_product_import_file  403 302
products_product_export_all   403 200
products_product_adjust_stock 403 200
products_product_add_variant  403 200
products_product_restore      403 200
orders_document_pdf           403 200
orders_order_move             403 302
orders_order_note             403 403
orders_order_packing_slip     403 200
orders_order_ship             403 302
orders_order_delivered        403 403
orders_order_receive          403 200
orders_order_answer           403 200
orders_order_refund           403 200
orders_order_given_back       403 403
metrics_profile               403 200
incidents_errorgroup_report   403 200
behavior_funnel               403 200
analytics                     403 200
analytics_report              403 200
analytics_csv                 403 200
analytics_keep                405 405
analytics_compute             405 405
analytics_view                405 405
app_list                      404 200
"""

MODEL_SCREENS = """
account_emailaddress         403/200 403/200 302/302 403/302 403/302
access_apikey                403/200 403/200 403/200 403/403 403/200
webhooks_webhookendpoint     403/200 403/200 403/200 403/200 403/200
webhooks_webhookdelivery     403/200 403/403 403/200 403/403 403/200
jobs_job                     200/200 403/403 302/200 403/403 404/200
incidents_errorgroup         403/200 403/403 403/200 403/403 403/200
incidents_alert              403/200 403/403 403/200 403/403 403/200
incidents_errorreport        403/200 403/403 403/200 403/403 403/200
incidents_erroroccurrence    403/200 403/403 403/200 403/403 403/200
outbox_outboxevent           403/200 403/403 302/302 403/403 403/302
behavior_behaviorcount       403/200 403/403 302/302 403/403 403/302
deployments_deployment       403/200 403/403 302/302 403/403 403/302
metrics_reading              403/200 403/403 302/302 403/403 403/302
pages_page                   403/200 403/200 403/200 403/200 403/200
users_user                   403/200 403/200 403/200 403/200 403/200
auth_group                   403/200 403/200 403/200 403/200 403/200
users_address                403/200 403/200 403/200 403/200 403/200
products_productattribute    403/200 403/200 403/200 403/200 403/200
products_brand               403/200 403/200 403/200 403/200 403/200
products_category            403/200 403/200 403/200 403/200 403/200
products_pictureaddress      403/200 403/403 302/302 403/403 403/302
products_product             403/200 403/200 403/200 403/200 403/200
products_wishlist            403/200 403/403 403/200 403/403 403/200
products_review              403/200 403/403 403/200 403/403 403/200
products_stockmovement       403/200 403/403 403/200 403/403 403/200
orders_shippingzone          403/200 403/200 403/200 403/200 403/200
orders_shippingmethod        403/200 403/200 403/200 403/200 403/200
orders_document              403/200 403/403 403/200 403/403 403/200
orders_promotion             403/200 403/200 403/200 403/200 403/200
orders_coupon                403/200 403/200 403/200 403/200 403/200
orders_order                 403/200 403/403 403/200 403/403 403/200
orders_payment               403/200 403/403 403/200 403/403 403/200
orders_paymentwebhook        403/200 403/403 302/302 403/403 403/302
orders_taxrate               403/200 403/200 403/200 403/200 403/200
orders_withdrawal            403/200 403/403 302/302 403/403 403/302
orders_historicline          403/200 403/403 302/302 403/403 403/302
"""

UNNAMED = {"accounts/2fa/", "admin:(?P<url>.*)$", "admin:<path:object_id>/"}
"""Old addresses that lead to the new one, which is asked who may; and what the admin has no page for."""

DATA = {
    "cart_item": {"quantity": 1},
    "cart-item": {"quantity": 1},
    "cart-coupon": {"code": "NOTHING"},
    "order-detail": {"status": "processing"},
    "account_offer": {"password1": "short"},
}
"""What is posted where an empty form would be sent back before anybody asks whose it is."""

SCOPES = """
product-list            GET    catalog:read
product-list            POST   catalog:write
product-detail          GET    catalog:read
product-detail          PATCH  catalog:write
product-detail          DELETE catalog:write
product-bulk-create     POST   catalog:write
product-bulk-update     POST   catalog:write
product-import          POST   catalog:write
product-export          POST   catalog:write
product-stream          GET    catalog:read
order-stream            GET    orders:read
product-reviews         GET    catalog:read
product-reviews         POST   -
category-list           GET    catalog:read
brand-list              GET    catalog:read
cart-detail             GET    -
cart-add                POST   -
cart-coupon             POST   -
cart-coupon             DELETE -
cart-item               PATCH  -
cart-item               DELETE -
order-list              GET    orders:read
order-list              POST   orders:write
order-create-from-cart  POST   -
order-quotes            POST   orders:write
order-detail            GET    orders:read
order-detail            PATCH  orders:write
webhook-list            GET    webhooks
webhook-list            POST   webhooks
webhook-detail          GET    webhooks
webhook-detail          PATCH  webhooks
webhook-detail          DELETE webhooks
webhook-secret          POST   webhooks
webhook-test            POST   webhooks
webhook-delivery-list   GET    webhooks
webhook-delivery-detail GET    webhooks
webhook-redeliver       POST   webhooks
register                POST   -
login                   POST   -
logout                  POST   -
password_reset          POST   -
user-me                 GET    -
user-me                 PATCH  -
"""
"""Which scope of an API key opens what; a line with none is closed to every key."""
