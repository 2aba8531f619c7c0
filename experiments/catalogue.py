"""The catalogue of experiments: a row each, for :mod:`experiments.all`.

Conventions
-----------
* ``name`` is the module: ``python -m experiments.NAME``, with ``arguments`` where it has some that a reproduction needs.
* ``corpora``: those whose files it opens; where one is missing the experiment is skipped. ``packages``: what must be importable besides.
* ``seconds`` of one core, measured by ``python -m experiments.all`` (the processor's clock; the two of performance: the wall's). They
  order the queue, nothing else. What was measured last stands in ``results/all.volatile.json``.
* ``writes``: results, figures and pages, relative to ``experiments/results`` or, with a slash, to the repository.
* ``after``: experiments whose results it reads. ``alone``: measures speed, so nothing runs beside it. ``check``: arguments with which a
  page is only compared, never written.
"""

from __future__ import annotations

from dataclasses import dataclass

POLNEAR, LEVELS, WIKINEWS = "polnear", "source_levels", "wikinews_attributions"
RATINGS, POLICY, RAW = "article_ratings", "policy_frames", "article_bias_prediction"
SZEGED, CONLL, HYPER, NARRATIVE = "szeged_uncertainty", "conll2010", "hyperpartisan_byarticle", "narrative_frames"
ATTRIBUTION = "attribution"


@dataclass(frozen=True, slots=True)
class Experiment:
    """See the module's docstring."""

    name: str
    corpora: tuple[str, ...]
    seconds: float
    writes: tuple[str, ...]
    after: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    alone: bool = False


def _one(
    name: str,
    corpora: tuple[str, ...],
    seconds: float,
    *more: str,
    after: tuple[str, ...] = (),
    arguments: tuple[str, ...] = (),
    packages: tuple[str, ...] = (),
) -> Experiment:
    return Experiment(name, corpora, seconds, (f"{name}.json", *more), after, arguments, (), packages)


SKLEARN = ("scipy", "sklearn")
ENCODER = ("onnxruntime", "framing_encoder")
COLLECTED = ("hedging_trained", "frames", "loaded_language_babe", "hyperpartisan", "rating")

