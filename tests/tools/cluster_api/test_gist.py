from clusterwright.tools.cluster_api.gist import gist

AWS = (
    "failed to create AWSMachine instance: failed to run instance: operation error EC2:"
    " RunInstances, https response error StatusCode: 500, RequestID:"
    " e5fac2ff-56f8-4b64-b3b4-c2f1cbf27d2c, api error InsufficientInstanceCapacity: We currently"
    " do not have sufficient p5.48xlarge capacity"
)


def test_what_aws_said_is_told_without_the_request() -> None:
    assert gist(AWS) == (
        "InsufficientInstanceCapacity: We currently do not have sufficient p5.48xlarge capacity"
    )


def test_a_message_that_nothing_wraps_stays_as_it_is() -> None:
    assert gist("no available host found. Requeuing") == "no available host found. Requeuing"
    assert gist("") == ""
    assert len(gist("x" * 10_000)) == 10_000
