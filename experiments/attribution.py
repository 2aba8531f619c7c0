"""How well attributions are found: PolNeAR dev, CofeNet's tokens of it, our Wikinews dev; the trained extractor beside the rules.

    python -m experiments.attribution [--model FOLDER] [--train]

Both systems read the same texts in the same run (:mod:`experiments.extraction`); each part has their scores, and the trained extractor less
the rules with an interval (paired bootstrap) and p (approximate randomisation, 2,000 exchanges).

* **spans of labels**: exact F1 of source, cue and content as the tagger labels them, at the bias with which the attributions are made; for
  the rules the spans of their attributions. Gold: the spans of attributions that stand in no other. **spans by themselves**: the same for
  those that the trained extractor chooses one by one, by their own probabilities. **spans of attributions**: what is left in the whole
  attributions, nested ones against nested ones.
* **attribution**: cues matched by overlap, whole attributions (source and content with an intersection over union of .5), all spans exact,
  parents and relays (:mod:`framing.metrics.attribution`). PolNeAR marks nothing inside a content: predictions with a parent are left out
  there, and the words of the peers' measure ``end to end`` too. **nested**: attributions with a parent, on both sides (Wikinews).
* **body only**: PolNeAR marks attributions in headings and so all its texts are read whole; this is the extractor as it is shipped, which
  leaves headings out.
* **speech**: recall by the speech of the gold attribution, precision by that of the predicted one.
* **cofenet**: exact, begin and Jaccard on the tokens of ``cofenet`` valid (:mod:`framing.metrics.spans`), for which there are published
  figures on the *test* part (Wang et al. 2022); they stand in a field of their own. The published systems see a paragraph at a time, as
  ``paragraphs`` does; ``articles`` reads the paragraphs of an article as one text, as the extractor is used. Both are there for the spans
  of labels and for the spans by themselves.
* **ceiling**: the second annotator (PolNeAR, the articles with several) or the second pass (Wikinews), measured like a system; and what an
  earlier study of ours measured between two annotators of PolNeAR train.
* **floor**: every quotation of at least four words is a content, with no source and no cue; what a one-line pattern finds.

Intervals: 95 % bootstrap over documents, 1,000 resamples, seed 0. With ``--train`` the extractor is trained from nothing first, as the
shipped one was (``framing train attribution --taught-by encoder --unlabelled-tokens 2800000``; needs the extra ``encoder``, half an hour
and 10 GB), and nothing is written. The encoder that labelled the raw text for the shipped one added the scores of the default engine of
then, so that a new run gives scores that are about the same, not the same weights.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from experiments import extraction, results_file
from experiments.data import data_home, load
from experiments.extraction import Counts, Found, Scores, System, flat, show, spans_of
from framing.attribution import AttributionExtractor
from framing.benchmark.systems.regex import quotations
from framing.benchmark.tasks.attribution_tokens import PUBLISHED
from framing.benchmark.token_texts import article, readable, to_bio
from framing.metrics import spans
from framing.records import SPEECH, Document

SPANS = ("source_exact_f1", "cue_exact_f1", "content_exact_f1")
WHOLE: tuple[str, ...] = ("cue_precision", "cue_recall", "cue_f1", "full_precision", "full_recall", "full_f1", "exact_f1")
WHOLE += ("recall_direct", "recall_indirect", "recall_mixed")
NESTING = ("parent_precision", "parent_recall", "parent_f1", "via_f1")
ALONE = "spans by themselves"
CHILDREN = ("cue_precision", "cue_recall", "cue_f1", "full_f1")
PEERS: tuple[str, ...] = ("tokens_all_f1", "tokens_direct_f1", "span_direct_f1", "span_indirect_f1", "span_all_f1")
PEERS += ("end_to_end_direct_f1", "end_to_end_all_f1")
TOKENS = tuple(f"{role}_{kind}" for role in spans.ROLES for kind in ("exact_precision", "exact_recall", "exact_f1", "begin_f1", "jaccard"))
COMPARED = {
    "spans of labels": SPANS,
    "spans of attributions": SPANS,
    "attribution": ("cue_f1", "full_f1", "exact_f1", *(f"recall_{speech}" for speech in SPEECH)),
    "nested": ("cue_f1", "full_f1"),
    "speech": tuple(f"{speech}_full_f1" for speech in SPEECH),
    "end to end": ("end_to_end_direct_f1", "end_to_end_all_f1"),
    **dict.fromkeys((ALONE, "articles", "paragraphs", f"articles, {ALONE}", f"paragraphs, {ALONE}"), SPANS),
}
# Two annotators of PolNeAR train, as a throw-away study of ours measured them before there was this program.
STUDY = {"source_exact_f1": 0.765, "cue_exact_f1": 0.704, "content_exact_f1": 0.654, "exact_f1": 0.559}

Parts = dict[str, tuple[Counts, tuple[str, ...]]]
Signed = Mapping[str, Mapping[str, str]]  # what the signature of a system says beside its name


def counts(documents: Sequence[Document], found: Sequence[Found], is_flat: bool) -> Parts:
    """The parts of the measurement of one system, each with the names of the scores that are shown."""
    whole = [flat(f.attributions) if is_flat else f.attributions for f in found]
    gold = [d.attributions for d in documents]
    parts: Parts = {
        "spans of labels": (extraction.span_counts([spans_of(flat(g)) for g in gold], [f.spans for f in found]), SPANS),
        "spans of attributions": (extraction.span_counts(map(spans_of, gold), map(spans_of, whole)), SPANS),
        "attribution": (extraction.attribution_counts(documents, whole, is_flat), WHOLE if is_flat else (*WHOLE, *NESTING)),
        "speech": (extraction.group_counts(documents, whole, SPEECH, lambda a: a.speech), ()),
        "end to end": (extraction.end_to_end_counts(documents, whole), PEERS),
    }
    alone = [f.alone for f in found if f.alone is not None]
    if found and len(alone) == len(found):
        parts[ALONE] = (extraction.span_counts([spans_of(flat(g)) for g in gold], alone), SPANS)
    if not is_flat:
        parts["nested"] = (extraction.child_counts(documents, whole), CHILDREN)
    return parts


def measure(systems: Mapping[str, Parts], signed: Signed) -> dict[str, dict[str, Any]]:
    """Scores of every system by part, and the first less each of the others that have the part."""
    first, *others = systems
    out: dict[str, dict[str, Any]] = {}
    for part, (mine, names) in systems[first].items():
        having = {system: parts[part][0] for system, parts in systems.items() if part in parts}
        out[part] = {system: c.score(*names, system=system, **signed.get(system, {})) for system, c in having.items()}
        for other in others:
            if other not in having:
                continue
            out[part][f"{first} less {other}"] = mine.compare(having[other], *COMPARED[part])
    return out


def on_documents(documents: Sequence[Document], is_flat: bool, systems: Mapping[str, System], signed: Signed) -> dict[str, dict[str, Any]]:
    """All scores on documents with gold attributions; the floor has the peers' measure only."""
    out = measure({name: counts(documents, [s(d.text) for d in documents], is_flat) for name, s in systems.items()}, signed)
    floor = extraction.end_to_end_counts(documents, [quotations(d.text) for d in documents])
    out["end to end"]["floor"] = {name: s for name, s in floor.score(*PEERS, system="floor").items() if s.value > 0}
    return out


