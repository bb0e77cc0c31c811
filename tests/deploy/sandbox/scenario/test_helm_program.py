"""Operations of a Helm that writes down its calls."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from clusterwright.deploy.sandbox.runtime.processes import start_time
from clusterwright.deploy.sandbox.scenario.errors import HelmError
from clusterwright.deploy.sandbox.scenario.helm import Helm
from clusterwright.deploy.sandbox.scenario.helm_program import operate
from clusterwright.deploy.sandbox.scenario.left import end_left
from tests.deploy.sandbox.scenario.stand_in import make_stand_in
from tests.deploy.sandbox.scenario.stand_in_helm import with_helm

POD = {"kind": "Pod", "metadata": {"name": "cart-1"}}
HELD = {"kind": "Pod", "name": "cart-1"}
_SECONDS = 60.0


class Place:
    """A cluster whose kubectl and Helm are stand-ins."""

    def __init__(self, folder: Path) -> None:
        self.kubectl = make_stand_in(folder)
        self.cluster, self.helm = with_helm(self.kubectl.cluster, folder / "programs")

    def operate(self, **fields: object) -> None:
        given = {"run": "upgrade", "release": "cart", "chart": "web"} | fields
        operate(self.cluster, "shop", Helm.model_validate(given))

    def where(self) -> list[str]:
        return [f"--kubeconfig={self.cluster.kubeconfig}", "--namespace=shop"]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_helm_gets_the_chart_the_values_the_place_and_the_flags(place: Place) -> None:
    place.operate(run="install", values={"port": 80}, flags=["--wait"])
    [call] = place.helm.calls
    run, release, chart, values, *rest = call.arguments
    assert (run, release, Path(chart).name) == ("install", "cart", "web")
    assert values == f"--values={Path(chart).parent / 'values.yaml'}"
    assert rest == [*place.where(), "--wait"]
    assert [yaml.safe_load(one) for one in call.values] == [{"port": 80}]
    assert "Chart.yaml" in call.chart


def test_helm_sees_nothing_of_whoever_runs_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELM_PLUGINS", "/home/me/plugins")
    monkeypatch.setenv("KUBECONFIG", "/home/me/kubeconfig")
    place.operate(driver="configmap")
    environment = place.helm.calls[0].environment
    assert environment["HELM_DRIVER"] == "configmap"
    own = {f"HELM_{name}_HOME" for name in ("CACHE", "CONFIG", "DATA")}
    assert set(environment) - {"LC_CTYPE"} == {*own, "HELM_DRIVER", "HOME", "PATH"}
    assert not Path(environment["HOME"]).exists()


def test_a_rollback_names_its_revision_and_no_chart(place: Place) -> None:
    place.operate(run="rollback", chart="", revision=3)
    [call] = place.helm.calls
    assert call.arguments == ["rollback", "cart", "3", *place.where()]


def test_an_operation_may_be_repeated(place: Place) -> None:
    place.operate(times=3)
    assert len(place.helm.calls) == 3


def test_custom_resource_definitions_are_shown_by_helm_and_applied_by_kubectl(
    place: Place,
) -> None:
    place.helm.does(says="---\n---\nkind: CustomResourceDefinition\nmetadata: {name: pools}\n")
    place.operate(run="crds", release="", chart="operator", version="0.5.0")
    assert place.helm.calls[0].arguments[:2] == ["show", "crds"]
    assert place.kubectl.applied == "kind: CustomResourceDefinition\nmetadata:\n  name: pools\n"


def test_what_fails_unasked_is_told_in_its_words(place: Place) -> None:
    place.helm.does(says="Error: quota exceeded", status=1)
    with pytest.raises(HelmError, match='"helm upgrade cart": Error: quota exceeded'):
        place.operate()


def test_what_must_fail_has_to_fail_and_to_say_why(place: Place) -> None:
    with pytest.raises(HelmError, match="it went well, and should have said 'quota'"):
        place.operate(fails="quota")
    place.helm.does(says="Error: quota exceeded", status=1)
    place.operate(fails="quota exceeded")
    with pytest.raises(HelmError, match="quota exceeded"):
        place.operate(fails="field is immutable")


def test_it_is_killed_with_its_group_once_the_condition_holds(place: Place) -> None:
    place.helm.does(lasts=True)
    place.helm.makes(place.kubectl, POD)
    place.operate(killed_after=HELD)
    [call] = place.helm.calls
    assert call.group == call.pid
    assert start_time(call.pid) == 0


def test_what_ends_before_it_could_be_killed_is_told(place: Place) -> None:
    place.helm.does(says="Release has been upgraded")
    with pytest.raises(HelmError, match="Release has been upgraded"):
        place.operate(killed_after=HELD)


def test_what_is_left_goes_on(place: Place) -> None:
    place.helm.does(lasts=True)
    place.helm.makes(place.kubectl, POD)
    place.operate(left_after=HELD)
    pid = place.helm.calls[0].pid
    assert start_time(pid)
    (place.helm.folder / "lasts").unlink()
    until(lambda: not start_time(pid))


@pytest.fixture
def left(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """A process that looks like a Helm at work in a namespace of this sandbox."""
    words = ["helm", "-c", "import time; time.sleep(60)", "upgrade", *place.where()]
    with subprocess.Popen(words, executable=sys.executable, start_new_session=True) as process:
        yield process
        process.kill()


def test_removing_ends_what_was_left_in_its_namespaces_and_nothing_else(
    place: Place, left: subprocess.Popen[bytes]
) -> None:
    end_left(place.cluster, ["other"])
    end_left(replace(place.cluster, kubeconfig=Path("/elsewhere")), ["shop"])
    assert left.poll() is None
    end_left(place.cluster, ["other", "shop"])
    assert left.wait(_SECONDS) == -signal.SIGKILL


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
