"""Writing down what was deployed."""

from dbProject.deployments.models import Deployment


def record(*, release: str, by: str, attempt: str) -> bool:
    """Write down that ``by`` deployed ``release``; true the first time under ``attempt`` only. Repeatable."""
    _deployment, is_new = Deployment.objects.get_or_create(
        attempt=attempt, defaults={"release": release, "deployed_by": by}
    )
    return is_new
