"""The tasks of frames: which angles an article takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from framing.benchmark import frame_counts
from framing.benchmark.calibration_counts import ERRORS, calibration_counts
from framing.benchmark.fields import check_choice, check_keys, check_list, check_number
from framing.benchmark.folds import group_folds, numbered
from framing.benchmark.frame_learning import topics
from framing.benchmark.measurement import Counted, joined
from framing.benchmark.task import Item, Task
from framing.corpora import load_corpus
from framing.metrics.spans import Floats
from framing.records import GENERIC_FRAMES, POLICY_FRAMES, Document
from framing.training_frames import by_outlet

FOLDS = 5
CORPUS = "policy_frames"
_PARTS = {"cv": "train", "cv-topic": "train"}


@dataclass(frozen=True)
class Frames:
    """Frames of an article in the order of the codes, the primary one, and the probability of each that there is."""

    frames: tuple[str, ...]
    primary: str | None = None
    probabilities: tuple[float, ...] | None = None


class Policy(Task):
    """The policy frames of an article (Boydstun et al. 2014), several or none, and its primary one.

    Gold is the first pass of ``policy_frames``. ``cv``: five folds by outlet (scikit-learn's GroupKFold), so that no outlet is on both
    sides; ``cv-topic``: by the topic that AllSides gave an article. ``given``: ``title``. Annotators read title and the first 650 words.

    Codes: ``econ``, ``capa``, ``mora``, ``fair``, ``lega``, ``poli``, ``crim``, ``secu``, ``heal``, ``qual``, ``cult``, ``publ``, ``pols``,
    ``exte``, ``othe`` (:data:`framing.records.POLICY_FRAMES`).

    ``micro_f1`` and ``macro_f1`` are over the frames, ``primary`` is the share of articles whose primary frame is right, ``CODE_f1`` (and
    precision, recall) that of one frame. Where every prediction has probabilities: Brier score and calibration error of all together.
    """

    name: ClassVar[str] = "policy-frames"
    title: ClassVar[str] = "Which of fifteen policy frames an article has, and which one is primary."
    corpora: ClassVar[tuple[str, ...]] = (CORPUS,)
    splits: ClassVar[tuple[str, ...]] = ("cv", "cv-topic", "test")
    primary: ClassVar[str] = "micro_f1"
    unit: ClassVar[str] = "article"
    lower_is_better: ClassVar[frozenset[str]] = ERRORS
    label: ClassVar[str] = "policy"  # of the corpus
    codes: ClassVar[tuple[str, ...]] = POLICY_FRAMES
    has_primary: ClassVar[bool] = True

    def items(self, split: str, data_home: Path | None = None) -> tuple[Item, ...]:
        """The articles in the order of the file; ``gold`` are the :class:`Frames` of the first pass."""
        documents = self._documents(_PARTS.get(self.checked(split), split), data_home)
        groups = topics(documents) if split == "cv-topic" else tuple(str(d.group) for d in documents)
        folds: list[Any] = numbered(group_folds(groups, FOLDS)) if split in _PARTS else [None] * len(documents)
        return tuple(Item(d.id, d.text, self._gold(d), {"title": d.title}, g, k) for d, g, k in zip(documents, groups, folds))

    def read(self, record: Mapping[str, Any], item: Item) -> Frames:
        """``{"id": ..., "frames": [...], "primary": ..., "probabilities": {...}}``.

        ``frames``: the codes of the frames that are there, none twice, in any order. ``primary``: a code, or null.
        ``probabilities`` (may be left out): an object with all codes, each with the probability that the frame is there.

        Raises
        ------
        ValueError
            As :meth:`Task.read`.
        """
        required = ("frames", "primary") if self.has_primary else ("frames",)
        named = check_keys(record, "", required, ("probabilities",))
        found = [check_choice(c, f"frames[{k}]", self.codes) for k, c in enumerate(check_list(named["frames"], "frames"))]
        for k, code in enumerate(found):
            if code in found[:k]:
                raise ValueError(f"frames[{k}]: {code} is there twice")
        primary = named.get("primary")
        primary = None if primary is None else check_choice(primary, "primary", self.codes)
        sure = None
        if "probabilities" in named:
            given = check_keys(named["probabilities"], "probabilities", self.codes)
            sure = tuple(check_number(given[code], f"probabilities.{code}", 0, 1) for code in self.codes)
        return Frames(tuple(code for code in self.codes if code in found), primary, sure)

    def write(self, prediction: Frames, item: Item) -> dict[str, Any]:
        """As :meth:`Task.write`."""
        out: dict[str, Any] = {"frames": list(prediction.frames)}
        if self.has_primary:
            out["primary"] = prediction.primary
        if prediction.probabilities is not None:
            out["probabilities"] = dict(zip(self.codes, map(float, prediction.probabilities)))
        return out

    def measure(self, items: Sequence[Item], predictions: Sequence[Frames]) -> Counted:
        """As :meth:`Task.measure`."""
        gold, found = (self.table(side) for side in ([item.gold for item in items], predictions))
        right = [item.gold.primary == p.primary for item, p in zip(items, predictions, strict=True)]
        table = frame_counts.counts(gold, found, np.array(right, bool))
        names = None if self.has_primary else ("micro_f1", "macro_f1")
        sure = calibration_counts([p.probabilities for p in predictions], gold.tolist())
        return joined(
            [
                ("", Counted(table, frame_counts.scores), names),
                ("", sure, None),
                ("", Counted(table, partial(_by_frame, self.codes)), None),
            ],
            {"frames": len(self.codes), **sure.fields},
        )

    def ceiling(self, split: str, data_home: Path | None = None) -> tuple[Sequence[Item], Sequence[Any]] | None:
        """The second pass."""
        items = self.items(split, data_home)
        part = _PARTS.get(split, split)
        second = {d.id: self._gold(d) for d in load_corpus(CORPUS, f"{part}_second_pass", texts=False, data_home=data_home)}
        both = [item for item in items if item.id in second]
        return both, [second[item.id] for item in both]

    def _documents(self, part: str, data_home: Path | None) -> list[Document]:
        return by_outlet(load_corpus(CORPUS, part, data_home=data_home))

    def _gold(self, document: Document) -> Frames:
        named = document.labels[self.label]
        return Frames(tuple(code for code in self.codes if code in named), document.labels["primary"] if self.has_primary else None)

    def table(self, frames: Sequence[Frames]) -> Floats:
        """Whether each frame is there, 0 or 1: array (n, codes)."""
        return np.array([[code in f.frames for code in self.codes] for f in frames], float).reshape(-1, len(self.codes))


class Generic(Policy):
    """The generic frames of an article (Semetko & Valkenburg 2000), several or none: as ``policy-frames``, without a primary one.

    Codes: ``conf``, ``resp``, ``huma``, ``mora``, ``econ`` (:data:`framing.records.GENERIC_FRAMES`).
    """

    name: ClassVar[str] = "generic-frames"
    title: ClassVar[str] = "Which of five generic frames an article has."
    label: ClassVar[str] = "generic"
    codes: ClassVar[tuple[str, ...]] = GENERIC_FRAMES
    has_primary: ClassVar[bool] = False

    def read(self, record: Mapping[str, Any], item: Item) -> Frames:
        """``{"id": ..., "frames": [...], "probabilities": {...}}``.

        ``frames``: the codes of the frames that are there, none twice, in any order. ``probabilities`` (may be left out): an object with
        all codes, each with the probability that the frame is there.

        Raises
        ------
        ValueError
            As :meth:`Task.read`.
        """
        return super().read(record, item)


def _by_frame(codes: Sequence[str], sums: Floats) -> dict[str, Any]:
    return {name.replace(" ", "_"): value for name, value in frame_counts.by_frame(codes, sums).items()}
