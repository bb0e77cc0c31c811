"""OCI registries and classic repositories that do not give the chart."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from clusterwright.deploy.sandbox.parts.images import Image, digest_of, make_image
from clusterwright.deploy.sandbox.parts.push import push_image
from tests.tools.helm.failures.answers import Answer, answering
from tests.tools.helm.failures.cases.case import Case
from tests.tools.helm.failures.place import Place

_PLAIN = "--plain-http"
_HELM = "application/vnd.cncf.helm"
_INDEX = b"""apiVersion: v1
entries:
  one:
  - {apiVersion: v2, name: one, version: 1.0.0, urls: [one-1.0.0.tgz]}
"""


def _pull(registry: str, *flags: str, chart: str = "none") -> Callable[[Place], str]:
    """Return what installs a chart of one of the registries."""

    def play(place: Place) -> str:
        address = getattr(place.registries, registry)
        return place.install(f"oci://{address}/charts/{chart}", *flags)

    return play


def _pushed(suffix: str, *flags: str) -> Callable[[Place], str]:
    """Return what pushes a chart and installs it by a reference that does not lead there."""

    def play(place: Place) -> str:
        place.helm_ok("package", place.path(place.chart("one")), "-d", str(place.folder))
        where = f"oci://{place.registries.open}/{place.release}"
        place.helm_ok("push", str(place.folder / "one-1.0.0.tgz"), where, _PLAIN)
        return place.install(f"{where}/one{suffix}", _PLAIN, *flags)

    return play


def wrong_login(place: Place) -> str:
    login = ("--username", "robot", "--password", "wrong", "--version", "1.0.0")
    return place.install(f"oci://{place.registries.private}/charts/none", _PLAIN, *login)


def denied(place: Place) -> str:
    body = b'{"errors": [{"code": "DENIED", "message": "requested access is denied"}]}'
    with answering(lambda _: (403, body)) as server:
        return place.install(f"oci://{server}/charts/none", _PLAIN, "--version", "1.0.0")


def rate_limited(place: Place) -> str:
    body = b'{"errors": [{"code": "TOOMANYREQUESTS", "message": "pull rate limit"}]}'
    with answering(lambda _: (429, body)) as server:
        return place.install(f"oci://{server}/charts/none", _PLAIN, "--version", "1.0.0")


def closed_port(place: Place) -> str:
    return place.install("oci://127.0.0.1:9/charts/none", _PLAIN)


def an_image(place: Place) -> str:
    push_image(f"http://{place.registries.open}", f"{place.release}/app:1.0.0", make_image([]))
    where = f"oci://{place.registries.open}/{place.release}/app"
    return place.install(where, _PLAIN, "--version", "1.0.0")


@dataclass(frozen=True)
class _Artifact(Image):
    """What is pushed beside images: a configuration and a layer of any types."""

    config_type: str = f"{_HELM}.config.v1+json"
    layer_type: str = f"{_HELM}.chart.content.v1.tar+gzip"

    def manifest(self) -> bytes:
        kind = "application/vnd.oci.image.manifest.v1+json"
        layer = self._described(self.layer_type, self.layers[0])
        config = self._described(self.config_type, self.config)
        made = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": [layer]}
        return json.dumps(made).encode()

    def _described(self, kind: str, data: bytes) -> dict[str, object]:
        return {"mediaType": kind, "digest": digest_of(data), "size": len(data)}


def _artifact(**types: str) -> Callable[[Place], str]:
    def play(place: Place) -> str:
        made = _Artifact((b"layer",), b"{}", **types)
        push_image(f"http://{place.registries.open}", f"{place.release}/app:1.0.0", made)
        where = f"oci://{place.registries.open}/{place.release}/app"
        return place.install(where, _PLAIN, "--version", "1.0.0")

    return play


def _repository(index: Answer, chart: str, *flags: str) -> Callable[[Place], str]:
    def play(place: Place) -> str:
        def answer(path: str) -> Answer:
            return index if path.endswith("index.yaml") else (404, b"")

        with answering(answer) as server:
            return place.helm("install", place.release, chart, "--repo", f"http://{server}", *flags)

    return play


def name_of_no_repository(place: Place) -> str:
    return place.helm("install", place.release, "absent/one")


def not_in_the_kept_index(place: Place) -> str:
    with answering(lambda _: (200, _INDEX)) as server:
        place.helm_ok("repo", "add", "shop", f"http://{server}")
        return place.helm("install", place.release, "shop/two")


def gone_since_it_was_added(place: Place) -> str:
    with answering(lambda _: (200, _INDEX)) as server:
        place.helm_ok("repo", "add", "shop", f"http://{server}")
    return place.helm("repo", "update")


_FETCH = 'failed to perform "FetchReference" on source: '
_FOUND = (200, _INDEX)
_ONE = ("--version", "1.0.0")
CASES = (
    Case(
        "oci-not-found",
        "no-such-version",
        _pull("open", _PLAIN, *_ONE),
        "/charts/none:1.0.0: not found",
        detail={"chart": "charts/none:1.0.0"},
    ),
    Case(
        "oci-not-found",
        "no-such-repository",
        _pull("open", _PLAIN),
        '/v2/charts/none/tags/list": response status code 404: name unknown: repository name not',
    ),
    Case(
        "oci-not-found",
        "no-version-in-range",
        _pushed("", "--version", ">=9"),
        "could not locate a version matching provided version string >=9",
        "Could not locate a version matching provided version string >=9",
        {"version": ">=9"},
    ),
    Case(
        "oci-unauthorized",
        "no-login",
        _pull("private", _PLAIN, *_ONE),
        f'{_FETCH}GET "http://',
        detail={"why": "basic credential not found"},
    ),
    Case(
        "oci-unauthorized",
        "wrong-login",
        wrong_login,
        "response status code 401: unauthorized: authentication required",
    ),
    Case(
        "oci-unauthorized",
        "denied",
        denied,
        "response status code 403: denied: requested access is denied",
    ),
    Case(
        "oci-plain-http",
        "http-for-https",
        _pull("open", *_ONE),
        "http: server gave HTTP response to HTTPS client",
    ),
    Case(
        "oci-not-found",
        "http-for-https",
        _pull("open", *_ONE),
        "",
        "/charts/none:1.0.0: not found",  # Helm 3 tries HTTP on loopback
    ),
    Case(
        "oci-plain-http",
        "https-for-http",
        _pull("secure", _PLAIN, *_ONE),
        "response status code 400: Bad Request",
    ),
    Case(
        "oci-certificate",
        "own-authority",
        _pull("secure", *_ONE),
        "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    ),
    Case(
        "oci-unreachable",
        "closed-port",
        closed_port,
        'Get "http://127.0.0.1:9/v2/charts/none/tags/list": dial tcp 127.0.0.1:9: connect:',
        detail={"registry": "127.0.0.1:9"},
    ),
    Case(
        "oci-unreachable",
        "rate-limited",
        rate_limited,
        "response status code 429: toomanyrequests: pull rate limit",
    ),
    Case(
        "oci-not-a-chart",
        "an-image",
        an_image,
        "manifest does not contain minimum number of descriptors (2), descriptors found: ",
    ),
    Case(
        "oci-not-a-chart",
        "no-chart-in-it",
        _artifact(layer_type="application/x-other"),
        f"manifest does not contain a layer with mediatype {_HELM}.chart.content.v1.tar+gzip",
    ),
    Case(
        "oci-not-a-chart",
        "another-configuration",
        _artifact(config_type="application/x-other"),
        f"could not load config with mediatype {_HELM}.config.v1+json",
    ),
    Case(
        "provenance",
        "another-digest",
        _pushed(f":1.0.0@sha256:{'0' * 64}"),
        "chart reference digest mismatch: sha256:",
    ),
    Case(
        "provenance",
        "another-version",
        _pushed(":1.0.0", "--version", "2.0.0"),
        "chart reference and version mismatch: 2.0.0 is not 1.0.0",
    ),
    Case(
        "repository-unreachable",
        "no-login",
        _repository((401, b""), "one"),
        "cannot be reached: failed to fetch http://",
    ),
    Case(
        "repository-unreachable",
        "a-web-page",
        _repository((200, b"<p>hello: there: </p>"), "one"),
        "is not a valid chart repository or cannot be reached: error converting YAML to JSON",
    ),
    Case(
        "repository-unreachable",
        "gone-since-it-was-added",
        gone_since_it_was_added,
        "failed to update the following repositories: [http://",
    ),
    Case(
        "archive-unreachable",
        "listed-only",
        _repository(_FOUND, "one"),
        "/one-1.0.0.tgz : 404 Not Found",
        detail={"why": "404 Not Found"},
    ),
    Case(
        "chart-not-found",
        "not-listed",
        _repository(_FOUND, "two"),
        'chart "two" not found in http://',
        detail={"chart": "two"},
    ),
    Case(
        "chart-not-found",
        "not-in-that-version",
        _repository(_FOUND, "one", "--version", "9.0.0"),
        'chart "one" version "9.0.0" not found in http://',
        detail={"chart": "one", "version": "9.0.0"},
    ),
    Case(
        "chart-not-found",
        "name-of-no-repository",
        name_of_no_repository,
        "repo absent not found",
        detail={"repository": "absent"},
    ),
    Case(
        "chart-not-found",
        "not-in-the-kept-index",
        not_in_the_kept_index,
        "chart \"two\" matching  not found in shop index. (try 'helm repo update')",
        detail={"chart": "two", "repository": "shop"},
    ),
)
