"""The checks of `on_device.py`: idle, under a load of our own, and the tool itself."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from smi import compared, read_xml

from clusterwright.tools.errors import ToolError
from clusterwright.tools.gpu_node.client import open_nvml
from clusterwright.tools.gpu_node.models import Gpu, Node, Profile
from clusterwright.tools.gpu_node.problems import problems_of
from clusterwright.tools.gpu_node.read import read_node

HERE = Path(__file__).resolve().parent
_BURN_S = 40
_SETTLE_S = 20


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Report:
    """Counts what is the same and prints what is not."""

    def __init__(self, save: Path | None) -> None:
        self.same = 0
        self.differ = 0
        self._save = save
        self._lines: list[str] = []

    def check(self, name: str, *, same: bool, told: str) -> None:
        self.same += same
        self.differ += not same
        self._lines.append(f"{'same  ' if same else 'DIFFER'} {name}: {told}")
        if not same:
            say(self._lines[-1])

    def keep_lines(self) -> None:
        self.keep("report.txt", "".join(f"{line}\n" for line in self._lines))

    def keep(self, name: str, text: str) -> None:
        if self._save is not None:
            self._save.mkdir(parents=True, exist_ok=True)
            (self._save / name).write_text(text)


def smi(*arguments: str) -> str:
    done = subprocess.run(["nvidia-smi", *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def read() -> Node:
    nvml = open_nvml()
    try:
        return read_node(nvml)
    finally:
        nvml.close()


def compare(report: Report, when: str) -> list[Gpu]:
    """Read, ask nvidia-smi, read again, and compare."""
    before = read()
    text = smi("-q", "-x")
    after = read()
    report.keep(f"{when}.xml", text)
    report.keep(f"{when}.json", json.dumps(asdict(after), indent=1))
    elements = read_xml(text)
    counted = f"{len(elements)} and {len(after.gpus)}"
    report.check(f"{when} gpus", same=len(elements) == len(after.gpus), told=counted)
    for element, *ours in zip(elements, before.gpus, after.gpus, strict=False):
        for one in compared(element, ours):
            said = f"nvidia-smi {one.smi!r}, ours {', '.join(map(repr, one.ours))}"
            report.check(f"{when} GPU {ours[0].index} {one.name}", same=one.same, told=said)
    for gpu in after.gpus:
        say(f"note   {when} GPU {gpu.index} not supported: {', '.join(gpu.not_supported)}")
        for one in gpu.unread:
            say(f"note   {when} GPU {gpu.index} not read: {one.what}: {one.why}")
    return list(after.gpus)


def compare_profiles(report: Report, gpus: list[Gpu]) -> None:
    table = smi("mig", "-lgip")
    report.keep("mig-lgip.txt", table)
    rows = re.findall(r"\|\s+(\d+)\s+MIG (\S+)\s+(\d+)\s+(\d+)/(\d+)", table)
    for gpu in gpus:
        theirs = {(one[1], int(one[2]), int(one[4])) for one in rows if int(one[0]) == gpu.index}
        profiles: tuple[Profile, ...] = gpu.mig.profiles if gpu.mig else ()
        mine = {(one.name, one.id, one.most) for one in profiles}
        told = f"nvidia-smi {sorted(theirs)}, ours {sorted(mine)}"
        report.check(f"GPU {gpu.index} MIG profiles", same=theirs == mine, told=told)


def loaded(report: Report) -> None:
    burning = subprocess.Popen([sys.executable, str(HERE / "cuda_load.py"), "burn", str(_BURN_S)])
    try:
        until = time.monotonic() + _SETTLE_S
        while time.monotonic() < until and burning.poll() is None:
            busy = read().gpus[0].utilization
            if busy is not None and busy.gpu >= 90:
                break
            time.sleep(0.5)
        if burning.poll() is not None:
            say(f"note   no load: the CUDA driver gave status {burning.returncode}; load skipped")
            return
        time.sleep(3)
        gpus = compare(report, "load")
        held = gpus[0].processes or ()
        report.check("load is seen as a process", same=bool(held), told=str(held))
        load = gpus[0].utilization
        report.check("load is seen", same=load is not None and load.gpu >= 90, told=str(load))
    finally:
        burning.kill()
        burning.wait()


def listened(report: Report) -> None:
    """An illegal write of a program of ours is told as an XID of applications."""
    nvml = open_nvml()
    command = f"sleep 2; exec {sys.executable} {HERE / 'cuda_load.py'} fault"
    faulting = subprocess.Popen(["bash", "-c", command])
    try:
        node = read_node(nvml, wait_s=12)
    finally:
        nvml.close()
        faulting.wait()
    xids = {one.xid for one in node.events}
    report.check(
        "fault is told", same=bool(xids & {13, 31}), told=f"{node.events}, deaf {node.deaf}"
    )
    for one in problems_of(node):
        say(f"note   {one.line()}")


def answered(report: Report) -> None:
    """The tool itself, where pydantic and anyio are there."""
    try:
        view = import_module("device_tool").view
    except ImportError as error:
        say(f"note   the tool was not tried: {error}")
        return

    for gpu in (None, "0"):
        started = time.perf_counter()
        text: str = view(gpu)
        took = time.perf_counter() - started
        say(
            f"note   gpu_inspect_node(gpu={gpu}) took {took:.3f} s, {len(text)} characters:\n{text}"
        )
    report.check("the tool answers", same=True, told="both views")


def still_open() -> Iterator[str]:
    for one in Path("/proc/self/fd").iterdir():
        try:
            target = str(one.readlink())
        except OSError:
            continue
        if target.startswith("/dev/nvidia"):
            yield target


def report(save: Path | None, *, fault: bool) -> int:
    """Print what is the same and what is not, and return the exit status."""
    made = Report(save)
    try:
        say(smi("-L").strip())
        gpus = compare(made, "idle")
    except (ToolError, OSError) as error:
        say(f"nothing to compare: {error}; {getattr(error, 'hint', '')}")
        return 2
    compare_profiles(made, gpus)
    made.keep("nvlink.txt", smi("nvlink", "-s") + smi("topo", "-m"))
    started = time.perf_counter()
    read()
    say(f"note   one reading took {time.perf_counter() - started:.3f} s")
    held = list(still_open())
    made.check("the driver is let go of", same=not held, told=f"{held} open afterwards")
    loaded(made)
    answered(made)
    if fault:
        listened(made)
    made.keep_lines()
    say(f"{made.same} the same, {made.differ} differ")
    return 1 if made.differ else 0
