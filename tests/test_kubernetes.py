"""The objects of Kubernetes: valid, tight, and reachable by whom they are meant for."""

import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml
from django.urls import resolve

from tests.manifests import (
    ANALYTICS,
    BEHIND_A_BALANCER,
    COMPOSE,
    DEPLOY,
    KUBERNETES,
    OURS,
    Manifests,
    variables_of,
)

VERSION = "1.37"
OF_OTHERS = {"TargetGroupBinding"}
"""What Kubernetes itself does not know."""
WITHOUT_A_SECOND = {"beat", "dask-scheduler"}
"""What there is once at most."""


def chosen_by(policy):
    """Return the apps that a network policy is about."""
    return apps_of(policy["spec"]["podSelector"])


def apps_of(selector):
    apps = [app for rule in selector.get("matchExpressions", ()) for app in rule["values"]]
    return [*apps, *selector.get("matchLabels", {}).values()]


def ways(policies):
    """Return (from, to, port) of everything that one app is let in by another."""
    return {
        (who, whom, port["port"])
        for policy in policies
        for rule in policy["spec"].get("ingress", ())
        for one in rule.get("from", ())
        for who in apps_of(one.get("podSelector", {}))
        for whom in chosen_by(policy)
        for port in rule["ports"]
    }


@pytest.mark.parametrize(
    "made", [KUBERNETES, ANALYTICS, BEHIND_A_BALANCER], ids=["plain", "with analytics", "behind a balancer"]
)
def test_kubernetes_takes_every_object(made):
    for one in made.objects:
        if one["kind"] not in OF_OTHERS:
            kubernetes_validate.validate(one, VERSION, strict=True)


@pytest.mark.parametrize("name", ANALYTICS.pods)
def test_a_pod_may_do_little_and_asks_for_what_it_needs(name):
    for made in (KUBERNETES, ANALYTICS):
        if name not in made.pods:
            continue
        pod = made.pods[name]["spec"]
        (container,) = pod["containers"]

        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert {"cpu", "memory"} == container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]
        mounts = {mount["name"] for mount in container["volumeMounts"]}
        assert mounts == {volume["name"] for volume in pod["volumes"]}
        if "envFrom" in container:
            assert variables_of(container).keys() <= OURS


def test_a_release_in_kubernetes_takes_nobody_away_before_somebody_else_serves():
    budgets = {budget["metadata"]["name"] for budget in ANALYTICS.of("PodDisruptionBudget")}
    scaled = {
        one["spec"]["scaleTargetRef"]["name"]: one["spec"]["minReplicas"] >= 2
        for one in ANALYTICS.of("HorizontalPodAutoscaler")
    }
    for deployment in ANALYTICS.of("Deployment"):
        name, spec = deployment["metadata"]["name"], deployment["spec"]
        if name in WITHOUT_A_SECOND:
            assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
            continue
        assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
        if name in scaled:
            assert "replicas" not in spec  # or applying it would undo what the autoscaler has done
        assert scaled.get(name) or spec["replicas"] >= 2
        assert name in budgets
    for name in ("web", "live", "nginx"):
        (container,) = KUBERNETES.pods[name]["spec"]["containers"]
        assert container["lifecycle"]["preStop"]
        for probe in ("readinessProbe", "livenessProbe"):
            if asked := container[probe].get("httpGet"):
                assert resolve(asked["path"])
                assert asked["httpHeaders"] == [{"name": "Host", "value": "shop.example.com"}]


@pytest.mark.parametrize("made", [KUBERNETES, ANALYTICS], ids=["plain", "with analytics"])
def test_what_kubernetes_selects_is_there(made):
    apps = {pod["metadata"]["labels"]["app"] for pod in made.pods.values()}
    selected = [
        *(service["spec"]["selector"]["app"] for service in made.of("Service")),
        *(budget["spec"]["selector"]["matchLabels"]["app"] for budget in made.of("PodDisruptionBudget")),
        *(scaled["spec"]["scaleTargetRef"]["name"] for scaled in made.of("HorizontalPodAutoscaler")),
        *(app for policy in made.of("NetworkPolicy") for app in chosen_by(policy)),
        *(app for way in ways(made.of("NetworkPolicy")) for app in way[:2]),
    ]
    assert set(selected) <= apps
    assert KUBERNETES.literals.keys() <= OURS


def test_the_provider_s_load_balancer_reaches_nginx_and_is_the_only_one():
    (binding,) = BEHIND_A_BALANCER.of("TargetGroupBinding")
    services = {service["metadata"]["name"]: service["spec"] for service in BEHIND_A_BALANCER.of("Service")}
    bound = services[binding["spec"]["serviceRef"]["name"]]
    assert bound["type"] == "ClusterIP"
    assert "externalTrafficPolicy" not in bound
    assert binding["spec"]["serviceRef"]["port"] in [port["name"] for port in bound["ports"]]
    assert [spec for spec in services.values() if spec.get("type") == "LoadBalancer"] == []
    pod = BEHIND_A_BALANCER.pods["nginx"]["spec"]
    (container,) = pod["containers"]
    (rule,) = binding["spec"]["networking"]["ingress"]
    assert [port["port"] for port in rule["ports"]] == [container["ports"][0]["containerPort"]]
    _sleep, seconds = container["lifecycle"]["preStop"]["exec"]["command"]
    assert int(seconds) < pod["terminationGracePeriodSeconds"] / 2


