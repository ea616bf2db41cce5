"""Accounts: passwords, logging in, second factors, sessions."""

from typing import Any

# Passwords
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "users.passwords.LengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "users.passwords.KindsValidator", "OPTIONS": {"kinds": ("upper", "lower", "digit", "special")}},
    {"NAME": "users.passwords.RunsValidator", "OPTIONS": {"longest_repeat": 2, "longest_row": 4}},
    {"NAME": "users.passwords.PersonValidator"},
    {"NAME": "users.passwords.CommonValidator"},
]

PASSWORD_RESET_TIMEOUT = 3600  # seconds that a link in a mail is good for

# Accounts -- django-allauth's pages under /accounts/, in the shop's own templates and by users.adapter.
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "users.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SESSION_REMEMBER = True  # without a box to tick; for how long, see below
ACCOUNT_PREVENT_ENUMERATION = True  # nothing tells whether an address has an account ...
ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # ... hence a new one is open once a code from its mail is entered
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
SIGNUP_WAITS_FOR_CODE = True
"""Whether a new customer enters that code before the first login; without, the address is confirmed later."""
ACCOUNT_CHANGE_EMAIL = True  # an account has one address; a new one counts once it is confirmed
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # the owner hears of a new password or address
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = False  # the shop has a limiter of its own, for all routes
ACCOUNT_FORMS = {
    "login": "users.forms.LoginForm",
    "signup": "users.forms.SignupForm",
    "add_email": "users.forms.AddEmailForm",
    "change_password": "users.forms.ChangePasswordForm",
    "set_password": "users.forms.SetPasswordForm",
    "reset_password": "users.forms.ResetPasswordForm",
    "reset_password_from_key": "users.forms.ResetPasswordKeyForm",
    "reauthenticate": "users.forms.ReauthenticateForm",
    "confirm_email_verification_code": "users.forms.CodeForm",
}

# Second factors: codes of an app, passkeys, and recovery codes for the day when neither is at hand.
MFA_ADAPTER = "users.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = False  # the shop's own limiter again
MFA_TOTP_TOLERANCE = 1  # steps of 30 s that a phone's clock may be off, to either side
MFA_ALLOW_UNVERIFIED_EMAIL = True  # who is in has confirmed the address, or staff made the account
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
MFA_FORMS = {
    "authenticate": "users.second_factor_forms.AuthenticateForm",
    "reauthenticate": "users.second_factor_forms.ReauthenticateForm",
    "activate_totp": "users.second_factor_forms.ActivateForm",
    "add_webauthn": "users.second_factor_forms.AddPasskeyForm",
    "edit_webauthn": "users.second_factor_forms.RenamePasskeyForm",
}
STAFF_NEED_SECOND_FACTOR = True
"""Whether the staff screens open only to who has shown one; a first login is led to setting it up."""
STAFF_SECOND_FACTOR = "users.middleware.has_shown_second_factor"
"""Says of a request and an account whether one was shown."""

# Sessions -- how long a login holds, counted from it and not from the last visit; seconds.
SESSION_AGE_OF_CUSTOMERS = 1_209_600  # two weeks
SESSION_AGE_OF_STAFF = 3_600  # one hour