def on_tokens(system: System) -> Parts:
    """Counts on the tokens of CofeNet valid; a row an article and annotator."""
    articles: dict[str, list[Document]] = defaultdict(list)
    for document in load("cofenet", "valid"):
        articles[f"{document.group}_{document.meta['annotator']}"].append(document)
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    known: dict[str, Found] = {}  # the same text comes once an annotator
    for paragraphs in articles.values():
        tokens = [p.meta["tokens"] for p in paragraphs]
        gold = [label for p in paragraphs for label in (*p.meta["labels"], "O")]  # no span crosses a paragraph
        whole, places = article(tokens)
        ways = {"articles": [(whole, offsets) for offsets in places], "paragraphs": [readable(t) for t in tokens]}
        for way, written in ways.items():
            labels: dict[str, list[str]] = defaultdict(list)
            for text, offsets in written:
                if text not in known:
                    known[text] = system(text)
                for name, found in ((way, known[text].spans), (f"{way}, {ALONE}", known[text].alone)):
                    if found is not None:
                        labels[name] += [*to_bio(offsets, found), "O"]
            for name, predicted in labels.items():
                rows[name].append(spans.statistics(gold, predicted))
    return {
        name: (Counts(np.array(table, float), spans.scores, {"labels": "bio", "texts": name.split(",")[0]}), TOKENS)
        for name, table in rows.items()
    }


