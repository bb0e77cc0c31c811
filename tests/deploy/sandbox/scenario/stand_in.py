"""A stand-in for kubectl: a program that writes down its calls and answers with prepared lists."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.tools.manifest import Manifest

_PROGRAM = """#!{python}
import json, os, pathlib, sys, time
folder = pathlib.Path({folder!r})
arguments = sys.argv[2:]
given = sys.stdin.read() if "-f" in arguments else ""
# Several may be called at the same time.
(folder / f"{{time.time_ns()}}-{{os.getpid()}}.call").write_text(json.dumps([arguments, given]))
if (folder / "refuse").exists():
    sys.exit("error: the server refused")
answers = json.loads((folder / "answers.json").read_text())
if arguments[0] == "get":
    print(json.dumps({{"items": answers[0]}}))
    if len(answers) > 1:
        (folder / "answers.json").write_text(json.dumps(answers[1:]))
"""


@dataclass(frozen=True)
class StandIn:
    """The cluster that scenarios see, what it is told, and the images that it was given."""

    cluster: Cluster
    folder: Path
    images: list[str]

    def answer(self, *lists: Sequence[Manifest]) -> None:
        """Answer reads with these lists in turn, then with the last one again and again."""
        (self.folder / "answers.json").write_text(json.dumps(lists))

    def refuse(self) -> None:
        """Fail whatever is asked from now on."""
        (self.folder / "refuse").touch()

    @property
    def calls(self) -> list[str]:
        """The command lines so far."""
        return [" ".join(call[0]) for call in self._calls()]

    @property
    def applied(self) -> str:
        """All that was given to apply."""
        return "\n".join(call[1] for call in self._calls())

    def _calls(self) -> list[tuple[list[str], str]]:
        return [json.loads(one.read_text()) for one in sorted(self.folder.glob("*.call"))]


def make_stand_in(folder: Path, *, has_node: bool = True) -> StandIn:
    """Return a stand-in that answers every read with nothing."""
    calls, program = folder / "calls", folder / "kubectl"
    calls.mkdir()
    program.write_text(_PROGRAM.format(python=sys.executable, folder=str(calls)))
    program.chmod(0o755)
    images: list[str] = []
    made = StandIn(Cluster(program, folder / "kubeconfig", has_node, images.extend), calls, images)
    made.answer([])
    return made
