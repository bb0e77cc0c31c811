"""The machine that is read: sessions end, a driver that hangs is told as one."""

from threading import Event

import anyio
import pytest

from clusterwright.tools.errors import BusyError, NotServedError, UnreachableError
from clusterwright.tools.gpu_node.machine import Machine
from clusterwright.tools.gpu_node.nvml import Nvml, NvmlError, Refusal, System
from tests.tools.gpu_node.captured import CapturedNvml, captured


class _Hanging(CapturedNvml):
    """A driver that answers nothing until it is let go on."""

    def __init__(self) -> None:
        super().__init__(captured("idle"))
        self.go_on = Event()
        self.left = Event()

    def system(self) -> System:
        self.go_on.wait()
        return super().system()

    def close(self) -> None:
        super().close()
        self.left.set()


class _Broken(CapturedNvml):
    def system(self) -> System:
        raise NvmlError(Refusal.OTHER, "nvmlSystemGetDriverVersion: Unknown Error")


def test_each_reading_has_a_session_of_its_own_that_ends() -> None:
    opened: list[CapturedNvml] = []

    def one() -> Nvml:
        opened.append(CapturedNvml(captured("idle")))
        return opened[-1]

    async def twice() -> None:
        machine = Machine("gpu-1", one)
        await machine.read(0)
        await machine.read(0)
        await machine.aclose()

    anyio.run(twice)
    assert [each.closed for each in opened] == [1, 1]


def test_a_driver_that_hangs_is_told_and_not_asked_again_until_it_answers() -> None:
    hanging = _Hanging()
    machine = Machine("gpu-1", lambda: hanging, patience_s=0.05)

    async def ask() -> None:
        with pytest.raises(UnreachableError, match=r"has not answered for 0\.05 s"):
            await machine.read(0)
        with pytest.raises(BusyError) as caught:
            await machine.read(0)
        assert "driver hangs" in caught.value.hint
        hanging.go_on.set()
        await anyio.to_thread.run_sync(hanging.left.wait)
        with anyio.fail_after(5):
            while True:
                try:
                    assert (await machine.read(0)).driver == "580.159.04"
                except BusyError:
                    await anyio.lowlevel.checkpoint()
                else:
                    break

    anyio.run(ask)


def test_who_gives_up_listening_frees_the_driver() -> None:
    listening = Event()

    class Listening(CapturedNvml):
        def next_event(self, within_ms: int) -> None:
            assert within_ms <= 200
            listening.set()

    nvml = Listening(captured("idle"))
    machine = Machine("gpu-1", lambda: nvml)

    async def ask() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(machine.read, 30)
            await anyio.to_thread.run_sync(listening.wait)
            group.cancel_scope.cancel()
        with anyio.fail_after(5):
            while not nvml.closed:
                await anyio.lowlevel.checkpoint()

    anyio.run(ask)


def test_a_driver_that_answers_nothing_is_told_with_what_it_said() -> None:
    nvml = _Broken()
    with pytest.raises(UnreachableError, match="answers nothing: nvmlSystemGetDriverVersion"):
        anyio.run(Machine("gpu-1", lambda: nvml).read, 0)
    assert nvml.closed == 1


def test_after_a_failure_the_machine_can_be_read_again() -> None:
    outcomes: list[Nvml | NotServedError] = [
        NotServedError("no driver"),
        CapturedNvml(captured("idle")),
    ]

    def opened() -> Nvml:
        one = outcomes.pop(0)
        if isinstance(one, NotServedError):
            raise one
        return one

    async def twice() -> None:
        machine = Machine("gpu-1", opened)
        with pytest.raises(NotServedError):
            await machine.read(0)
        assert len((await machine.read(0)).gpus) == 1

    anyio.run(twice)
