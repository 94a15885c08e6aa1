"""The Python side of the line protocol in line-process.ts: one JSON object a line in, one out."""

import json
import os
import sys
import time


def answer_lines(answer):
    """Answers requests until stdin ends: answer(request) gives a dict."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print goes to stderr
    for line in sys.stdin:
        try:
            said = answer(json.loads(line))
        except Exception as error:
            said = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(said) + "\n")
        answers.flush()


def serve(load):
    """The programs of the score bench (protocol.ts). load(request) gives (run, settings): run(count) → states, tokens."""
    run = None

    def answer(request):
        nonlocal run
        if request["op"] == "load":
            run, settings = load(request)
            return {"settings": settings}
        start = time.perf_counter()
        states, tokens = run(request["count"])
        said = {"seconds": time.perf_counter() - start, "tokens": tokens}
        return {**said, "states": states.tolist()} if request["op"] == "states" else said

    answer_lines(answer)
