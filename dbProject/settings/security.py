"""What browsers are told to refuse, and whom the API answers from other sites."""

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from dbProject.settings.environment import env

CSP_CONFIG: dict[str, list[str]] = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    "object-src": [NONE],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}
"""What a page of the shop may load and do, by directive; nothing inline. Source: CSP Level 3, W3C."""
CSP_CONFIG_ADMIN: dict[str, list[str]] = {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}
"""What Unfold needs instead on the staff's screens: its scripts evaluate, and style inline."""
CSP_OF_FILES = "default-src 'none'; frame-ancestors 'none'"
"""For all that is no page: static files, redirects, answers of middleware."""

PERMISSIONS_POLICY = "geolocation=(), microphone=(), camera=()"

# Other sites' scripts -- nobody's, unless they are named. Cookies are never accepted from them.
CORS_ALLOWED_ORIGINS: list[str] = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOWED_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
CORS_ALLOWED_HEADERS = ["Authorization", "Content-Type", "Accept-Language", "Idempotency-Key",
                        "If-Match", "If-None-Match", "X-Cart-Token"]  # fmt: skip
CORS_PREFLIGHT_MAX_AGE = 86_400  # seconds
