"""Who plainly wants to reach a Service: workloads whose own settings name it as a host."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from clusterwright.tools.manifest import Manifest, items, namespace_of, text, texts
from clusterwright.tools.ref import Ref

_HOST = re.compile(
    r"(?<![\w.-])(?P<name>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)"
    r"(?:\.(?P<namespace>[a-z0-9-]{1,63})(?:\.svc(?:\.[a-z0-9.-]{1,100})?)?)?"
    r"(?::(?P<port>\d{1,5}))?(?![\w-]|\.\w)"
)
_TELLS_A_HOST = re.compile(
    r"(?:host(?:name)?|addr(?:ess)?|ur[il]|endpoint|upstream|broker|dsn|server)s?\Z", re.IGNORECASE
)
"""How variables and flags end whose value is a host, even where it stands alone."""
_OWN_NAME = "HOSTNAME"
_LONGEST = 500
"""Characters of a setting in which a host is looked for."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A pod whose settings name a Service, where they do, and the port that they name."""

    client: Manifest
    path: str
    value: str
    port: int | None = None


def wishes(pod: Manifest, services: Container[Ref]) -> Iterator[tuple[Ref, Wish]]:
    """Yield the Services among `services` that a pod's settings name, each once."""
    home, seen = namespace_of(pod), set[Ref]()
    for path, setting, value in _settings(pod):
        for found in _HOST.finditer(value[:_LONGEST]):
            ref = Ref("Service", found["name"], found["namespace"] or home)
            if ref in services and ref not in seen and _is_host(found, setting):
                seen.add(ref)
                yield ref, Wish(pod, path, value, int(found["port"]) if found["port"] else None)


def _is_host(found: re.Match[str], setting: str) -> bool:
    """Return whether a name stands where a host does; alone, it needs a setting that says so.

    A name before a number may also be an image and its tag: only the Service's ports tell.
    """
    before = found.string[: found.start()]
    if found["namespace"] or found["port"] or before.endswith(("://", "@")):
        return True
    alone = found.group() == found.string or before.endswith("=")
    return alone and setting != _OWN_NAME and bool(_TELLS_A_HOST.search(setting))


def _settings(pod: Manifest) -> Iterator[tuple[str, str, str]]:
    """Yield where each setting is, what it is called, and its value."""
    for container in items(pod, "spec", "containers"):
        base = f"$.spec.containers[?(@.name=='{text(container, 'name')}')]"
        for variable in items(container, "env"):
            name = text(variable, "name")
            if value := text(variable, "value"):
                yield f"{base}.env[?(@.name=='{name}')].value", name, value
        for field in ("command", "args"):
            flag = ""
            for i, word in enumerate(texts(container, field)):
                name, joined, _ = word.partition("=")
                yield f"{base}.{field}[{i}]", name if joined else flag, word
                flag = word if word.startswith("-") else ""
