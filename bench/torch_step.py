#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times a step of torch.optim.AdamW, as optimizer_bench times the library's, and writes JSON for
bench/report: torch_step.py [--rounds N] [--filter REGEX] > torch.json

Where there is no PyTorch, it writes that. Rows: torch/adamw/f32_f32_f32/foreach/n1024/t1, with
PyTorch's name of the implementation; those that this version does not have are left out."""

import argparse
import json
import math
import os
import re
import statistics
import sys
import time

try:
    import torch
except ImportError:
    torch = None

LISTS = {"10000x256": (10_000, 256),
         **{f"n{n}": (1, n) for n in (1 << 10, 64 << 10, 1 << 20, 16 << 20, 64 << 20)}}
IMPLEMENTATIONS = {"forloop": {"foreach": False}, "foreach": {"foreach": True},
                   "fused": {"fused": True}}
MIN_SAMPLE_SECONDS = 2e-3


def tensors(count, size):
    """Parameters and gradients of the magnitudes that optimizer_bench has."""
    generator = torch.Generator().manual_seed(1)
    parameters = []
    for _ in range(count):
        parameter = torch.nn.Parameter(torch.randn(size, generator=generator) / 32)
        parameter.grad = (torch.rand(size, generator=generator) - 0.5) / 64
        parameters.append(parameter)
    return parameters


def verified(parameters, options):
    """An optimizer after its first step, which moves each parameter by lr against its gradient's
    sign, and what was wrong with that step."""
    lr, decay = 1e-3, 1e-2
    first = parameters[0].detach().clone()
    optimizer = torch.optim.AdamW(parameters, lr=lr, weight_decay=decay, **options)
    optimizer.step()
    gradient = parameters[0].grad
    expected = first * (1 - lr * decay) - lr * gradient / (gradient.abs() + 1e-8)
    wrong = (parameters[0].detach() - expected).abs().max().item()
    return optimizer, "" if wrong < 1e-3 * lr else f"the first step is off by {wrong:g}"


def seconds_of(optimizer, threads, calls):
    torch.set_num_threads(threads)
    start = time.perf_counter()
    for _ in range(calls):
        optimizer.step()
    return (time.perf_counter() - start) / calls


def calls_for(optimizer, threads):
    """Also warms up."""
    calls, seconds = 1, seconds_of(optimizer, threads, 1)
    while seconds * calls < MIN_SAMPLE_SECONDS:
        calls = max(calls + 1, math.ceil(1.1 * MIN_SAMPLE_SECONDS / max(seconds, 1e-6)))
        seconds = seconds_of(optimizer, threads, calls)
    return calls


def benchmark(name, elements, samples):
    """In the form of Google Benchmark's JSON, with optimizer_bench's counters."""
    samples = sorted(samples)
    half = (len(samples) + 1) // 2
    median = statistics.median(samples)
    low, high = statistics.median(samples[:half]), statistics.median(samples[-half:])
    return {"name": name, "run_type": "iteration", "elements": elements,
            "elements/s": elements / median, "median_seconds": median, "median_seconds_q1": low,
            "median_seconds_q3": high, "spread": (high - low) / median,
            "label": f"PyTorch {torch.__version__}"}


def measure_list(list_name, pattern, thread_counts, rounds):
    """All implementations and numbers of threads on the same parameters, in turn."""
    wanted = [(f"torch/adamw/f32_f32_f32/{implementation}/{list_name}/t{threads}",
               implementation, threads) for threads in thread_counts
              for implementation in IMPLEMENTATIONS]
    wanted = [w for w in wanted if pattern.search(w[0])]
    if not wanted:
        return []
    count, size = LISTS[list_name]
    parameters = tensors(count, size)
    optimizers, results = {}, []
    for implementation in {w[1]: None for w in wanted}:
        try:
            optimizers[implementation], wrong = verified(parameters, IMPLEMENTATIONS[implementation])
        except (RuntimeError, TypeError):  # this version does not have it, or not on processors
            continue
        if wrong:
            results += [{"name": w[0], "error_occurred": True, "error_message": wrong}
                        for w in wanted if w[1] == implementation]
            del optimizers[implementation]
    timed = [(name, optimizers[implementation], threads) for name, implementation, threads in wanted
             if implementation in optimizers]
    calls = [calls_for(optimizer, threads) for _, optimizer, threads in timed]
    samples = [[] for _ in timed]
    for _ in range(rounds):
        for i, (_, optimizer, threads) in enumerate(timed):
            samples[i].append(seconds_of(optimizer, threads, calls[i]))
    for (name, _, _), times in zip(timed, samples):
        results.append(benchmark(name, count * size, times))
        print(f"{name}  {1e9 * results[-1]['median_seconds'] / (count * size):.3f} ns a parameter",
              file=sys.stderr)
    return results


def processors():
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--filter", type=re.compile, default=re.compile(""))
    arguments = parser.parse_args()
    run = {"context": {"torch": torch and torch.__version__, "rounds": arguments.rounds},
           "benchmarks": []}
    if torch:
        thread_counts = sorted({1, processors()})
        for name in LISTS:
            run["benchmarks"] += measure_list(name, arguments.filter, thread_counts,
                                              arguments.rounds)
    json.dump(run, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
