import factory

from users.models import User

PASSWORD = "Correct-Horse-7"  # noqa: S105


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A customer who can log in with the password ``Correct-Horse-7``."""

    class Meta:
        model = User

    email = factory.Sequence("customer{}@example.com".format)
    first_name = "Robin"
    last_name = factory.Sequence("Customer {}".format)
    password = PASSWORD

    @classmethod
    def _create(cls, model_class, *args, **fields):
        return model_class.objects.create_user(*args, **fields)


class StaffFactory(UserFactory):
    """Somebody who may do everything in the admin."""

    email = factory.Sequence("staff{}@example.com".format)
    is_staff = True
    is_superuser = True
