"""Reads an event file with PyPI's tensorboard, checks what must be in it, and prints the tags.

  .build/release/adjoint-resume /tmp/run.safetensors --logs /tmp/events
  PYTHON tools/parity/read_events.py /tmp/events
"""
import math
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "histograms": 0})
events.Reload()
tags = events.Tags()
for tag in tags["scalars"]:
    points = events.Scalars(tag)
    assert points and all(math.isfinite(point.value) for point in points), tag
    print(f"{tag}: {len(points)} points, last {points[-1].value:.6g} at {points[-1].step}")
for tag in tags["histograms"]:
    last = events.Histograms(tag)[-1].histogram_value
    assert sum(last.bucket) == last.num and last.min <= last.max, tag
    assert len(last.bucket) == len(last.bucket_limit), tag
    print(f"{tag}: {int(last.num)} numbers from {last.min:.4g} to {last.max:.4g}")
wanted = ["training/loss", "training/accuracy", "validation/loss", "step/loss"]
assert all(tag in tags["scalars"] for tag in wanted), tags
assert any(tag.startswith("gradients/") for tag in tags["scalars"]), tags
assert tags["histograms"], tags
