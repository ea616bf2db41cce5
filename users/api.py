"""Accounts for programs: sign up, log in and out, and who somebody is."""

from typing import Any

from django.contrib.auth import logout
from django.db import transaction
from django.middleware.csrf import get_token
from django.urls import path
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from dbProject.access import services as access
from dbProject.access.models import LoginToken
from dbProject.api.access import account_of, anyone, customer
from dbProject.api.bodies import Body
from dbProject.api.endpoints import Endpoint
from dbProject.api.shapes import Shape
from users import sign_in
from users.models import User
from users.services import accounts

EXAMPLE = {"email": "ada@example.com", "password": "Harbor-Lantern-42"}


class UserOut(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "email", "first_name", "last_name", "phone", "is_verified", "is_staff", "date_joined")


class ProfileIn(Body):
    first_name = serializers.CharField(max_length=150, allow_blank=True, required=False)
    last_name = serializers.CharField(max_length=150, allow_blank=True, required=False)
    phone = serializers.CharField(max_length=20, allow_blank=True, required=False)


class RegisterIn(Body):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(
        max_length=4096, trim_whitespace=False, help_text="12 characters or more, of four kinds."
    )
    first_name = serializers.CharField(max_length=150, allow_blank=True, required=False)


class RegisteredUser(serializers.Serializer[Any]):
    email = serializers.EmailField()


class RegisteredOut(serializers.Serializer[Any]):
    user = RegisteredUser()
    verification = serializers.CharField(help_text="`sent`: a mail with a code is on its way.")


class LoginIn(Body):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=4096, trim_whitespace=False)
    code = serializers.CharField(
        max_length=64, required=False, allow_blank=True, help_text="Of an app, or a recovery code."
    )


class LoggedInOut(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="For `Authorization: Bearer`.")
    user = UserOut()
    csrf_token = serializers.CharField(help_text="For `X-CSRFToken`, with the session instead of the token.")


class PasswordResetIn(Body):
    email = serializers.CharField(max_length=254)


class PasswordResetOut(serializers.Serializer[Any]):
    mail = serializers.CharField(help_text="`sent`, if there is such an account.")


class Register(Endpoint):
    """Make an account. The answer is the same where there is one: its owner gets a mail that says so."""

    rules = {"POST": anyone()}
    shapes = {"POST": Shape(RegisteredOut, RegisterIn, status=201, example=EXAMPLE)}

    def post(self, request: Request) -> Response:
        sent = {"first_name": "", **self.body(RegisterIn)}
        email = sign_in.sign_up(request._request, **sent)
        return Response({"user": {"email": email}, "verification": "sent"}, status=status.HTTP_201_CREATED)


class Login(Endpoint):
    """Log in: a session for a browser, and a token for everything else.

    Raises:
        WrongCredentials: One message for every pair that does not belong together.
        SecondFactorRequired: The account has one, and ``code`` is missing or wrong.
        VerificationRequired: Whoever made the account has not entered the code of the mail yet.
    """

    rules = {"POST": anyone()}
    shapes = {"POST": Shape(LoggedInOut, LoginIn, example=EXAMPLE)}

    def post(self, request: Request) -> Response:
        user = sign_in.log_in(request._request, **{"code": "", **self.body(LoginIn)})
        facts = {"token": access.log_in(user), "user": user, "csrf_token": get_token(request._request)}
        return Response(self.shown(LoggedInOut, facts))


class Logout(Endpoint):
    """End the session and take the token back that came with this. Repeatable."""

    rules = {"POST": anyone()}
    shapes = {"POST": Shape(status=204)}

    def post(self, request: Request) -> Response:
        if isinstance(request.auth, LoginToken):
            access.log_out(request.auth)
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordReset(Endpoint):
    """Have a link mailed that sets a new password. The answer is the same for every address."""

    rules = {"POST": anyone()}
    shapes = {"POST": Shape(PasswordResetOut, PasswordResetIn)}

    def post(self, request: Request) -> Response:
        sign_in.mail_reset_link(request._request, **self.body(PasswordResetIn))
        return Response({"mail": "sent"})


class Me(Endpoint):
    """Who is logged in, and how they are called and reached."""

    rules = {"GET": customer(), "PATCH": customer()}
    shapes = {"GET": Shape(UserOut), "PATCH": Shape(UserOut, ProfileIn, of_a_version=True)}

    def get(self, request: Request) -> Response:
        return Response(self.shown(UserOut, account_of(request)))

    def patch(self, request: Request) -> Response:
        """Change how one is called and reached; what is not named stays."""
        sent = self.body(ProfileIn)
        with transaction.atomic():
            user = accounts.lock(account_of(request))
            self.guard(lambda: self.shown(UserOut, user))
            now = {name: getattr(user, name) for name in ("first_name", "last_name", "phone")}
            accounts.change_profile(user, **{**now, **sent})
        user.refresh_from_db()
        return Response(self.shown(UserOut, user))


urlpatterns = [
    path("auth/register/", Register.as_view(), name="register"),
    path("auth/login/", Login.as_view(), name="login"),
    path("auth/logout/", Logout.as_view(), name="logout"),
    path("auth/password-reset/", PasswordReset.as_view(), name="password_reset"),
    path("users/me/", Me.as_view(), name="user-me"),
]
