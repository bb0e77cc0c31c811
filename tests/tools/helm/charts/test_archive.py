"""Archives of anybody: what leads out of them, and what never ends."""

import gzip
import subprocess
import tarfile
from pathlib import Path

import pytest

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.helm.charts import archive
from clusterwright.tools.helm.charts.archive import Room, read_archive
from clusterwright.tools.helm.charts.chart import load_chart
from tests.tools.helm.charts.archives import CHART, Entry, link, packed
from tests.tools.helm.charts.repositories import Helm

OUTSIDE = [
    ("x/../../etc/passwd", b""),
    ("x//etc/passwd", b""),
    ("x/c:/windows", b""),
    ("x\\..\\..\\evil", b""),
    ("Chart.yaml", b""),
    ("x", b""),
]


def test_files_are_named_below_the_charts_folder() -> None:
    read = read_archive(packed(CHART, ("x/templates/a.yaml", b"a"), ("x\\b.txt", b"\xef\xbb\xbfb")))
    assert read == {"Chart.yaml": CHART[1], "templates/a.yaml": b"a", "b.txt": b"b"}


@pytest.mark.parametrize("entry", OUTSIDE)
def test_what_is_not_in_the_charts_folder_is_refused(entry: Entry, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"outside the chart's folder|leads out of"):
        read_archive(packed(CHART, entry))


@pytest.mark.parametrize("entry", [one for one in OUTSIDE if one[0] != "x\\..\\..\\evil"])
def test_helm_refuses_it_as_well(entry: Entry, tmp_path: Path, by_hand: Helm) -> None:
    path = tmp_path / "x.tgz"
    path.write_bytes(packed(CHART, entry))
    with pytest.raises(subprocess.CalledProcessError):
        by_hand("template", path)


@pytest.mark.parametrize(
    "entry",
    [
        link("x/values.yaml", "/etc/passwd"),
        link("x/values.yaml", "../../etc/passwd"),
        link("x/values.yaml", "x/Chart.yaml", tarfile.LNKTYPE),
        link("x/values.yaml", "", tarfile.CHRTYPE),
        link("x/values.yaml", "", tarfile.FIFOTYPE),
        link("x/templates", "", tarfile.DIRTYPE),
    ],
)
def test_links_and_devices_are_never_followed(entry: Entry) -> None:
    assert read_archive(packed(CHART, entry)) == {"Chart.yaml": CHART[1]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"\x1f\x8b",
        gzip.compress(b"no tar"),
        packed(CHART)[:60],
        packed(CHART, compress=False),
        gzip.compress(packed(CHART, compress=False)[:700]),
    ],
)
def test_what_is_no_archive_is_told(content: bytes) -> None:
    with pytest.raises(InvalidInputError):
        load_chart(content)


def test_a_small_archive_that_unpacks_without_end_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archive, "_OVERHEAD", 100_000)
    bomb = packed(CHART, ("x/big", b"\0" * 2_000_000))
    assert len(bomb) < 20_000
    with pytest.raises(InvalidInputError, match="is larger than the 100 MiB or"):
        read_archive(bomb, Room(bytes_left=1_000_000))
    with pytest.raises(InvalidInputError, match="is larger than the 100 MiB or"):
        read_archive(packed(CHART, *((f"x/{n}", b"") for n in range(50))), Room(files_left=20))


def test_headers_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a header says of itself may be as large as a file."""
    monkeypatch.setattr(archive, "_OVERHEAD", 100_000)
    long = tarfile.TarInfo("x/" + "a" * 500_000)
    with pytest.raises(InvalidInputError, match="unpacks to more than is read"):
        read_archive(packed(CHART, long), Room(bytes_left=100_000))


def test_a_size_that_a_header_lies_about_is_refused() -> None:
    content = bytearray(packed(CHART, compress=False))
    content[124:136] = b"77777777777\0"
    content[148:156] = b"        "
    content[148:156] = b"%06o\0 " % sum(content[:512])
    with pytest.raises(InvalidInputError, match="is larger than the 100 MiB"):
        read_archive(gzip.compress(bytes(content)))


def test_charts_in_charts_share_the_room() -> None:
    inner = packed(("y/Chart.yaml", b"name: y\nversion: 1.0.0\n"), ("y/big", b"\0" * 600_000))
    outer = packed(CHART, ("x/charts/y-1.tgz", inner), ("x/charts/z.tgz", inner))
    room = Room(bytes_left=1_000_000)
    files = read_archive(outer, room)
    read_archive(files["charts/y-1.tgz"], room)
    with pytest.raises(InvalidInputError, match="is larger than"):
        read_archive(files["charts/z.tgz"], room)


def test_charts_in_charts_end_somewhere() -> None:
    inner = packed(CHART)
    for _ in range(12):
        inner = packed(CHART, ("x/charts/x.tgz", inner))
    with pytest.raises(InvalidInputError, match="charts in charts, more than 8 deep"):
        load_chart(inner)
