"""Follows Gridtide's plans: prints the current one, then each new one as it comes.

It goes on over outages: of the service, of a proxy in front of it, of the line.
Needs Python 3.9 and nothing else. GRIDTIDE_URL and GRIDTIDE_KEY say where and who.
"""

import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request

URL = os.environ.get("GRIDTIDE_URL", "http://127.0.0.1:8080")
KEY = os.environ.get("GRIDTIDE_KEY")
PAUSE_SECONDS = 2
SILENCE_SECONDS = 60  # a stream says something every 15 s


def words_of(refusal):
    try:
        problem = json.load(refusal)
        return f"{problem['code']}: {problem['detail']}"
    except (ValueError, KeyError, TypeError):  # of a proxy
        return f"{refusal.code} {refusal.reason}"


def ask(path, headers=None):
    """Asks until there is an answer; ends the program where asking again would not help."""
    auth = {"Authorization": f"Bearer {KEY}"} if KEY else {}
    request = urllib.request.Request(URL + path, headers={**auth, **(headers or {})})
    while True:
        pause = PAUSE_SECONDS
        try:
            return urllib.request.urlopen(request, timeout=SILENCE_SECONDS)
        except urllib.error.HTTPError as refusal:
            words = words_of(refusal)
            if refusal.code < 500 and refusal.code != 429:
                raise SystemExit(words) from None
            after = refusal.headers.get("Retry-After", "")
            pause = int(after) if after.isdigit() else pause
        except (OSError, http.client.HTTPException) as lost:
            words = str(lost)
        print(f"{words}; again in {pause} s", file=sys.stderr)
        time.sleep(pause)


def show_current():
    stored = json.load(ask("/v1/plans/current"))
    outcome = stored["outcome"]
    if outcome["status"] == "infeasible":
        print(f"plan {stored['version']} is impossible: {outcome['words']}")
        return
    kg = outcome["plan"]["predicted"]["carbonG"] / 1000
    print(f"plan {stored['version']}: {kg:.1f} kgCO2e predicted")


def events(last_id=None):
    """Yields (type, data) for ever; after a lost connection it resumes where it was."""
    while True:
        stream = ask("/v1/events", {"Last-Event-ID": last_id} if last_id else None)
        try:
            for line in stream:
                if line.startswith(b"id: "):
                    last_id = line[4:].decode().strip()
                if line.startswith(b"data: "):
                    event = json.loads(line[6:])
                    yield event["type"], event["data"]
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    show_current()
    for kind, _ in events():
        if kind in ("plan.changed", "gap"):  # gap: some events are kept no more
            show_current()
