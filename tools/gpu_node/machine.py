"""The machine that is read: one session with its driver at a time, each as short as can be."""

from collections.abc import Callable
from threading import Event as Flag

import anyio
from anyio import to_thread

from clusterwright.tools.errors import BusyError, UnreachableError
from clusterwright.tools.gpu_node.client import open_nvml
from clusterwright.tools.gpu_node.models import Node
from clusterwright.tools.gpu_node.nvml import Nvml, NvmlError
from clusterwright.tools.gpu_node.read import read_node

_PATIENCE_S = 30
"""For a driver that answers each call; one whose GPU hangs answers none, for ever."""


class Machine:
    """A machine with GPUs."""

    def __init__(
        self, name: str, opened: Callable[[], Nvml] = open_nvml, patience_s: float = _PATIENCE_S
    ) -> None:
        """Take the name by which answers call it, and how its driver is reached."""
        self.name = name
        self._opened = opened
        self._patience_s = patience_s
        self._reading = False

    async def read(self, wait_s: float) -> Node:
        """Return its GPUs, and the critical events of the next `wait_s` seconds.

        Raises:
            BusyError: another reading goes on, or hangs in the driver.
            UnreachableError: the driver does not answer, or answers nothing.
        """
        if self._reading:
            raise BusyError(
                "the GPUs of this machine are being read already",
                hint="call again in a moment; if this stays, the driver hangs: look at the kernel"
                " log for NVRM and Xid, then drain the node and reboot it",
            )
        stop = Flag()
        self._reading = True  # until the thread ends, even where nobody waits for it any more
        try:
            with anyio.fail_after(wait_s + self._patience_s):
                return await to_thread.run_sync(
                    self._read, wait_s, stop.is_set, abandon_on_cancel=True
                )
        except TimeoutError as error:
            raise UnreachableError(
                f"the NVIDIA driver has not answered for {self._patience_s:g} s, as when a GPU"
                " hangs",
                hint="look at the kernel log of this node for NVRM and Xid; drain and reboot it",
            ) from error
        finally:
            stop.set()

    async def aclose(self) -> None:
        """Nothing is kept open."""

    def _read(self, wait_s: float, stopped: Callable[[], bool]) -> Node:
        try:
            nvml = self._opened()
            try:
                return read_node(nvml, wait_s, stopped)
            finally:
                nvml.close()
        except NvmlError as error:
            raise UnreachableError(
                f"the NVIDIA driver answers nothing: {error}",
                hint="look at the kernel log of this node for NVRM and Xid",
            ) from error
        finally:
            self._reading = False
