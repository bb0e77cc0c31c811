"""What a cloud said, taken out of what a provider wraps it in."""

from clusterwright.tools.cluster_api.analyzers.told import gist, titled

REFUSED = (
    "virtualmachine failed to create or update. err: failed to create or update resource train/gpu"
    " (service: virtualmachine): PUT https://management.azure.com/subscriptions/b972/resourceGroups"
    "/train/providers/Microsoft.Compute/virtualMachines/gpu\n"
    f"{'-' * 80}\nRESPONSE 409: 409 Conflict\nERROR CODE: OperationNotAllowed\n{'-' * 80}\n"
    '{\n  "error": {\n    "code": "OperationNotAllowed",\n'
    '    "message": "Operation could not be completed as it results in exceeding approved quota."\n'
    f"  }}\n}}\n{'-' * 80}\n"
)
SAID = "OperationNotAllowed: Operation could not be completed as it results in exceeding approved"


def test_what_azure_said_stands_before_the_request_that_it_answered() -> None:
    assert gist(REFUSED) == f"{SAID} quota."
    assert titled("AzureMachine VMRunning Failed", REFUSED).endswith(f"Failed: “{SAID} quota.”")


def test_what_is_not_wrapped_stays_as_it_is() -> None:
    for message in ("", "no images were found", "ERROR CODE: x", REFUSED[:400]):
        assert gist(message) == message