@pytest.mark.parametrize("name", ["kubernetes", "kubernetes-analytics", "kubernetes-aws"])
def test_kustomize_makes_of_them_what_these_tests_read(name):
    if not (kubectl := shutil.which("kubectl")):
        pytest.skip("no kubectl here")
    made = subprocess.run(  # noqa: S603 -- our own files
        [kubectl, "kustomize", "--load-restrictor", "LoadRestrictionsNone", DEPLOY / name],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    built = {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(made.stdout)}
    for one in Manifests(DEPLOY / name).objects:
        theirs = built[one["kind"], one["metadata"]["name"]]
        if one["kind"] in {"Service", "TargetGroupBinding"}:
            assert theirs["spec"] == one["spec"]


def test_prometheus_is_let_in_where_processes_count_and_nowhere_else():
    open_to_monitoring = {
        (app, port["port"])
        for policy in ANALYTICS.of("NetworkPolicy")
        for rule in policy["spec"].get("ingress", ())
        for one in rule.get("from", ())
        if one.get("namespaceSelector", {}).get("matchLabels")
        == {"kubernetes.io/metadata.name": "monitoring"}
        for app in chosen_by(policy)
        for port in rule["ports"]
    }
    assert open_to_monitoring == {("web", 8000), ("live", 8000), ("worker", 9101)}


def test_dask_runs_the_image_of_the_shop_s_workers_and_knows_no_secret():
    (worker,) = ANALYTICS.pods["worker"]["spec"]["containers"]
    tags = {image["name"]: image["newTag"] for image in ANALYTICS.kustomization["images"]}
    assert tags[worker["image"]] == KUBERNETES.kustomization["images"][0]["newTag"]
    assert variables_of(worker).items() >= {
        "ANALYTICS_DIR": "/srv/analytics", "DASK_SCHEDULER_ADDRESS": "tcp://dask-scheduler:8786"
    }.items()  # fmt: skip
    for pods, queue in ((ANALYTICS.pods, "celery"), (KUBERNETES.pods, None)):  # staff may ask where some can
        (web,) = pods["web"]["spec"]["containers"]
        assert variables_of(web).get("ANALYTICS_QUEUE") == queue
    for name in ("dask-scheduler", "dask-worker"):
        pod = ANALYTICS.pods[name]["spec"]
        (container,) = pod["containers"]
        assert container["image"] == worker["image"]
        assert "envFrom" not in container
        assert all("value" in one for one in container.get("env", ()))
    in_compose = COMPOSE["services"]["dask-worker"]["environment"]
    (dask,) = ANALYTICS.pods["dask-worker"]["spec"]["containers"]
    assert variables_of(dask) == in_compose


def test_dask_s_workers_read_what_the_shop_exports_and_write_to_a_disk_of_their_own():
    pods = {name: ANALYTICS.pods[name]["spec"] for name in ("worker", "dask-worker", "dask-scheduler")}
    mounted = {
        name: {one["name"]: one for one in pod["containers"][0]["volumeMounts"]} for name, pod in pods.items()
    }
    claimed = {"name": "analytics", "persistentVolumeClaim": {"claimName": "analytics"}}

    assert mounted["worker"]["analytics"] == {"name": "analytics", "mountPath": "/srv/analytics"}
    assert mounted["dask-worker"]["analytics"] == mounted["worker"]["analytics"] | {"readOnly": True}
    assert mounted["dask-scheduler"].keys() == {"tmp"}
    for name, pod in pods.items():
        assert (claimed in pod["volumes"]) is (name != "dask-scheduler")
    (spill,) = (one for one in pods["dask-worker"]["volumes"] if one["name"] == "spill")
    assert spill["emptyDir"]["sizeLimit"]
    command = pods["dask-worker"]["containers"][0]["command"]
    assert command[command.index("--local-directory") + 1] == mounted["dask-worker"]["spill"]["mountPath"]


def test_nobody_but_the_shop_s_workers_reaches_dask_and_dask_reaches_nobody_else():
    ours = {"dask-scheduler", "dask-worker"}
    policies = ANALYTICS.of("NetworkPolicy")
    assert {way for way in ways(policies) if way[1] in ours} == {
        ("worker", "dask-scheduler", 8786), ("dask-worker", "dask-scheduler", 8786),
        *((who, "dask-worker", port) for who in ours for port in (8788, 8789)),
    }  # fmt: skip
    for policy in policies:
        if ours & set(chosen_by(policy)):
            assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
            reached = [app for rule in policy["spec"]["egress"] for one in rule["to"]
                       for app in apps_of(one["podSelector"])]  # fmt: skip
            assert set(reached) <= ours
