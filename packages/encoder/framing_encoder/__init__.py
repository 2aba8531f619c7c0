"""The weights of framing's encoder engine; ``folder()`` says where they are."""

from pathlib import Path

__all__ = ["folder"]


def folder() -> Path:
    """The folder of the model: ``model.onnx``, ``model.json``, ``weights.npz``, ``vocab.txt`` and ``CARD.md``."""
    return Path(__file__).parent / "model"
