"""Charts that would have helm write what no step of a plan tells of."""

import pytest

from tests.tools.helm.changes.place import Place

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(240)]

_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
  namespace: {namespace}
  annotations: {{{annotations}}}
data: {{a: b}}
"""
_RANDOM = "cart-{{ randAlphaNum 5 | lower }}"
_LISTED = """\
apiVersion: v1
kind: List
metadata: {annotations: {helm.sh/hook: pre-install}}
items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: first}}
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: second, namespace: kube-system}}
"""
_GENERATED = """\
apiVersion: v1
kind: ConfigMap
metadata: {generateName: cart-, namespace: kube-system}
"""


def config_map(name: str, namespace: str = "{{ .Release.Namespace }}", hook: str = "") -> str:
    """Return a template of a ConfigMap, or of a hook that makes one."""
    annotations = f'helm.sh/hook: "{hook}"' if hook else ""
    return _MAP.format(name=name, namespace=namespace, annotations=annotations)


async def install(place: Place, *templates: str) -> tuple[str, str]:
    """Plan the installation of a chart of these templates; return its id and what was said."""
    place.workshop.chart("odd", {f"{at}.yaml": one for at, one in enumerate(templates)}, {})
    async with place.session() as session:
        change = {"kind": "install", "release": place.named("cart"), "chart": "shelf/odd"}
        return await session.plan(change)


@pytest.mark.parametrize(
    "template",
    [
        config_map("cart", "kube-system", "test,pre-install"),
        config_map(_RANDOM, "kube-system"),
        config_map(_RANDOM, "kube-system", "pre-install"),
        _LISTED,
    ],
    ids=["a hook that is a test too", "a random name", "a hook of a random name", "a list"],
)
async def test_nothing_gets_into_a_protected_namespace_unseen(place: Place, template: str) -> None:
    plan, told = await install(place, template)
    assert not plan
    assert "namespace kube-system is protected" in told


async def test_an_object_without_a_name_is_refused(place: Place) -> None:
    plan, told = await install(place, _GENERATED)
    assert not plan
    assert "[no-name]" in told
    assert "odd/templates/0.yaml" in told


async def test_objects_of_random_names_are_shown_and_made(place: Place) -> None:
    template, hook = config_map(_RANDOM), config_map(f"hook-{_RANDOM}", hook="post-install")
    plan, told = await install(place, template, hook)
    assert f"create ConfigMap/{place.namespace}/cart-" in told
    assert f"run hook ConfigMap/{place.namespace}/hook-cart-" in told
    assert "names are new each time" in told
    async with place.session() as session:
        state, told = await session.apply(plan)
    assert state == "applied", told
    assert "configmap/hook-cart-" in place.workshop.kubectl("get", "configmap", "-o", "name")


async def test_an_object_that_is_a_hook_as_well_is_shown_twice(place: Place) -> None:
    plan, told = await install(place, config_map("cart"), config_map("cart", hook="pre-install"))
    assert plan, told
    assert f"create ConfigMap/{place.namespace}/cart" in told
    assert f"run hook ConfigMap/{place.namespace}/cart (pre-install)" in told
