"""The summary of one feature of a ClusterSummary (addon-controller, clustersummary_deployer.go)."""

import base64
import hashlib
import json

from clusterwright.deploy.sandbox.capi.k0rdent.controller.told import differs, now
from clusterwright.tools.manifest import Json, Manifest, items, text


def feature(one: Manifest, name: str, wanted: Json, failure: str, final: str) -> Manifest:
    """Return the summary of a feature; what is `final` is not tried again."""
    told = {text(f, "featureID"): f for f in items(one, "status", "featureSummaries")}
    before = told.get(name, {})
    digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).digest()
    status = "Failed" if failure else "FailedNonRetriable" if final else "Provisioned"
    made: Manifest = {
        "featureID": name,
        "hash": base64.b64encode(digest).decode(),
        "status": status,
        "lastAppliedTime": text(before, "lastAppliedTime") or now(),
    }
    if failure or final:
        made |= {"failureMessage": failure or final, "consecutiveFailures": 1}
    if differs(made, before):
        made["lastAppliedTime"] = now()
    return made
