"""Nothing phones home: every connection attempt of whole turns is recorded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.conftest import is_loopback

WATCHED = """
import json, sys
attempts = []
def watch(event, arguments):
    if event == "socket.connect":
        attempts.append(["connect", repr(arguments[1])])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        attempts.append([event, repr(arguments[:2])])
sys.addaudithook(watch)
from pathlib import Path
from assistant import Assistant
folder = Path(sys.argv[1])
with Assistant(model="auto") as assistant:
    for text, files in [
        ("What is the total?", ["receipt.jpg"]),
        ("How much is the rent?", ["lease.docx"]),
        ("What does this code say?", ["ticket.png"]),
        ("What is 17% of 2,340?", []),
        ("remember that my bike is blue", []),
        ("what colour is my bike?", []),
        ("I am so happy today!", []),
        ("", ["question.wav"]),
    ]:
        try:
            assistant.ask(text, [folder / name for name in files], speak=True)
        except Exception as error:
            print(type(error).__name__, error, file=sys.stderr)
    assistant._house.knowledge.add([folder / "lease.docx"])
    assistant._house.knowledge.search("rent", 3)
print(json.dumps(attempts))
"""


def test_whole_turns_connect_to_nothing_but_the_loopback_probes(tmp_path: Path) -> None:
    import assistant

    samples = Path(assistant.__file__).parent / "samples"
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(samples)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    attempts = json.loads(done.stdout.strip().splitlines()[-1])
    targets = [eval(what, {"__builtins__": {}}) for kind, what in attempts if kind == "connect"]
    assert targets, "the probes of the model servers should have been seen"
    assert [t for t in targets if not is_loopback(t)] == []
    lookups = [what for kind, what in attempts if kind != "connect" and "127.0.0.1" not in what]
    assert lookups == []