EXPERIMENTS: tuple[Experiment, ...] = (
    # Reading, quotations, attributions
    _one("reading", ("ud_english_ewt", SZEGED, POLNEAR), 19, packages=("nltk", "pysbd")),
    _one("quotes", (POLNEAR,), 5),
    Experiment("cues", (POLNEAR,), 3, ("framing/lexicons/cue_frames.tsv",)),
    _one(ATTRIBUTION, (POLNEAR, WIKINEWS, "cofenet"), 27),
    _one("attribution_breakdown", (POLNEAR,), 5),
    _one("attribution_calibration", (POLNEAR, WIKINEWS), 12, "attribution_reliability.svg"),
    _one("attribution_publishers", (POLNEAR,), 1320, arguments=("--publishers",), packages=SKLEARN),
    _one("attribution_errors", (POLNEAR,), 4, "attribution_errors.tsv"),
    _one("encoder", (POLNEAR, WIKINEWS, "cofenet"), 120, packages=ENCODER),
    # Sources
    _one("levels", (LEVELS, POLNEAR, WIKINEWS), 12),
    _one("levels_end_to_end", (LEVELS, POLNEAR, WIKINEWS), 19),
    _one("levels_calibration", (LEVELS, POLNEAR, WIKINEWS), 1),
    _one("withheld", (LEVELS, POLNEAR), 56, packages=SKLEARN),
    # Hedges
    _one("hedging", (SZEGED, CONLL), 59, packages=SKLEARN),
    _one("hedging_shipped", (SZEGED,), 94, packages=SKLEARN),
    _one("hedging_trained", (SZEGED, CONLL, POLNEAR), 449, packages=SKLEARN),
    Experiment("hedge_lexicon", (SZEGED, CONLL), 2, ("framing/lexicons/hedges.tsv",), arguments=("--write",)),
    # Frames, loaded language, hyperpartisan
    _one(
        "frames", (POLICY, RAW), 147, *(f"frames_{name}.svg" for name in ("policy", "generic", "primary", "reliability")), packages=SKLEARN
    ),
    _one("frames_narrative", (NARRATIVE, RAW), 234, packages=SKLEARN),
    _one("loaded_language_babe", ("babe", RAW), 258, "loaded_language_babe.svg", packages=SKLEARN),
    _one("hyperpartisan", (HYPER, RAW), 138, "hyperpartisan_accuracy.svg", "hyperpartisan_reliability.svg", packages=SKLEARN),
    _one("sourcing_features", (HYPER,), 93, packages=SKLEARN),
    _one("left_center_right", (RAW,), 134, packages=SKLEARN),
    _one("domain_distance", (RAW, HYPER, NARRATIVE, POLICY, POLNEAR, SZEGED, WIKINEWS), 4),
    # Transparency
    _one("transparency", (POLNEAR, LEVELS, RATINGS), 15),
    _one("transparency_validity", (POLNEAR, LEVELS), 47),
    _one("fidelity", (POLNEAR, LEVELS), 15),
    _one("rating", (RATINGS, POLNEAR, RAW), 44, packages=SKLEARN),
    _one("rating_ideas", (RATINGS, POLNEAR, RAW), 105, packages=SKLEARN),
    _one("known_groups", ("horne_adali_2017",), 16, packages=SKLEARN),
    # Annotation
    _one("agreement", (), 2, *(f"datasets/{name}/README.md" for name in (LEVELS, POLICY, RATINGS, WIKINEWS)), packages=("nltk", "sklearn")),
    # The benchmark
    Experiment(
        "learners_run",
        (POLNEAR, LEVELS, SZEGED, "babe", POLICY, HYPER, RATINGS, RAW),
        1574,
        ("learning_curves.json", "learning_curves.svg", "ablations.json"),
        packages=SKLEARN,
    ),
    _one("cross_domain", ("babe", RAW), 39, after=(*COLLECTED, "attribution", "attribution_publishers", "levels"), packages=SKLEARN),
    _one("calibration", (), 1, after=(*COLLECTED, "attribution_calibration", "levels_calibration", "hedging_shipped")),
    _one("benchmark", (POLNEAR, LEVELS, WIKINEWS, "cofenet", SZEGED, "babe", POLICY, HYPER, RATINGS, RAW), 524, packages=SKLEARN),
    # Performance: nothing beside it
    Experiment("speed", (POLNEAR, LEVELS), 143, ("speed.volatile.json",), alone=True),
    Experiment("scale", (POLNEAR,), 213, ("scale.volatile.json",), arguments=("--articles", "1000", "10000"), alone=True),
    Experiment(
        "speed_accuracy",
        (POLNEAR, LEVELS, WIKINEWS),
        125,
        ("speed_accuracy.volatile.json", "speed_accuracy.svg"),
        ("benchmark", "hedging_trained"),
        alone=True,
    ),
    Experiment("engines", (POLNEAR,), 90, ("engines.volatile.json",), packages=ENCODER, alone=True),
    # Pages
    Experiment(
        "cards",
        (),
        1,
        ("framing/models/",),
        (
            "attribution",
            "levels",
            "hedging_trained",
            "hedging_shipped",
            "rating",
            "frames",
            "loaded_language_babe",
            "hyperpartisan",
            "encoder",
        ),
        check=("--check",),
    ),
    Experiment(
        "transparency_page",
        (),
        1,
        ("experiments/TRANSPARENCY.md",),
        ("transparency", "transparency_validity", "known_groups", "rating", "fidelity"),
    ),
    Experiment("scale_page", (), 1, ("docs/scale.md",), ("scale", "speed")),
    Experiment("engines_page", (), 1, ("docs/engines.md",), ("encoder", "engines")),
    Experiment("leaderboard", (), 1, ("docs/leaderboard.md",), ("benchmark",)),
    Experiment("tables", (), 1, ("experiments/README.md",)),
)
BY_NAME = {experiment.name: experiment for experiment in EXPERIMENTS}

# Scripts that are no part of a reproduction, and why.
LEFT_OUT = {
    "encoder_export": "makes the shipped encoder of the weights that encoder_teach leaves",
    "encoder_heads": "most of an hour of a core, for what was tried and is not shipped",
    "encoder_stack": "puts the shipped encoder beside another model of the default engine",
    "encoder_teach": "learns the shipped encoder: hours on two cores",
    "coding_sheet": "makes a sheet for people to fill in, and compares filled ones",
    "hedging_peers": "reads packages of others, which have to be fetched first: --peers FOLDER",
    "linking": "learns weights that the shipped model was trained with; a new run would change what it stands on",
}


def needs(experiment: Experiment) -> tuple[str, ...]:
    """The experiments that have to be done before; the tables wait for all that measure something."""
    if experiment.name != "tables":
        return experiment.after
    return tuple(e.name for e in EXPERIMENTS if e.writes[0].endswith(".json"))
