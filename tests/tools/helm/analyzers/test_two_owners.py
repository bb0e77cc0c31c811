"""release/two-owners: who else deploys the objects of a release, and who only keeps the release."""

from tests.tools.helm.estates import CART, Cluster, deployment, live, record, thing, wrote

CODE = "release/two-owners"
SPEC = {"spec": {"replicas": 2}}
FLUX = {"helm.toolkit.fluxcd.io/name": "cart", "helm.toolkit.fluxcd.io/namespace": "shop"}
KUSTOMIZE = {f"kustomize.toolkit.fluxcd.io/{one}": one for one in ("name", "namespace")}
TRACKED = {"argocd.argoproj.io/tracking-id": "store:apps/Deployment:shop/cart"}


def test_an_application_of_argo_cd_that_tracks_its_objects() -> None:
    there = [live(deployment(), annotations=TRACKED), live(thing("Service"), annotations=TRACKED)]
    whole = record(3, "deployed", deployment(), thing("Service"))
    (found,) = Cluster([whole], there).findings()
    assert (found.code, found.subject) == (CODE, CART)
    assert found.title.startswith(
        "Argo CD Application store deploys Deployment cart and 1 more of its objects as well"
    )
    assert "store:apps/Deployment:shop/cart" in found.model_dump_json()


def test_argo_cd_that_tracks_by_label_is_known_by_what_it_wrote() -> None:
    labels = {"app.kubernetes.io/instance": "store"}
    own = deployment()
    assert Cluster([record(3, "deployed", own)], [live(own, labels=labels)]).codes() == []
    there = live(own, labels=labels, managers=[wrote("argocd-controller", SPEC)])
    assert Cluster([record(3, "deployed", own)], [there]).codes() == [CODE]


def test_a_release_that_flux_keeps_has_one_owner() -> None:
    own = live(deployment(), by="helm-controller", labels=FLUX)
    assert Cluster([record(3, "deployed", deployment())], [own]).codes() == []
    taken_over = live(deployment(), labels=FLUX, managers=[wrote("helm-controller", SPEC)])
    assert Cluster([record(3, "deployed", deployment())], [taken_over]).codes() == []


def test_a_release_of_flux_that_somebody_upgraded_by_hand() -> None:
    own = live(
        deployment(), by="helm-controller", labels=FLUX, managers=[wrote("helm", SPEC, age=60)]
    )
    (found,) = Cluster([record(3, "deployed", deployment())], [own]).findings()
    assert found.title.startswith("Flux HelmRelease cart in namespace shop deploys Deployment cart")


def test_a_kustomization_that_applies_an_object_of_a_release() -> None:
    own = deployment()
    label_alone = live(own, labels=KUSTOMIZE)
    assert Cluster([record(3, "deployed", own)], [label_alone]).codes() == []
    there = live(own, labels=KUSTOMIZE, managers=[wrote("kustomize-controller", SPEC)])
    assert Cluster([record(3, "deployed", own)], [there]).codes() == [CODE]


def test_of_a_release_that_is_gone_nobody_is_the_second_owner() -> None:
    there = [live(deployment(), annotations=TRACKED)]
    assert CODE not in Cluster([record(3, "uninstalled", deployment())], there).codes()
