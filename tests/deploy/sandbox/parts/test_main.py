import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-m", "clusterwright.deploy.sandbox.parts"]


def test_each_named_part_is_printed_with_its_path() -> None:
    done = subprocess.run(
        [*COMMAND, "forwarder", "workload"], capture_output=True, text=True, check=True
    )
    paths = dict(line.split("\t") for line in done.stdout.splitlines())
    assert paths.keys() == {"forwarder", "workload"}
    assert all(Path(path).name == name for name, path in paths.items())
    assert "2 parts ready in " in done.stderr


def test_an_unknown_part_ends_it_with_the_names_that_there_are() -> None:
    done = subprocess.run([*COMMAND, "ectd"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert 'Error: the sandbox has no program "ectd"' in done.stderr
    assert "It has etcd, " in done.stderr
