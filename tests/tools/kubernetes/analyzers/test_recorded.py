"""What is concluded from a real cluster as a whole: each cause once, and nothing beside."""

from clusterwright.tools.analyze import group
from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers import ANALYZERS
from tests.tools.kubernetes.analyzers.recorded import CONTROLLERS, PODS, recorded

CAUSES = {
    "ConfigMap/coupon-us-gvdc/pricing-runtime": "object/finalizer-stuck",
    "Deployment/billing-live-sltl/ledger-server": "pod/secret-key-missing",
    "Deployment/cart-dev-8vdk/offer-api": "workload/quota-exceeded",
    "Deployment/checkout-dev-2k9s/returns-web": "pod/node-selector-unmatched",
    "Deployment/coupon-eu-plcb/account-core": "pod/configmap-missing",
    "Deployment/dispatch-eu-zhbf/pricing-core": "pod/command-not-found",
    "Deployment/identity-dev-55mx/cart-engine": "pod/crash-loop",
    "Deployment/pricing-stage-69q7/offer-edge": "pod/image-pull-denied",
    "Deployment/report-stage-w7gq/dispatch-server": "pod/liveness-probe-failing",
    "Deployment/tariff-dev-lnf5/itinerary-engine": "pod/image-not-found",
    "Deployment/tariff-stage-d9cc/tax-api": "pod/readiness-probe-failing",
    "Job/quote-dev-wbq9/address-engine": "pod/insufficient-resource",
    "PersistentVolumeClaim/ledger-eu-hgdv/search-params": "pvc/storage-class-missing",
    "Service/orders-eu-7bks/menu-gateway": "service/selector-mismatch",
    "Service/review-live-zp6s/menu-engine": "service/target-port-mismatch",
    "StatefulSet/receipt-dev-kq2m/orders-web": "pod/out-of-memory",
}
SYMPTOMS = {
    "Deployment/ledger-eu-hgdv/offer-api": "pod/volume-not-bound",
    "Service/billing-live-sltl/ledger-server": "service/no-ready-endpoints",
    "Service/checkout-dev-2k9s/returns-web": "service/no-ready-endpoints",
    "Service/coupon-eu-plcb/account-core": "service/no-ready-endpoints",
    "Service/dispatch-eu-zhbf/pricing-core": "service/no-ready-endpoints",
    "Service/identity-dev-55mx/cart-engine": "service/no-ready-endpoints",
    "Service/ledger-eu-hgdv/offer-api": "service/no-ready-endpoints",
    "Service/pricing-stage-69q7/offer-edge": "service/no-ready-endpoints",
    "Service/tariff-dev-lnf5/itinerary-engine": "service/no-ready-endpoints",
    "Service/tariff-stage-d9cc/tax-api": "service/no-ready-endpoints",
}


ABOVE_PODS = {
    "Deployment/payment-dev-2pnm/ticket-gateway": "workload/limit-range-violated",
    "HorizontalPodAutoscaler/offer-stage-b54m/ledger-engine": "hpa/metrics-unavailable",
    "HorizontalPodAutoscaler/pricing-stage-ml9r/stock-core": "hpa/target-missing",
    "Ingress/payment-dev-g9kq/returns-core": "ingress/port-missing",
    "Ingress/session-us-dcl8/gift-api": "ingress/service-missing",
    "Job/refund-pilot-nghr/payment-backend-import": "job/failed",
    "NetworkPolicy/fare-dev-fp9l/tariff-server": "networkpolicy/blocks-service",
    "PodDisruptionBudget/coupon-qa-8h2f/quote-server": "pdb/blocks-drain",
    "StatefulSet/gift-us-h7x5/catalog-api": "statefulset/rollout-blocked",
    "ValidatingWebhookConfiguration/orchid-policy-mjql": "webhook/backend-unavailable",
}


def findings(name: str = PODS) -> list[Finding]:
    seen = recorded(name)
    return [one.finding for a in ANALYZERS for one in group(a.detect(seen))]


def test_each_fault_is_one_finding_and_the_healthy_oddities_are_silent() -> None:
    told = sorted((str(one.subject), one.code) for one in findings())
    assert told == sorted((CAUSES | SYMPTOMS).items())


def test_each_fault_above_pods_is_a_finding_with_all_its_symptoms_beside_it() -> None:
    found = findings(CONTROLLERS)
    causes = {str(one.subject): one.code for one in found if one.code in ABOVE_PODS.values()}
    assert causes == ABOVE_PODS
    rest = {one.code for one in found} - set(ABOVE_PODS.values())
    assert rest <= {"pod/node-selector-unmatched", "workload/unavailable", *SYMPTOMS.values()}


def test_titles_fit_a_table_and_every_finding_says_how_to_repair_it() -> None:
    for one in [*findings(), *findings(CONTROLLERS)]:
        assert len(one.title) <= 200
        assert one.title.isprintable()
        assert one.fixes, one.code


def test_a_symptom_is_tied_to_the_object_that_has_its_cause() -> None:
    for one in findings():
        if str(one.subject) in SYMPTOMS:
            reached = {str(relation.target) for relation in one.relations}
            assert reached & {*CAUSES, "Deployment/ledger-eu-hgdv/offer-api"}, one
