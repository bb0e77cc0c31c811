"""Objects that the API server does not take as they are written."""

import re

from clusterwright.tools.helm.failures.failure import Detail, Failure, words

_TYPED = re.compile(r"(?P<field>\.[^\n]{1,500}?): (?P<why>[^\n]{1,300})")
_INVALID = re.compile(
    r"(?<![\w./\[\]-])\[?(?P<field>[A-Za-z][\w./\[\]-]{0,252}): (?=(?:Invalid value|Required value"
    r"|Unsupported value|Duplicate value|Forbidden|Not found|Too long|Too many|Internal error)\b)"
)
_STRICT = re.compile(r'(?:unknown|duplicate) field "(?P<field>[^"\n]{1,500})"')
_MOST = 20


def _typed(text: str) -> Detail:
    """Return what is wrong with each field, in their order: the API server has none."""
    after = text.partition("failed to create typed patch object (")[2].partition("): ")[2]
    found = [
        one
        for line in after.split("\n")[: _MOST + 1]
        if (one := _TYPED.match(line.strip().partition(" && ")[0]))
    ]
    told = sorted((one["field"], one["why"]) for one in found[:_MOST])
    why = "; ".join(f"{field}: {reason}" for field, reason in told)
    return {"field": ", ".join(field for field, _ in told), "why": why}


def _invalid(text: str) -> Detail:
    after = text.partition('" is invalid: ')[2]
    found = list(_INVALID.finditer(after))[:_MOST]
    if not found:
        return {"why": after} if after else {}
    ends = [*(one.start() for one in found[1:]), len(after)]
    told = [
        f"{one['field']}: {after[one.end() : end].strip().rstrip(',]')}"
        for one, end in zip(found, ends, strict=True)
    ]
    return {"field": ", ".join(one["field"] for one in found), "why": "; ".join(told)}


def _strict(text: str) -> Detail:
    fields = [one["field"] for one in _STRICT.finditer(text)][:_MOST]
    return {"field": ", ".join(fields), "why": "no such field"} if fields else {}


TYPED_PATCH = Failure(
    "typed-patch",
    "The manifest does not fit its kind's schema: an unknown field, a wrong type, a key twice.",
    words(r"failed to create typed patch object \("),
    "{object} does not fit the schema of its kind: {why}.",
    "Correct the value or the template that renders it: numbers and booleans that are to be text"
    " need quotes, names of fields are spelled as in the API, and entries of a list with the same"
    " key are one. Nothing of this object was changed. Helm 3 dropped what it did not know.",
    "k8s.io/apimachinery v0.36.3, pkg/util/managedfields/internal/fieldmanager.go;"
    " sigs.k8s.io/structured-merge-diff v6, typed/validate.go",
    reads=_typed,
)
UNKNOWN_FIELD = Failure(
    "unknown-field",
    "The API server decodes strictly and knows no such field.",
    words(
        r'strict decoding error: (?:unknown|duplicate) field "(?P<field>[^"\n]{1,500})"',
        r'ValidationError\([\w.\[\]]{1,253}\): unknown field "(?P<field>[^"\n]{1,253})"',
    ),
    "{object} has a field that its kind does not know: {field}.",
    "Correct the template: the name is misspelt, is at the wrong level, or belongs to another API"
    " version.",
    "k8s.io/apimachinery v0.36.3, pkg/runtime (NewStrictDecodingError);"
    " k8s.io/kubectl v0.37, pkg/validation (where the server does not validate)",
    reads=_strict,
)
_UNMARSHAL = re.compile(
    r"json: cannot unmarshal (?P<value>[\w ]{1,63}) into Go struct field (?P<field>[\w.]{1,253}) of"
    r" type (?P<type>[^\s,&]{1,100})"
)


def _decoded(text: str) -> Detail:
    found = _UNMARSHAL.search(text)
    if found is None:
        return {}
    why = f"{found['field']} is of type {found['type']}, and the manifest has {found['value']}"
    return {"field": found["field"], "why": why}


WRONG_TYPE = Failure(
    "wrong-type",
    "A field has a value of another type, such as a number where text belongs.",
    words(
        r"cannot be handled as a \w{1,63}: (?P<why>json: cannot unmarshal [^\n]{1,300})",
        r"(?P<why>illegal base64 data at input byte \d{1,10})",
    ),
    "{object} cannot be decoded: {why}.",
    "Quote it in the template if it is to be text, encode what stands in a Secret's data, or"
    " correct the value.",
    "k8s.io/apimachinery v0.36.3, pkg/runtime/serializer/json; most of it is typed-patch in Helm 4",
    reads=_decoded,
)
INVALID_OBJECT = Failure(
    "invalid-object",
    "The API server refuses a value: out of range, of the wrong form, or missing.",
    words(r'" is invalid: ', r"error validating data: (?P<why>[^\n]{1,300})"),
    "{object} is not valid: {why}.",
    "Correct the value, or the template that renders it. Nothing of this object was changed.",
    "k8s.io/apimachinery v0.36.3, pkg/api/errors (NewInvalid)",
    reads=_invalid,
)
OBJECT_TOO_BIG = Failure(
    "object-too-big",
    "One object is larger than the API server takes.",
    words(
        r'" is invalid: (?:(?P<field>[\w.\[\]-]{1,253}): )?Too long: may not be more than'
        r" (?P<limit>\d{1,10}) bytes",
        r"etcdserver: request is too large",
    ),
    "{object} is above {limit} bytes, which is all that the API server takes.",
    "Split it, or mount the data from elsewhere; nothing of this object was changed.",
    "k8s.io/kubernetes v1.36.3, pkg/apis/core/validation; k8s.io/apimachinery, pkg/api/validation;"
    " etcd v3, api/v3rpc/rpctypes/error.go",
)
NO_NAME = Failure(
    "no-name",
    "An object has no name.",
    words(r"resource name may not be empty"),
    "A template renders an object whose metadata.name is empty.",
    "See which value the name is made of; it is not set.",
    "k8s.io/client-go v0.37, rest/request.go",
)
