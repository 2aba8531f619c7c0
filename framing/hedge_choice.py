"""Which units of a text become cues, of which type, and how that makes a sentence uncertain: the last step of the hedge tagger.

Conventions
-----------
* A unit that is a cue of the rules stays from the confidence ``keep`` on, and has the type that the rules give it; another one from
  ``add`` on, with the type of the highest probability, unless it lies in a cue of the rules.
* A sentence's noisy-or over the cues that stay is mapped by an isotonic calibrator (Zadrozny & Elkan 2002) of the domain: one for all
  types that the Szeged corpus marks ("szeged"), and one without investigation ("bio"), as CoNLL-2010 counts. They are fitted on what
  models say of documents that they have not learned from, through the same steps as in use; the calibrator of units alone has seen them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from framing.hedge_cues import CueModel, HeldOut
from framing.hedge_features import TYPES, Units
from framing.hedge_marks import Marks
from framing.hedge_rules import Cues
from framing.hedge_sentences import some
from framing.learning.calibration import Calibrator, fit_isotonic

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

COUNTED = {"szeged": TYPES, "bio": tuple(kind for kind in TYPES if kind != "investigation")}
CALIBRATED = {"news": "szeged", "szeged": "szeged", "bio": "bio"}  # which calibrator a profile reads


def stay(units: Units | HeldOut, sure: Floats, cues: Cues, keep: float, add: float) -> Bools:
    """Which units are cues (u,); ``cues`` are those of the rules, ``sure`` the confidences."""
    stays = np.where(units.cue >= 0, sure >= keep, sure >= add)
    if len(cues.first):
        place = np.maximum(np.searchsorted(cues.first, units.first, "right") - 1, 0)
        stays &= (units.cue >= 0) | ~((cues.first[place] <= units.first) & (units.first < cues.last[place]))
    return stays


def kinds(units: Units | HeldOut, probabilities: Floats, ruled: Sequence[str], chosen: NDArray[np.int64]) -> list[str]:
    """The types of the units of these numbers; ``ruled`` are the types of the cues of the rules."""
    best = probabilities[chosen, 1:].argmax(axis=1).tolist()
    return [ruled[cue] if cue >= 0 else TYPES[k] for cue, k in zip(units.cue[chosen].tolist(), best)]


def calibrate_sentences(
    model: CueModel, found: Mapping[str, HeldOut], keep: Mapping[str, float], add: float
) -> dict[str, dict[str, Calibrator]]:
    """The calibrators of sentences: domain -> key of ``COUNTED`` -> calibrator; ``keep`` is the limit by domain."""
    out: dict[str, dict[str, Calibrator]] = {}
    for domain, h in found.items():
        lesson, cues = h.reading.lesson, h.reading.cues
        probabilities = model.calibrated(h.probabilities, domain)
        sure = model.confidences(h, probabilities)
        chosen = np.flatnonzero(stay(h, sure, cues, keep[domain], add))
        types = kinds(h, probabilities, Marks.of_rules(cues).types, chosen)
        here = h.reading.chosen[lesson.document]
        for name, counted in COUNTED.items():
            own = chosen[[kind in counted for kind in types]]
            value = some(h.sentence[own], sure[own], len(here))
            label = lesson.uncertain(counted)
            if here.any():
                out.setdefault(domain, {})[name] = fit_isotonic(value[here], label[here])
    return out
