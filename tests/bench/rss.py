"""The memory of a process, as Linux tells it."""

from pathlib import Path


def peak_rss_mb(pid: int) -> float:
    """Return the resident memory of a process in MiB, its peak so far."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    fields = dict(line.split(":", 1) for line in status.splitlines())
    return int(fields["VmHWM"].split()[0]) / 1024
