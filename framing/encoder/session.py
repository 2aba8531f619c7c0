"""The encoder as onnxruntime runs it, and where its files are.

Conventions
-----------
A model is a graph of ONNX that holds its weights. It runs on one thread unless more are asked for: results are then the same, run after
run, on one machine; another processor may round otherwise. What the graph takes and gives is said in :mod:`framing.encoder.tagger`.

onnxruntime and the weights (the distribution ``framing-encoder``) come with ``pip install "framing[encoder]"``; without them the engine
raises ``ImportError`` that says so. Nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

EXTRA = 'pip install "framing[encoder]"'
_QUIET = 3  # severity from which on onnxruntime speaks: errors


def need(module: str) -> Any:
    """A module that the engine cannot do without. Raises ``ImportError`` that names the extra."""
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(f"the encoder engine needs {module.replace('_', '-')}: {EXTRA}", name=module) from error


def folder() -> Path:
    """Where the shipped model is. Raises ``ImportError`` as :func:`need`."""
    return Path(need("framing_encoder").folder())


class Session:
    """A graph that runs.

    Parameters
    ----------
    graph : bytes
        Of ONNX.
    threads : int
        That a run may take.

    Raises
    ------
    ImportError
        If onnxruntime is missing.
    ValueError
        If the graph is none, or not for this version of onnxruntime.
    """

    def __init__(self, graph: bytes, threads: int = 1) -> None:
        runtime = need("onnxruntime")
        self.graph, self.threads = graph, threads
        options = runtime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.use_deterministic_compute = True
        options.enable_mem_pattern = False  # windows have many shapes: no plan for each
        options.log_severity_level = _QUIET
        try:
            self._session = runtime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises classes of its own, which have no common base but this
            raise ValueError(f"onnxruntime {runtime.__version__} cannot read the graph: {' '.join(str(error).split())}") from error
        self.inputs = tuple(sorted(x.name for x in self._session.get_inputs()))
        self._names = tuple(x.name for x in self._session.get_outputs())
        if "scores" not in self._names:
            raise ValueError("the graph gives no scores")

    def __reduce__(self) -> tuple[type[Session], tuple[bytes, int]]:
        return Session, (self.graph, self.threads)

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        """The scores that the graph gives. Raises ``ValueError`` if it cannot read this."""
        return self.outputs(inputs)["scores"]

    def outputs(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """All that the graph gives, by name; raises as :meth:`run`."""
        try:
            values = self._session.run(None, dict(inputs))
        except Exception as error:  # as above
            raise ValueError(f"the graph cannot read this: {' '.join(str(error).split())}") from error
        return dict(zip(self._names, values))
