"""Own small charts as plain files: a folder each, and under newer/ what newer versions change."""

CHARTS: dict[str, tuple[str, ...]] = {
    "web": ("1.4.0", "1.5.0", "2.0.0"),
    "gpu-worker": ("0.6.0",),
    "store": ("3.2.1",),
    "operator": ("0.4.0", "0.5.0"),
    "migrator": ("0.9.0",),
}
"""The versions of each, the one that its folder holds first."""