def ceilings() -> dict[str, dict[str, Scores]]:
    """Second annotators and second pass against the first."""
    out: dict[str, dict[str, Scores]] = {}

    def add(name: str, pairs: Sequence[tuple[Document, Document]], is_flat: bool) -> None:
        found = [Found(spans_of(flat(other.attributions)), other.attributions) for _, other in pairs]
        parts = counts([first for first, _ in pairs], found, is_flat)
        out[name] = {part: c.score(*names, system="human") for part, (c, names) in parts.items()}

    for split in ("train", "dev"):
        several: dict[str, list[Document]] = defaultdict(list)
        for document in load("polnear", split, annotator="all"):
            several[document.meta["filename"]].append(document)
        n = sum(len(group) > 1 for group in several.values())
        pairs = [(group[0], other) for group in several.values() for other in group[1:]]
        add(f"polnear {split}, other annotators ({n} articles)", pairs, True)
    second = {d.id: d for d in load("wikinews_attributions", "dev_second_pass")}
    both = [(d, second[d.id]) for d in load("wikinews_attributions", "dev") if d.id in second]
    add(f"wikinews dev, second pass ({len(both)} articles)", both, False)
    return out


def wikinews(systems: Mapping[str, System], signed: Signed) -> dict[str, dict[str, Any]]:
    """All scores on the dev part of our Wikinews attributions."""
    return on_documents(list(load("wikinews_attributions", "dev")), False, systems, signed)


def body_only(system: System, signed: Mapping[str, str]) -> dict[str, Scores]:
    """Whole attributions of PolNeAR dev by the trained extractor as it is shipped, which finds none in headings."""
    documents = list(load("polnear", "dev"))
    whole = [flat(system(d.text).attributions) for d in documents]
    return {"trained": extraction.attribution_counts(documents, whole, True).score(*WHOLE, system="trained", **signed)}


def both_systems(extractor: AttributionExtractor, model: str, whole: bool = False) -> tuple[dict[str, System], dict[str, dict[str, str]]]:
    """The trained extractor, as it is shipped or on the whole text, and the rules; and what their signatures say beside."""
    signed = {"trained": {"model": model, "text": "whole" if whole else "body"}}
    return {"trained": extraction.trained(extractor, whole), "rules": extraction.rules}, signed


def print_all(results: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """Print every table."""
    for corpus, parts in results.items():
        for part, systems in parts.items():
            for system, scores in systems.items():
                if " less " not in system:
                    show(f"{corpus}: {part}: {system}", scores)
                    continue
                print(f"\n{corpus}: {part}: {system}")
                for name, c in scores.items():
                    print(f"  {name:24}{c['difference']:+.3f} [{c['interval'][0]:+.3f}, {c['interval'][1]:+.3f}] p={c['p']:.4f}")


def main() -> None:
    """Print and write."""
    parser = extraction.with_model(__doc__ or "")
    parser.add_argument("--train", action="store_true", help="train from nothing first; writes nothing")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        model = options.model
        if options.train:
            model = _train(Path(folder))
        signature = extraction.digest(model)
        extractor = AttributionExtractor.load(model)
    systems, signed = both_systems(extractor, signature, whole=True)
    shipped, as_shipped = both_systems(extractor, signature)
    results: dict[str, Any] = {
        "polnear_dev": on_documents(list(load("polnear", "dev")), True, systems, signed),
        "wikinews_dev": wikinews(shipped, as_shipped),
        "cofenet_valid": measure({name: on_tokens(system) for name, system in systems.items()}, signed),
    }
    results["polnear_dev"]["body only"] = body_only(shipped["trained"], as_shipped["trained"])
    above = ceilings()
    print_all({**results, "ceiling": above})
    if options.train:
        return
    out = {"results": results, "ceiling": above, "ceiling, study": STUDY, "model": signature}
    results_file.write("attribution", {**out, "published, cofenet test, exact F1 of source, cue, content": PUBLISHED})


def _train(folder: Path) -> Path:
    """Train the extractor as it is shipped: the encoder engine labels raw text for it."""
    from framing.encoder.extractor import shipped
    from framing.training import train_attribution  # needs scipy

    tokens = AttributionExtractor.load().card_["settings"]["unlabelled tokens"]
    train_attribution(data_home=data_home(), out=folder, unlabelled_tokens=tokens, taught_by=[shipped()], progress=print)
    return folder


if __name__ == "__main__":
    main()
