"""Scripts that say when they have begun, and a proof that all of their processes have gone."""

import os
from pathlib import Path

import anyio

from clusterwright.tools.helm.client.process import Ended, run_process

LONG = 300.0


async def shell(script: str, *arguments: str, seconds: float = LONG) -> Ended:
    """Run a script of the shell."""
    argv = ["/bin/sh", "-c", script, "sh", *arguments]
    return await run_process(argv, os.environ, seconds=seconds)


class Held:
    """A pipe by its name: it ends when the last process that holds it has gone."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "held"
        os.mkfifo(self.path)
        self._file = -1

    async def begun(self) -> None:
        """Wait until a process has said a word."""
        self._file = await anyio.to_thread.run_sync(os.open, self.path, os.O_RDONLY)
        assert await anyio.to_thread.run_sync(os.read, self._file, 100)

    async def by(self, script: str, *, seconds: float = LONG) -> Ended:
        """Run a script that takes its name, and says a word into it."""
        found: list[Ended] = []

        async def run() -> None:
            found.append(await shell(script, str(self.path), seconds=seconds))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run)
            await self.begun()
        return found[0]

    async def gone(self) -> bool:
        """Wait until nobody holds it."""
        ended = not await anyio.to_thread.run_sync(os.read, self._file, 100)
        os.close(self._file)
        return ended
