"""An instance comes up, is usable, and leaves nothing behind: on the real thing."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance, down, find, names, status, up
from clusterwright.deploy.sandbox.runtime import processes
from clusterwright.deploy.sandbox.runtime.cgroups import group_of
from clusterwright.deploy.sandbox.runtime.errors import NoSuchInstanceError
from clusterwright.tools.errors import InvalidInputError

_DEADLINE = 60.0


@pytest.fixture
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state directory of the test's own, so that no other instance is touched."""
    monkeypatch.setenv("CLUSTERWRIGHT_STATE", str(tmp_path))
    yield tmp_path
    for name in list(names()):
        down(name)


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"not within {_DEADLINE:.0f} s: {what}"
        time.sleep(0.1)


def traces(place: Path) -> list[str]:
    """Return what of an instance can be seen from outside: processes, mounts, devices, groups."""
    found = [
        f"process {process.name}: {command}"
        for process in Path("/proc").glob("[0-9]*")
        if process.name != str(os.getpid())
        and str(place) in (command := _command(process))
        and "pytest" not in command
    ]
    found += [m for m in Path("/proc/mounts").read_text().splitlines() if str(place) in m]
    found += [d for d in Path("/proc/net/dev").read_text().splitlines() if "sandbox0" in d]
    routes = Path("/proc/net/route").read_text().splitlines()[1:]
    found += [r for r in routes if "sandbox" in r]
    groups = Path("/sys/fs/cgroup").glob(f"*/{group_of(place.name)}")
    return found + [str(group) for group in groups]


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def test_an_instance_serves_its_api_and_down_leaves_nothing(own_state: Path) -> None:
    instance = up("one")
    assert status("one").healthy
    assert instance.kubectl("get", "--raw", "/readyz") == "ok"
    assert "sim-gpu-1" in instance.kubectl("get", "nodes", "-o", "name")
    assert instance.audit_log.read_text(encoding="utf-8")
    assert instance.kubeconfig.stat().st_mode & 0o077 == 0
    place = instance.directory
    assert down("one")
    until(lambda: not traces(place), "no trace of the instance")
    assert not place.exists()
    assert not down("one")


def test_up_twice_is_the_same_instance(own_state: Path) -> None:
    assert up("one", real_node=False).record == up("one", real_node=False).record


def test_two_instances_run_side_by_side(own_state: Path) -> None:
    one, two = up("one"), up("two")
    one.kubectl("create", "namespace", "only-in-one")
    assert "only-in-one" not in two.kubectl("get", "namespaces", "-o", "name")
    down("one")
    assert two.kubectl("get", "--raw", "/readyz") == "ok"


def test_a_killed_instance_leaves_no_process_mount_device_or_group(own_state: Path) -> None:
    instance = up("one")
    os.kill(instance.record.pid, signal.SIGKILL)
    until(lambda: not instance.running, "the process that holds the instance is gone")
    assert not status("one").running
    down("one")
    until(lambda: not traces(instance.directory), "no trace of the instance")


@pytest.mark.parametrize(
    ("real_node", "record"), [(True, '{"name": "one"'), (False, '{"name": "one", "mode": "node"}')]
)
def test_down_ends_an_instance_whose_record_cannot_be_read(
    own_state: Path, real_node: bool, record: str
) -> None:
    instance = up("one", real_node=real_node)
    (instance.directory / "instance.json").write_text(record, encoding="utf-8")
    with pytest.raises(NoSuchInstanceError, match="cannot be read") as caught:
        find("one")
    assert "clusterwright sandbox down one" in caught.value.hint
    assert down("one")
    until(lambda: not traces(instance.directory), "no trace of the instance")
    assert list(names()) == []


def test_the_kernel_settings_of_the_host_are_left_alone(own_state: Path) -> None:
    settings = [Path("/proc/sys/vm/overcommit_memory"), Path("/proc/sys/kernel/panic")]
    before = [one.read_text(encoding="ascii") for one in settings]
    up("one")
    assert [one.read_text(encoding="ascii") for one in settings] == before


def test_a_starter_killed_half_way_leaves_no_process(own_state: Path) -> None:
    code = "from clusterwright.deploy.sandbox import up; up('one')"
    starter = subprocess.Popen([sys.executable, "-c", code])
    place = own_state / "sandbox" / "one"
    log = place / "logs" / "supervisor.log"
    until(lambda: log.exists() and "started" in log.read_text(encoding="utf-8"), "a program starts")
    starter.kill()
    starter.wait()
    until(lambda: not any("process" in t for t in traces(place)), "no process of the instance")


def test_on_loopback_the_instance_says_why_it_has_no_node(own_state: Path) -> None:
    instance = up("one", real_node=False)
    assert not instance.has_node
    assert instance.record.why_no_node == "not wanted"
    pids = processes.resident_by_log(instance.directory / "logs")
    assert "kube-apiserver" in pids
    down("one")
    until(lambda: not traces(instance.directory), "no trace of the instance")


def test_a_program_that_dies_is_reported(own_state: Path) -> None:
    instance = up("one", real_node=False)
    scheduler = next(
        int(p.name)
        for p in Path("/proc").glob("[0-9]*")
        if "kube-scheduler" in _command(p) and str(instance.directory) in _command(p)
    )
    os.kill(scheduler, signal.SIGKILL)

    def state() -> str:
        return next(p.state for p in status("one").programs if p.name == "kube-scheduler")

    until(lambda: state() == "ended with -9", "the status names the dead scheduler")
    assert not status("one").healthy


@pytest.mark.parametrize("name", ["", "Upper", "../up", "a" * 31, "-x"])
def test_a_name_that_could_leave_its_directory_is_refused(own_state: Path, name: str) -> None:
    with pytest.raises(InvalidInputError):
        find(name)


def test_an_instance_that_was_never_started_is_not_found(own_state: Path) -> None:
    with pytest.raises(NoSuchInstanceError) as caught:
        find("nobody")
    assert "clusterwright sandbox up nobody" in caught.value.hint


def test_no_packet_leaves_the_instance(sandbox: Instance) -> None:
    """Inside there is no device but loopback and the pods' bridge, and no way out of them."""
    if not sandbox.has_node:
        pytest.skip("without a real node everything listens on the host's loopback")
    inner = _child(sandbox.record.pid)
    devices = Path(f"/proc/{inner}/net/dev").read_text(encoding="ascii").splitlines()[2:]
    kinds = {line.split(":")[0].strip().rstrip("0123456789abcdef") for line in devices}
    allowed = {"lo", "sandbox", "veth"}
    assert kinds <= allowed | {
        "tunl",
        "sit",
        "ip6tnl",
        "gre",
        "gretap",
        "erspan",
        "ip_vti",
        "ip6_vti",
    }
    routes = Path(f"/proc/{inner}/net/route").read_text(encoding="ascii").splitlines()[1:]
    default = [line.split()[0] for line in routes if line.split()[1] == "00000000"]
    assert default == ["lo"]
    reached = json.loads(
        sandbox.kubectl("get", "endpointslices", "-n", "default", "kubernetes", "-o", "json")
    )
    assert reached["endpoints"][0]["addresses"] == ["10.90.0.1"]


def _child(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return int(children.split()[0])
