"""The files of ``deploy/``, read: what compose is told, and the objects that Kubernetes is."""

import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OURS = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)) | {"PORT"}


def variables_of(container: Mapping[str, Any]) -> dict[str, str | None]:
    """Return what a container is told: name -> value, none for what comes from a secret."""
    return {one["name"]: one.get("value") for one in container.get("env", [])}


class Manifests:
    """What a folder with a ``kustomization.yaml`` makes, of what ours say: resources and patches."""

    def __init__(self, folder: Path) -> None:
        self.kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
        self.objects: list[dict[str, Any]] = []
        for name in self.kustomization["resources"]:
            if (folder / name).is_dir():
                self.objects += deepcopy(Manifests(folder / name).objects)
            else:
                self.objects += yaml.safe_load_all((folder / name).read_text())
        for patch in self.kustomization.get("patches", ()):
            given = yaml.safe_load((folder / patch["path"]).read_text())
            (patched,) = (one for one in self.objects if _name(one) == _name(given))
            _merge(patched, given)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.objects if one["kind"] == kind]

    @property
    def literals(self) -> dict[str, str]:
        """What every process of the shop is told: name -> value."""
        return dict(line.split("=", 1) for line in self.kustomization["configMapGenerator"][0]["literals"])

    @property
    def pods(self) -> dict[str, dict[str, Any]]:
        """Name of a deployment or job -> the template of its pod."""
        return {one["metadata"]["name"]: one["spec"]["template"]
                for one in self.of("Deployment") + self.of("Job")}  # fmt: skip


def _name(thing: Mapping[str, Any]) -> tuple[str, str]:
    return thing["kind"], thing["metadata"]["name"]


def _merge(old: dict[str, Any], new: Mapping[str, Any]) -> None:
    """Change ``old`` as a strategic merge does: null takes away, lists of named things merge by name."""
    for key, value in new.items():
        if value is None:
            old.pop(key, None)
        elif isinstance(value, dict) and isinstance(old.get(key), dict):
            _merge(old[key], value)
        elif isinstance(value, list) and key in old and isinstance(value[0], dict):
            known = {one["name"]: one for one in old[key]}
            for one in value:
                if one["name"] in known:
                    _merge(known[one["name"]], one)
                else:
                    old[key].append(one)
        else:
            old[key] = value


KUBERNETES = Manifests(DEPLOY / "kubernetes")
ANALYTICS = Manifests(DEPLOY / "kubernetes-analytics")
BEHIND_A_BALANCER = Manifests(DEPLOY / "kubernetes-aws")
