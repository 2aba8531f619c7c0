"""Which modules the reference shows, on which page. Sphinx reads their docstrings when the site is built."""

from __future__ import annotations

REFERENCE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "framing": ("framing", "The face: these names stay.", ("framing",)),
    "estimators": (
        "Estimators",
        "One in each room, usable alone on plain texts: `fit`, `predict`, `predict_proba` or `score`, `explain`, `save`, `load`.",
        (
            "framing.attribution",
            "framing.encoder.extractor",
            "framing.typer",
            "framing.hedge_tagger",
            "framing.frames",
            "framing.loaded",
            "framing.hyperpartisan",
            "framing.rater",
            "framing.classifier",
            "framing.learning.estimator",
        ),
    ),
    "rooms": (
        "Rooms",
        "The steps of an analysis as functions, and what they are made of.",
        (
            "framing.engines",
            "framing.text",
            "framing.quotes",
            "framing.sources",
            "framing.hedging",
            "framing.hedge_figures",
            "framing.hedge_mappings",
            "framing.transparency",
            "framing.schema",
        ),
    ),
    "features": ("Features", "Transformers for scikit-learn over texts or analyses.", ("framing.features",)),
    "runs": ("Corpus runs", "From any number of articles to tables.", ("framing.runs", "framing.rows")),
    "interop": (
        "With other tools",
        "spaCy, brat, Label Studio.",
        ("framing.interop.brat", "framing.interop.brat_reader", "framing.interop.label_studio", "framing.interop.spacy"),
    ),
    "pages": (
        "Pages and figures",
        "A corpus on one page, figures of an article.",
        ("framing.corpus_report.page", "framing.plot"),
    ),
    "corpora": ("Corpora", "The catalogue and the readers.", ("framing.corpora", "framing.corpora.files", "framing.corpora.download")),
    "training": ("Training", "Corpora in, a model with its card out.", ("framing.training", "framing.cards")),
    "benchmark": (
        "Benchmark",
        "Tasks, systems, and the scores of anyone's predictions.",
        tuple(f"framing.benchmark{name}" for name in ("", ".task", ".system", ".evaluation", ".predictions", ".inputs", ".measurement")),
    ),
    "metrics": (
        "Metrics",
        "Functions, one task a module; no number without signature and interval.",
        tuple(
            f"framing.metrics.{name}"
            for name in ("attribution", "spans", "entities", "hedging", "ranking", "agreement", "calibration", "bootstrap", "signature")
        ),
    ),
}


def reference(name: str) -> str:
    """The page of that name, in Markdown."""
    title, told, modules = REFERENCE[name]
    parts = [f"# {title}\n\n{told}\n"]
    for module in modules:
        heading = f"## {module}\n\n" if len(modules) > 1 else ""
        parts.append(f"{heading}```{{eval-rst}}\n.. automodule:: {module}\n   :members:\n   :show-inheritance:\n```\n")
    return "\n".join(parts)
