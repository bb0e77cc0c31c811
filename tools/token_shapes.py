"""What secrets look like where no name tells of them: keys, issued tokens, logins in addresses.

Each shape is found in time linear in the text, whatever the text. None begins with a repetition
that could start anew at every character, for a log of an attacker's choosing would stop us.

The name of an object is identity and stays: two objects must not become one, nor a finding lose its
subject. Names have small letters, and so has no token that could begin as one does, unless it has a
long run that nobody reads as words. A token without either, made an object's name, is told.
"""

import re
from typing import NamedTuple

REDACTED = "[redacted]"
_KEPT = rf"\1{REDACTED}"
_SCHEMES = "basic|bearer|digest|negotiate|ntlm|token|apikey|hawk|aws4-hmac-sha256"
_STAMPED = r"(?:[^\n]{0,120}[\s\]:|])?"
"""What a logger puts before each line of a text that it wraps."""
_MIXED = r"(?=[a-z0-9_-]{0,200}+[A-Z])"
"""A capital letter: names have none, and of tokens of 20 characters one in 30,000 has none."""
_RUN = (
    r"(?:[a-z0-9]{1,8}-){0,2}(?:[a-z0-9]{32}|(?=(?:[a-z]{0,17}\d){3})[a-z0-9]{20}"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})[\w-]*"
)
"""A long run in small letters, as DeepSeek, OpenRouter and Langfuse issue them."""
_ISSUED = "|".join(
    (  # tokens whose issuers gave them a beginning of their own
        r"(?:AKIA|ASIA)[A-Z0-9]{16}\b",
        r"gh[pousr]_\w{30,}|github_pat_\w{30,}",
        rf"(?:sk|glpat|nvapi)-(?:{_MIXED}[\w-]{{20,}}|{_RUN})",
        rf"xox[abeprs]-(?:{_MIXED}|(?=(?:\d-)?\d{{9}}))[\w-]{{10,}}",
        r"hf_\w{30,}|AIza[\w-]{35}",
        r"(?:sk|rk)_(?:live|test)_\w{10,}|whsec_[\w+/=]{20,}",
        r"npm_\w{30,}|do[opr]_v1_\w{40,}|SG\.[\w-]{16,}\.[\w-]{16,}",
        rf"(?:(?:hv[sbr]|ya29)\.{_MIXED}[\w-]{{20,}}|pypi-{_MIXED}[\w-]{{50,}})",
        r"AGE-SECRET-KEY-1\w{20,}|shpat_\w{20,}",
        r"kubeconfig-\w[\w-]{0,60}:\w{40,}|token-\w{5}:\w{40,}",
    )
)
_ISSUERS = (
    *("akia", "asia", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat", "glpat-", "xox"),
    *(
        "hf_",
        "nvapi-",
        "aiza",
        "sk-",
        "k_live_",
        "k_test_",
        "whsec_",
        "npm_",
        "pypi-",
        "_v1_",
        "sg.",
    ),
    *("hv", "ya29.", "age-secret", "shpat_", "kubeconfig-", "token-"),
)


class Shape(NamedTuple):
    """What a secret looks like, and what is shown in its place."""

    words: tuple[str, ...]
    """Small letters of which one is in every such text: most texts need no further look."""
    pattern: str
    instead: str = REDACTED


SHAPES = (
    # Whole, or, where its end was cut off, as far as it looks like one.
    Shape(
        ("private key", "static key"),
        r"-----BEGIN ([A-Za-z0-9 ]{0,40}(?:PRIVATE KEY|Static key V1))( BLOCK)?-----"
        r"(?:(?:(?!-----).){0,20000}-----END \1( BLOCK)?-----|(?:[\w+/=\s]|\\[nr])*)",
    ),
    Shape(  # its beginning was cut off
        ("private key",),
        r"(?:(?<![\w+/=])[\w+/]{40,}={0,2}(?:\s|\\[nr]){1,4}){0,400}(?<![\w+/=])[\w+/=]{1,80}\s{0,4}"
        r"-----END [A-Z ]{0,40}PRIVATE KEY( BLOCK)?-----",
    ),
    Shape(  # JWT, JWE; a logger may have wrapped it before its first dot
        ("eyj",),
        r"(?<![\w-])eyJ[\w-]{8,}(?:\n[ \t]{0,8}[\w-]{1,200})?\.[\w-]*(?:\.[\w-]*){0,3}",
    ),
    Shape(_ISSUERS, rf"(?:\b|(?<=_))(?:{_ISSUED})"),
    Shape(("hooks.slack",), r"(hooks\.slack\.com/(?:services|workflows)/)[\w/]+", _KEPT),
    Shape(("$",), r"\$(?:apr1|2[abxy]|[156y]|argon2\w{1,2}|scrypt|gy)\$[\w./$=,+-]{16,}"),
    Shape(("{sha}", "{ssha"), r"\{SS?HA(?:256|512)?\}[\w+/]{16,}={0,2}"),
    Shape(  # of kubeadm, behind its public half
        (".",),
        r"(\.(?:(?<=^[a-z0-9]{6}\.)|(?<=[^\w.-][a-z0-9]{6}\.)))(?=[a-z]{0,15}[0-9])(?=[0-9]{0,15}[a-z])[a-z0-9]{16}(?![\w.-])",
        _KEPT,
    ),
    Shape(
        ("authorization",),
        r"(?i)(authorization\\{0,7}[\"']?\s{0,8}[=: ]\s{0,8}\\{0,7}[\"']?(?:"
        + _SCHEMES
        + r")\s{1,8})[^\s,;\"'\[\\]+",
        _KEPT,
    ),
    Shape(  # in prose ("basic authentication") a word of letters only follows
        ("bearer", "basic"),
        r"(?i)\b((?:bearer|basic)\s+)(?=\S{0,200}[\d=+/_.])[\w.~+/:-]{8,}=*",
        _KEPT,
    ),
    Shape(
        ("cookie",),
        r"(?i)(\b(?:set-)?cookie\\{0,7}[\"']?\s{0,4}[:=]\s{0,4}\\{0,7}[\"']?[\w.-]{1,80}=)"
        r"[^\s\"'\\;]{1,4000}(?:;\s{0,4}[\w.-]{1,80}=[^\s\"'\\;]{1,4000}){0,30}",
        _KEPT,
    ),
    Shape(("://",), r"(://[^\s/:@]{0,200}:)(?!\[redacted\]@)[^\s/]{1,500}(?=@)", _KEPT),
    Shape(("://",), r"(://)[^\s/:@\[]{20,500}(?=@)", _KEPT),
    Shape(("jdbc:oracle",), r"(jdbc:oracle:\w{1,10}:[^\s/@]{1,100}/)[^\s@]{1,200}(?=@)", _KEPT),
    Shape(
        ("sig=", "signature=", "credential="),
        r"(?i)([?&;](?:x-amz-|x-goog-)?(?:sig|signature|credential)=)[\w%+/.~-]{16,}=*",
        _KEPT,
    ),
    Shape(
        ("curl", "mysql", "sshpass", "wget"),
        r"(\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[ =]?|\bmysql\w{0,20}\b[^\n]{0,200}?\s-p"
        r"|\bsshpass\s{1,4}-p\s{0,4})"
        r"(?!-|(?:is|was|not|must|has|or|and|to|in|for)\b)(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s\"',\]]{3,})",
        _KEPT,
    ),
    Shape(  # in SQL, and in what sets passwords from its input
        ("identified", "chpasswd"),
        r"(?i)(\bidentified by\s{1,8}"
        r"|[\s\"']\w{1,40}:(?=\S{1,200}\s{0,4}\|\s{0,4}\S{0,40}chpasswd))"
        r"(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s\"',;]{3,})",
        _KEPT,
    ),
    Shape(
        ("chpasswd",),
        r"(?m)(^[ \t]{0,40}chpasswd:[ \t]{0,8}\n)(?:[ \t]+[^\n]*\n?){1,40}",
        rf"\1  {REDACTED}\n",
    ),
    Shape(  # a line of .pgpass
        (":5432:", ":*:"),
        r"(?m)(^[\w.*-]{1,100}:(?:\d{4,5}|\*):[\w.*-]{1,64}:[\w.*-]{1,64}:)[^\s]{2,200}$",
        _KEPT,
    ),
)

WRAPPED = re.compile(
    r"(?m)(\[redacted\][ \t]{0,8}\n(?:[^\s]{1,40}[ \t]{1,8}){0,4})"
    r"(?=[\w+/.~-]{0,200}(?:\d|[a-z][A-Z]))(?=[\w+/.~-]{0,200}[A-Za-z])[\w+/.~-]{12,4000}={0,2}(?=[\s\"',}]|\Z)"
)
"""What goes on in the next line because a logger wrapped it."""

PEM_WIDTHS = frozenset({64, 70, 76})
PEM_LINES = re.compile(
    r"(?s)-----BEGIN (?:CERTIFICATE|PUBLIC|X509)[A-Z ]{0,30}-----(?:(?!-----).){0,20000}-----END"
    r"|(?<![\w+/=.:-])(?:[A-Za-z0-9+/]{76}|[A-Za-z0-9+/]{70}|[A-Za-z0-9+/]{64})(?=\s|\Z|\\n)"
)
"""A certificate, which is public, or a line out of the middle of a key."""
