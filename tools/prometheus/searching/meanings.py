"""Words that people say and words that metrics use for the same thing."""

import re
from collections.abc import Mapping

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|[0-9]+")
_SAID = (
    (re.compile(r"\bp\d{2,3}\b", re.IGNORECASE), "percentile"),
    (re.compile(r"\b[45]xx\b", re.IGNORECASE), "error"),
)


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_IDLE = _listed(
    "a about all an and any are as at be by do does each every find for from get give had has have"
    " how i in is it its list many me metric metrics much my number of on or per prometheus"
    " query rate show so tell that the their there these this to total value was we what when"
    " where which who why will with"
)
_ALIKE = (
    "memory mem ram rss heap resident working framebuffer fb vram",
    "cpu core processor",
    "disk filesystem fs storage volume device io",
    "volume pvc persistentvolumeclaim persistentvolume pv storage",
    "network net nic interface traffic receive transmit rx tx",
    "traffic request rps qps throughput http",
    "throughput bandwidth byte",
    "latency duration second slow response time delay lag",
    "percentile quantile bucket duration",
    "error failed failure fail failing fault rejected aborted",
    "request http call rpc grpc",
    "gpu dcgm nvidia accelerator cuda",
    "temperature temp thermal heat hot celsius",
    "power watt energy joule consumption",
    "usage used use utilization utilisation util busy active usages consumption",
    "free available idle unused avail",
    "full used available free capacity",
    "restart crash crashing crashloop crashlooping crashloopbackoff restarted",
    "oom oomkilled kill killed memory",
    "throttle throttled throttling cfs violation",
    "queue depth pending backlog waiting workqueue",
    "certificate cert tls x509 expiration expiry expire expires",
    "pod container workload",
    "container pod",
    "node machine host",
    "replica replicas deployment statefulset",
    "up alive down target scrape health",
    "alert alertmanager firing notification",
    "limit quota max capacity",
    "connection conn socket tcp client",
    "evict eviction evicted",
    "version build info",
    "size byte",
    "read write fsync wal io",
    "xid error",
    "ecc sbe dbe remapped row",
    "clock frequency mhz hertz",
    "schedule scheduler scheduling unschedulable pending",
    "leader election raft",
    "autoscaler hpa horizontalpodautoscaler",
    "cardinality series sample head",
    "gc garbage collection",
    "thread goroutine",
    "dns coredns lookup",
    "webhook admission",
)
_LIKE, _FAR = 0.7, 0.5
"""What the first word of a line counts for another one of it, and others for one another."""


def words(text: str) -> list[str]:
    """Return the words of a name or a text, small and singular, each once."""
    return list(dict.fromkeys(stem(one.lower()) for one in _WORD.findall(text)))


def asked(text: str) -> list[str]:
    """Return the words of a question that mean something; all of them if none else is left."""
    for pattern, word in _SAID:
        text = pattern.sub(word, text)
    every = words(text)
    return [one for one in every if one not in _IDLE and len(one) > 1] or every


def stem(word: str) -> str:
    """Return a word without its plural's ending."""
    if word.endswith("ies") and len(word) > len("ties"):
        return f"{word[:-3]}y"
    plain = word.endswith("s") and not word.endswith(("ss", "us", "is", "fs", "dns", "tls"))
    return word[:-1] if plain and len(word) > len("gas") else word


def meant(word: str) -> Mapping[str, float]:
    """Return what a word may stand for, by how much it counts."""
    found = {word: 1.0}
    for group in _GROUPS:
        if word in group:
            for one in group:
                counts = _LIKE if group[0] in {word, one} else _FAR
                found[one] = max(counts, found.get(one, 0.0))
    return found


_GROUPS = tuple(tuple(map(stem, one.split())) for one in _ALIKE)
KNOWN = frozenset(one for group in _GROUPS for one in group)
