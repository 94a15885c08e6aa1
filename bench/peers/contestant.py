"""The Python side of the line protocol in protocol.ts: one JSON object a line in, one out."""

import json
import os
import sys


def serve(load):
    """Answers load, run and states until stdin ends. load(request) gives (run, settings): run(count) → states."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print goes to stderr
    import time

    run = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["op"] == "load":
                run, settings = load(request)
                answer = {"settings": settings}
            else:
                start = time.perf_counter()
                states, tokens = run(request["count"])
                seconds = time.perf_counter() - start
                answer = {"seconds": seconds, "tokens": tokens}
                if request["op"] == "states":
                    answer["states"] = states.tolist()
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
