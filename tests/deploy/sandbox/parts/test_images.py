import hashlib
import io
import json
import tarfile
from pathlib import Path

from clusterwright.deploy.sandbox.parts.images import (
    Image,
    digest_of,
    make_image,
    make_layer,
    write_archive,
)

FILES = {"bin/tool": b"\x7fELF tool", "etc/passwd": b"root:x:0:0::/:/bin/sh\n"}


def image(text: bytes = b"tool", command: str = "tool") -> Image:
    layer = make_layer({**FILES, "bin/tool": text}, {"bin/sh": "/bin/tool", "bin/ls": "/bin/tool"})
    return make_image([layer], command=[command], environment={"MODE": "x"})


def read_archive(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {m.name: file.read() for m in tar if (file := tar.extractfile(m))}


def test_the_same_files_give_the_same_bytes_in_any_order() -> None:
    forwards = make_layer(FILES, {"bin/a": "/bin/tool", "bin/b": "/bin/tool"})
    backwards = make_layer(
        dict(reversed(FILES.items())), {"bin/b": "/bin/tool", "bin/a": "/bin/tool"}
    )
    assert forwards == backwards
    assert make_image([forwards]).manifest() == make_image([backwards]).manifest()


def test_a_layer_holds_programs_links_and_the_usual_folders() -> None:
    with tarfile.open(fileobj=io.BytesIO(image().layers[0])) as tar:
        modes = {m.name: (m.mode, m.linkname) for m in tar}
        assert {(m.uid, m.gid, m.mtime) for m in tar} == {(0, 0, 0)}
    assert modes["bin/tool"] == (0o755, "")
    assert modes["etc/passwd"] == (0o644, "")
    assert modes["bin/sh"][1] == "/bin/tool"
    assert modes["tmp"] == (0o1777, "")


def test_the_manifest_names_each_blob_by_its_digest_and_size() -> None:
    made = image()
    manifest = json.loads(made.manifest())
    config = json.loads(made.config)
    assert manifest["config"]["digest"] == digest_of(made.config)
    assert manifest["layers"] == [
        {
            "mediaType": "application/vnd.oci.image.layer.v1.tar",
            "digest": digest_of(made.layers[0]),
            "size": len(made.layers[0]),
        }
    ]
    assert config["rootfs"]["diff_ids"] == [digest_of(made.layers[0])]
    assert config["config"] == {"Cmd": ["tool"], "Env": ["PATH=/bin", "MODE=x"]}


def test_an_archive_names_its_images_and_its_digests_are_true(tmp_path: Path) -> None:
    write_archive(tmp_path / "a.tar", [(image(), ["registry.test/one:1", "docker.io/two:2"])])
    members = read_archive(tmp_path / "a.tar")
    (entry,) = json.loads(members["manifest.json"])
    assert entry["RepoTags"] == ["registry.test/one:1", "docker.io/two:2"]
    assert entry["Config"] == f"{hashlib.sha256(members[entry['Config']]).hexdigest()}.json"
    config = json.loads(members[entry["Config"]])
    assert config["rootfs"]["diff_ids"] == [digest_of(members[name]) for name in entry["Layers"]]


def test_images_that_share_a_layer_share_it_in_the_archive_too(tmp_path: Path) -> None:
    images = [(image(command="one"), ["a.test/one:1"]), (image(command="two"), ["a.test/two:1"])]
    write_archive(tmp_path / "a.tar", images)
    write_archive(tmp_path / "b.tar", images)
    with tarfile.open(tmp_path / "a.tar") as tar:
        assert sum(name.endswith(".tar") for name in tar.getnames()) == 1
    assert (tmp_path / "a.tar").read_bytes() == (tmp_path / "b.tar").read_bytes()
