"""What the server does without until it is asked something."""

import subprocess
import sys


def test_the_server_starts_without_what_only_a_question_needs() -> None:
    program = (
        "import clusterwright.servers.prometheus, sys;"
        " print(*{one.partition('.')[0] for one in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not {"httpx", "httpcore", "kubernetes", "rich"} & set(done.stdout.split())
