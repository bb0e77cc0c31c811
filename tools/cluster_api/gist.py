"""What a cloud said, out of what its SDK and its provider wrap it in."""

import re

_SEARCHED = 2_000
_AZURE = re.compile(
    r'ERROR CODE: (?P<code>\w{1,80})\n-{20,100}\n\{\s{0,20}"error": \{\s{0,20}"code": "\w{1,80}",'
    r'\s{0,20}"message": "(?P<message>[^"\n]{1,1000})'
)
"""A refusal of Azure's API, which its SDK writes behind the request and between rules (Azure SDK
for Go, sdk/azcore/internal/exported/response_error.go)."""
_AWS = "api error "
"""How the AWS SDK introduces it, behind the operation and the id of the request (aws/smithy-go,
errors.go, GenericAPIError)."""


def gist(message: str) -> str:
    """Return what a cloud said, where a provider wraps it in more than a line can hold."""
    searched = message[:_SEARCHED]
    found = _AZURE.search(searched)
    if found:
        return f"{found['code']}: {found['message']}"
    _, wrapped, said = searched.partition(_AWS)
    return said if wrapped else message
