"""What the peers share: their command line, how a step is timed, and the line of JSON that says what came out.

The line is that of `adjoint bench --json`, so that one program can run them all.
"""

import argparse
import json
import os
import resource
import time

BATCHES = 8  # different batches, taken in rotation
WARM_UP = 2 * BATCHES
FEWEST = 3  # of steps that take many seconds
WORKLOADS = ("tiny", "mlp", "mlp-wide", "lenet", "resnet20", "gpt", "dense")


def arguments(frameworks, workloads=WORKLOADS):
    """The command line. Call it before a framework is imported: the process is limited to its processors here, and
    frameworks count them once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("workload", choices=workloads)
    parser.add_argument("--framework", choices=frameworks, default=frameworks[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="how long to time it")
    parser.add_argument("--threads", type=int, help="how many processors (all)")
    parser.add_argument("--depth", type=int, default=4, help="layers of the workload dense")
    parser.add_argument("--width", type=int, default=256, help="how wide those are")
    parser.add_argument("--batch", type=int, default=64, help="how many examples it sees in a step")
    return limited(parser.parse_args())


def training_arguments(frameworks):
    """The command line of a whole training; the same holds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--framework", choices=frameworks, default=frameworks[0])
    parser.add_argument("--threads", type=int, help="how many processors (all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--until", type=float, default=1.0, help="the accuracy at which to stop")
    return limited(parser.parse_args())


def limited(given):
    processors = sorted(os.sched_getaffinity(0))
    given.threads = min(given.threads or len(processors), len(processors))
    os.sched_setaffinity(0, processors[: given.threads])
    return given


class Rotation:
    """Batches by a step's number, each made when it is first asked for."""

    def __init__(self, make):
        self.make, self.made = make, {}

    def __getitem__(self, step):
        place = step % BATCHES
        if place not in self.made:
            self.made[place] = self.make()
        return self.made[place]


def report(given, step):
    """Times `step`, which takes a step's number and returns when it is done, and prints the line."""
    step(0)
    first = time.clock_gettime(time.CLOCK_MONOTONIC)
    result = {
        "workload": given.workload,
        "framework": given.framework,
        "us_per_step": round(1e6 * median_time(step, given.seconds), 1),
        "threads": given.threads,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "first_step_at": first,
    }
    if given.workload == "dense":
        result |= {"depth": given.depth, "width": given.width, "batch": given.batch}
    print(json.dumps(result), flush=True)


def report_training(given, began, history):
    """Prints the line of a training that took its first step at `began`."""
    line = {"framework": given.framework, "threads": given.threads, "began_at": began, "history": history}
    print(json.dumps(line), flush=True)


def median_time(step, seconds):
    start = time.perf_counter()
    for number in range(1, WARM_UP):
        if number > 1 and time.perf_counter() - start > max(seconds, 1):
            break
        step(number)
    times, start = [], time.perf_counter()
    while True:
        spent = time.perf_counter() - start
        if spent >= seconds and len(times) >= (BATCHES if spent < 5 * max(seconds, 1) else FEWEST):
            break
        begin = time.perf_counter()
        step(len(times))
        times.append(time.perf_counter() - begin)
    times.sort()
    middle = len(times) // 2
    return times[middle] if len(times) % 2 else (times[middle - 1] + times[middle]) / 2
