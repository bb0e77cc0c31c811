"""Container images made in code: busybox and the workload program, under any name.

The same files give the same bytes, hence the same digests, on every run.
"""

import hashlib
import io
import json
import platform
import subprocess
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clusterwright.deploy.sandbox.parts.packages import Packages

_FOLDERS = ("bin", "dev", "etc", "proc", "sys", "tmp", "var", "www")
_USERS = b"root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def digest_of(data: bytes) -> str:
    """Return the digest by which registries and runtimes know these bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@dataclass(frozen=True)
class Image:
    """An image: its layers as uncompressed tars, and its configuration as JSON."""

    layers: tuple[bytes, ...]
    config: bytes

    def manifest(self) -> bytes:
        """Return the OCI manifest, which a registry serves under a tag."""
        kind = "application/vnd.oci.image"
        layers = [_descriptor(f"{kind}.layer.v1.tar", layer) for layer in self.layers]
        return _json(
            {
                "schemaVersion": 2,
                "mediaType": f"{kind}.manifest.v1+json",
                "config": _descriptor(f"{kind}.config.v1+json", self.config),
                "layers": layers,
            }
        )


def make_layer(files: Mapping[str, bytes], links: Mapping[str, str]) -> bytes:
    """Return a layer of executable files and symbolic links, by path, in the usual folders."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for folder in _FOLDERS:
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            tar.addfile(entry)
        for path, data in sorted(files.items()):
            _add_file(tar, path, data)
        for path, target in sorted(links.items()):
            entry = tarfile.TarInfo(path)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            tar.addfile(entry)
    return buffer.getvalue()


def make_image(
    layers: Sequence[bytes],
    *,
    command: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Image:
    """Return an image of the layers, for this machine, that runs the command by default."""
    variables = {"PATH": "/bin", **(environment or {})}
    config = {
        "architecture": _ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "config": {"Cmd": list(command), "Env": [f"{k}={v}" for k, v in variables.items()]},
        "rootfs": {"type": "layers", "diff_ids": [digest_of(layer) for layer in layers]},
    }
    return Image(tuple(layers), _json(config))


def busybox_layer(packages: Packages, workload: Path) -> bytes:
    """Return the layer of all images here: `/bin/workload`, and busybox under its many names."""
    listed = subprocess.run(
        [packages.busybox, "--list"], capture_output=True, text=True, check=True
    )
    names = set(listed.stdout.split()) - {"busybox"}
    files = {
        "bin/busybox": packages.busybox.read_bytes(),
        "bin/workload": workload.read_bytes(),
        "etc/passwd": _USERS,
    }
    return make_layer(files, {f"bin/{name}": "/bin/busybox" for name in names})


def write_archive(path: Path, images: Iterable[tuple[Image, Sequence[str]]]) -> None:
    """Write a docker-archive of images, each with its names, for `ctr images import`.

    Names are whole, such as `docker.io/library/nginx:1.27`; containerd adds no defaults to them.
    A layer that several images share is written once.
    """
    members: dict[str, bytes] = {}
    manifest: list[dict[str, object]] = []
    for image, names in images:
        config = f"{hashlib.sha256(image.config).hexdigest()}.json"
        layers = {f"{hashlib.sha256(layer).hexdigest()}.tar": layer for layer in image.layers}
        members |= {config: image.config, **layers}
        manifest.append({"Config": config, "RepoTags": list(names), "Layers": list(layers)})
    members["manifest.json"] = _json(manifest)
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in members.items():
            _add_file(tar, name, data)


def _add_file(tar: tarfile.TarFile, path: str, data: bytes) -> None:
    entry = tarfile.TarInfo(path)
    entry.size, entry.mode = len(data), 0o755 if path.startswith("bin/") else 0o644
    tar.addfile(entry, io.BytesIO(data))


def _descriptor(media_type: str, data: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest_of(data), "size": len(data)}


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
