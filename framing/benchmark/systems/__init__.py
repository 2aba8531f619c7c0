"""The systems of the benchmark: ours, floors, and peers where they are installed; see :mod:`framing.benchmark.system`."""
