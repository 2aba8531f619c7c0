"""The tasks of the benchmark, one module a family; see :mod:`framing.benchmark.task`."""
