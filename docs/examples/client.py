"""Follows Gridtide's plans: prints the current one, then each new one as it comes.

Needs Python 3.9 and nothing else. GRIDTIDE_URL and GRIDTIDE_KEY say where and who.
"""

import json
import os
import time
import urllib.error
import urllib.request

URL = os.environ.get("GRIDTIDE_URL", "http://127.0.0.1:8080")
KEY = os.environ.get("GRIDTIDE_KEY")


def ask(path, headers=None):
    auth = {"Authorization": f"Bearer {KEY}"} if KEY else {}
    request = urllib.request.Request(URL + path, headers={**auth, **(headers or {})})
    try:
        return urllib.request.urlopen(request)
    except urllib.error.HTTPError as refusal:
        problem = json.load(refusal)
        raise SystemExit(f"{problem['code']}: {problem['detail']}") from None


def show_current():
    stored = json.load(ask("/v1/plans/current"))
    outcome = stored["outcome"]
    if outcome["status"] == "infeasible":
        print(f"plan {stored['version']} is impossible: {outcome['words']}")
        return
    kg = outcome["plan"]["predicted"]["carbonG"] / 1000
    print(f"plan {stored['version']}: {kg:.1f} kgCO2e predicted")


def events(last_id=None):
    """Yields (id, type, data) for ever; after a lost connection it resumes where it was."""
    while True:
        try:
            stream = ask("/v1/events", {"Last-Event-ID": last_id} if last_id else None)
            for line in stream:
                if line.startswith(b"data: "):
                    event = json.loads(line[6:])
                    last_id = str(event["id"])
                    yield last_id, event["type"], event["data"]
        except OSError:
            pass
        time.sleep(2)


if __name__ == "__main__":
    show_current()
    for _, kind, _ in events():
        if kind == "plan.changed":
            show_current()
