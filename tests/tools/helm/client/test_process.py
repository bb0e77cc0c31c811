"""Processes that hang, flood, start others and leave them behind."""

from pathlib import Path

import anyio
import pytest

from clusterwright.tools.helm.client import process
from clusterwright.tools.helm.client.process import run_process
from tests.tools.helm.client.held import LONG, Held, shell

pytestmark = pytest.mark.anyio
SHORT = 2.0


@pytest.fixture
def held(tmp_path: Path) -> Held:
    return Held(tmp_path)


async def test_status_output_and_what_is_said_are_told_apart() -> None:
    ended = await shell("echo out; echo err >&2; exit 7")
    assert (ended.status, ended.output, ended.said) == (7, b"out\n", b"err\n")
    assert not ended.cut
    assert not ended.timed_out


async def test_nobody_is_asked_anything() -> None:
    """No terminal, and no input: a question gets an end of file at once."""
    ended = await shell("read answer || echo none; tty; (: </dev/tty) 2>/dev/null || echo no tty")
    assert ended.output == b"none\nnot a tty\nno tty\n"


async def test_no_shell_reads_the_arguments() -> None:
    hostile = ["$(id)", "`id`", "a;b", "--", "-x", "a\nb", "'\"", "é\u2028"]
    argv = ["/bin/sh", "-c", 'printf "%s|" "$@"', "sh", *hostile]
    ended = await run_process(argv, {}, seconds=LONG)
    assert ended.output.decode() == "".join(f"{one}|" for one in hostile)


async def test_after_its_time_it_is_stopped_and_may_still_say_why() -> None:
    ended = await shell("trap 'echo stopped; exit 3' TERM; sleep 600 & wait", seconds=SHORT)
    assert ended.timed_out
    assert (ended.status, ended.output) == (3, b"stopped\n")


async def test_what_does_not_stop_when_told_to_is_killed(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "TERMINATION_SECONDS", 0.1)
    script = "trap '' TERM; exec 3>$1; echo begun >&3; while :; do sleep 600; done"
    ended = await held.by(script, seconds=SHORT)
    assert ended.timed_out
    assert ended.status == -9
    assert await held.gone()


async def test_a_cancelled_caller_takes_the_whole_group_with_it(held: Held) -> None:
    script = "(exec 3>$1; echo begun >&3; exec sleep 600) & exec sleep 600"
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(shell, script, str(held.path))
        await held.begun()
        tasks.cancel_scope.cancel()
    assert await held.gone()


async def test_what_it_leaves_running_goes_when_it_ends(held: Held) -> None:
    """The child holds the output open, which would otherwise never end."""
    child = "exec 3>$1; echo begun >&3; echo >$1.ready; exec sleep 600"
    script = f"mkfifo $1.ready; ({child}) & read -r _ <$1.ready; echo done"
    ended = await held.by(script)
    assert (ended.status, ended.output) == (0, b"done\n")
    assert await held.gone()


async def test_of_a_flood_the_start_is_kept_and_it_still_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "MOST_OUTPUT", 1000)
    ended = await shell("printf first; head -c 3000000 /dev/zero; echo last >&2")
    assert (len(ended.output), ended.cut, ended.status) == (1000, True, 0)
    assert ended.output.startswith(b"first")
    assert ended.said == b"last\n"


async def test_of_what_is_said_the_end_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "MOST_SAID", 1000)
    ended = await shell("head -c 3000000 /dev/zero >&2; echo Error: last >&2")
    assert len(ended.said) == 1000
    assert ended.said.endswith(b"Error: last\n")


async def test_a_program_that_is_not_there_is_told() -> None:
    with pytest.raises(FileNotFoundError):
        await run_process(["/no/such/program"], {}, seconds=LONG)
