"""The images are what a real containerd takes: imported, and run."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.debian import ensure_packages
from clusterwright.deploy.sandbox.parts.images import busybox_layer, make_image, write_archive
from clusterwright.deploy.sandbox.parts.report import SilentReport

SCRIPT = """
containerd -c config.toml > containerd.log 2>&1 &
until ctr -a c.sock version > /dev/null 2>&1; do kill -0 $!; done
ctr -a c.sock images import images.tar > /dev/null
ctr -a c.sock images ls -q
ctr -a c.sock run --rm docker.io/library/nginx:1.27 one sh -c \
    'whoami; workload log --line started --count 1 --exit-code 3; echo ended with $?'
"""


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("apt-get") is None, reason="a real node needs root and apt"
)
def test_containerd_imports_the_archive_and_runs_what_is_in_it(tmp_path: Path) -> None:
    packages = ensure_packages(SilentReport())
    workload = ensure_binaries(["workload"], SilentReport())["workload"]
    image = make_image([busybox_layer(packages, workload)], command=["sleep", "1d"])
    names = ["docker.io/library/nginx:1.27", "registry.test/shop/cart:1.4"]
    write_archive(tmp_path / "images.tar", [(image, names)])
    (tmp_path / "config.toml").write_text(
        f'version = 2\nroot = "{tmp_path}/root"\nstate = "{tmp_path}/state"\n'
        f'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "{tmp_path}/c.sock"\n'
    )
    isolated = ["unshare", "--net", "--mount", "--pid", "--cgroup", "--fork", "--mount-proc"]
    done = subprocess.run(
        [*isolated, "--kill-child", "sh", "-ec", SCRIPT],
        cwd=tmp_path,
        env={**os.environ, **packages.environment()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [*names, "root", "started", "ended with 3"]
