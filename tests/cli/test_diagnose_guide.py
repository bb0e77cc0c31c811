"""What the guide to diagnose says is what the command takes."""

import re
from datetime import date
from pathlib import Path

from clusterwright.agents.diagnose.ignore_file import Entry, parse_ignore_file
from clusterwright.cli.diagnose import command
from clusterwright.cli.output import DOCUMENTS, TEXT
from clusterwright.cli.sieve import USUAL

GUIDE = (Path(__file__).parents[2] / "docs/guides/diagnose.md").read_text(encoding="utf-8")


def test_every_option_of_the_guide_exists() -> None:
    ours = "\n".join(line for line in GUIDE.splitlines() if "kubectl" not in line)
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", ours))
    assert named - {option for one in command.params for option in one.opts} == set()


def test_every_form_is_in_the_table() -> None:
    assert re.findall(r"^\| `(\w+)` \|", GUIDE, flags=re.MULTILINE) == [TEXT, *DOCUMENTS]


def test_the_ignore_file_of_the_guide_is_one() -> None:
    assert str(USUAL) in GUIDE
    [written] = re.findall(r"```yaml\n(- code:.*?)```", GUIDE, flags=re.DOTALL)
    assert parse_ignore_file(written, "guide") == (
        Entry(
            place="entry 1 (line 1)",
            code="pvc/storage-class-missing",
            subject="PersistentVolumeClaim/invoice-*/*",
            cluster="*",
            owner="storage team",
            reason="The class comes with the new array.",
            expires=date(2027, 1, 31),
        ),
    )
