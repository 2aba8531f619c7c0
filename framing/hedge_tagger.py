"""The trained hedge tagger: cues of semantic uncertainty with types and calibrated confidences, beside the rules.

Conventions
-----------
* Epistemic, doxastic, condition and investigation cues are learned from the Szeged Uncertainty Corpus (Szarvas et al. 2012) by
  :mod:`framing.hedge_cues`, which reads what the rules find; the other types, which that corpus does not mark, stay with the rules
  (:mod:`framing.hedge_rules`), and so do spans of several words, scope, negation and owner.
* A cue of the rules is kept from the confidence ``keep`` on, with the type that the rules give it; other words are cues from ``add`` on,
  and give way to cues of the rules of other types. In news ``keep`` is low, since only 128 stories were learned from and the rules know
  cues that are rare in them: F1 on Szeged news is higher with .5, while with .06 nearly all that the rules find stays.
* ``Hedge.confidence`` of these four types is the probability that the annotators would mark the cue, calibrated on documents held out of
  training; of the others it is the share measured for the row (:mod:`framing.hedge_lexicon`).
* ``domain`` chooses among the weights that were learned for wiki, news and bio.
* Sentences: :mod:`framing.hedge_sentences`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.hedge_choice import CALIBRATED, calibrate_sentences, stay
from framing.hedge_choice import kinds as types_of
from framing.hedge_cues import LABELS, CueModel, Reading, Settings, calibrate, held_out, learn
from framing.hedge_cues import folds as deal
from framing.hedge_features import TEMPLATES, TYPES, Units
from framing.hedge_lessons import domain_of, lesson_of
from framing.hedge_lexicon import hedge_lexicon
from framing.hedge_marks import Marks, records, stand_in, subtype_of
from framing.hedge_rules import Context, Cues, find_cues
from framing.hedge_sentences import Bags, SentenceModel, cue_uncertainty, known_profile
from framing.learning import store
from framing.learning.calibration import Calibrator
from framing.learning.crf import Transitions
from framing.learning.estimator import Estimator
from framing.quotes import find_quotes
from framing.records import Article, Attribution, Document, Hedge, Quote
from framing.text import article_from_text
from framing.tokens import Tokens, tokenize

VERSION = 2  # of the files that save writes
KEEP, ADD = {"news": 0.2}, 0.85  # measured by experiments/hedging_shipped, beside others
USUAL = 0.5  # the limit in domains that have none of their own

MODELS = Path(__file__).parent / "models"


class HedgeTagger(Estimator):
    """Finds hedges; learned from documents with gold ones.

    Parameters
    ----------
    keep : float, optional
        Least confidence of a cue that the rules find, of the types in ``hedge_features.TYPES``; by default .2 in news, .5 elsewhere.
    add : float
        Least confidence of a cue that the rules do not find.
    domain : str
        What kind of text is to be read: "news", "wiki", "bio", or another one it learned from; for one that it does not know, what all
        have in common counts.
    settings : Settings, optional
        How it learns.

    Attributes
    ----------
    cues_ : CueModel
    certainty_ : dict
        Calibrators of sentences by domain (:mod:`framing.hedge_choice`).
    sentences_ : SentenceModel or None
        For the profile conll-wiki.
    card_ : dict
        What the model's card says; see :meth:`save`.
    """

    def __init__(self, keep: float | None = None, add: float = ADD, domain: str = "news", settings: Settings | None = None) -> None:
        self.keep = keep
        self.add = add
        self.domain = domain
        self.settings = settings
        self.card_: dict[str, Any] = {}

    def fit(
        self, documents: Iterable[Document], y: Any = None, *, labelled: Iterable[Document] = (), folds: int = 10, progress: Any = None
    ) -> HedgeTagger:
        """Learn from documents.

        Parameters
        ----------
        documents : iterable of Document
            With ``sentences`` and typed ``hedges``; their domain is ``meta["part"]`` (:func:`framing.hedge_lessons.domain_of`).
        y : None
            The gold is in the documents.
        labelled : iterable of Document
            With the sentence labels of CoNLL-2010 (weasels and peacocks count), for the profile conll-wiki; without them it has no model.
        folds : int
            Of the cross-validation that calibrates confidences; fewer where there are fewer documents, none below 2.
        progress : callable, optional
            Called with a line of text.

        Returns
        -------
        HedgeTagger
            Itself.

        Raises
        ------
        ValueError
            If there is nothing in the documents that could be a cue.
        """
        say = progress or (lambda line: None)
        settings = self.settings or Settings()
        by_domain: dict[str, list[Document]] = {}
        for document in documents:
            by_domain.setdefault(domain_of(document), []).append(document)
        readings = [Reading.of(domain, lesson_of(part)) for domain, part in sorted(by_domain.items())]
        self.cues_ = learn(readings, settings)
        say(f"{len(self.cues_.table):,} features of {len(self.cues_.marker.heads):,} words and the cues of the rules")
        self.certainty_ = {}
        number = min([folds, *(len(reading.chosen) for reading in readings)])
        if number > 1:
            found = held_out(readings, settings, number)
            calibrate(self.cues_, found)
            self.certainty_ = calibrate_sentences(self.cues_, found, {domain: self.limit(domain) for domain in found}, self.add)
            say(f"calibrated by {number} folds")
        lesson = lesson_of(labelled)
        self.sentences_ = None
        if len(lesson.label):
            fold = deal(int(lesson.document.max()) + 1, max(folds, 2), settings.seed)[lesson.document]
            self.sentences_ = SentenceModel.learn(Bags.of_lesson(lesson), lesson.label, fold)
            say(f"{len(self.sentences_):,} features of sentences")
        return self

    def __call__(
        self, tokens: Tokens, quotes: Sequence[Quote], attributions: Sequence[Attribution] = (), domain: str | None = None
    ) -> tuple[Hedge, ...]:
        """The hedges of a text that was read, in order, without overlaps; ``attributions`` decide whose they are."""
        if not len(tokens):
            return ()
        context = Context.of(tokens, hedge_lexicon())
        return records(context, self.marks(context, find_cues(context), domain), quotes, attributions)

    def limit(self, domain: str) -> float:
        """The least confidence of a cue of the rules in a domain."""
        return KEEP.get(domain, USUAL) if self.keep is None else self.keep

    def marks(self, context: Context, cues: Cues, domain: str | None = None) -> Marks:
        """The cues of a text with types and confidences; ``cues`` are those of the rules."""
        ruled = Marks.of_rules(cues)
        units = self.cues_.units(context, cues)
        found = self.cues_.probabilities(units, domain or self.domain)
        sure = self.cues_.confidences(units, found)
        chosen = np.flatnonzero(stay(units, sure, cues, self.limit(domain or self.domain), self.add))
        kinds = types_of(units, found, ruled.types, chosen)
        other = np.array([kind not in TYPES for kind in ruled.types], np.bool_)
        rows = self._rows(context, units, chosen, kinds, sure)
        whole = [column.tolist() for column in (cues.first, cues.last, cues.entry, cues.negated, cues.flipped)]
        table = [*zip(*whole, ruled.types, ruled.confidence)]
        rows += [table[i] for i in np.flatnonzero(other).tolist()]
        rows.sort(key=lambda row: row[0])
        columns = list(zip(*rows)) if rows else [()] * 7
        first, last, entry = (np.array(column, np.int64) for column in columns[:3])
        negated, flipped = (np.array(column, np.bool_) for column in columns[3:5])
        return Marks(Cues(first, last, entry, negated, flipped), tuple(columns[5]), tuple(columns[6]))

    def _rows(
        self, context: Context, units: Units, chosen: NDArray[np.int64], kinds: Sequence[str], sure: NDArray[np.float64]
    ) -> list[tuple[int, int, int, bool, bool, str, float]]:
        cues, rows = units.cues, []
        negator = context.isin("negator")
        for u, kind in zip(chosen.tolist(), kinds):
            first, last, i = int(units.first[u]), int(units.last[u]), int(units.cue[u])
            if i >= 0:
                entry, negated, flipped = int(cues.entry[i]), bool(cues.negated[i]), bool(cues.flipped[i])
            else:
                entry = stand_in(kind, subtype_of(context, last - 1, kind))
                negated, flipped = bool(first > context.begin[first] and negator[first - 1]), False
            rows.append((first, last, entry, negated, flipped, kind, float(sure[u])))
        return rows

    def predict(self, texts: Iterable[str | Article]) -> list[tuple[Hedge, ...]]:
        """The hedges of every text, without owners.

        Raises
        ------
        TypeError
            If ``texts`` is one string, or something in it neither a string nor an article.
        """
        return [self(tokenize(a), find_quotes(a.text, a.paragraphs)) for a in _articles(texts)]

    def predict_proba(self, texts: Iterable[str | Article], profile: str = "news") -> list[NDArray[np.float64]]:
        """How probable it is that each sentence of every text is uncertain: one array (m,) a text.

        The profile bio reads the texts as the domain "bio", if the tagger knows it; the others as its own ``domain``.

        Raises
        ------
        TypeError
            If ``texts`` is one string, or something in it neither a string nor an article.
        ValueError
            If the profile is unknown, or conll-wiki and there is no model for it.
        """
        domain = profile if known_profile(profile) in self.cues_.domains and profile == "bio" else self.domain
        tokens = [tokenize(a) for a in _articles(texts)]
        found: list[tuple[Hedge, ...]] = [() if profile == "conll-wiki" else self(t, (), (), domain) for t in tokens]
        return [self.uncertainty(t, hedges, profile, domain) for t, hedges in zip(tokens, found)]

    def uncertainty(
        self, tokens: Tokens, hedges: Sequence[Hedge], profile: str = "news", domain: str | None = None
    ) -> NDArray[np.float64]:
        """How probable it is that each sentence is uncertain, (m,): see :mod:`framing.hedge_sentences`.

        Parameters
        ----------
        tokens : Tokens
        hedges : sequence of Hedge
            What this tagger found in the same text.
        profile : str
            A key of ``PROFILES``.
        domain : str, optional
            The one that the hedges were found with; that of the tagger by default.

        Raises
        ------
        ValueError
            If the profile is unknown, or conll-wiki and there is no model for it, or a hedge is one of another text.
        """
        if known_profile(profile) == "conll-wiki":
            if self.sentences_ is None:
                raise ValueError("this tagger has not learned from sentence labels, so that it has no profile conll-wiki")
            return self.sentences_.probabilities(tokens)
        return cue_uncertainty(tokens, hedges, profile, self.certainty_.get(domain or self.domain, {}).get(CALIBRATED[profile]))

    def save(self, folder: str | os.PathLike[str], card: Mapping[str, Any] | None = None) -> None:
        """Write the model: ``model.json`` and ``weights.npz``.

        Parameters
        ----------
        folder : path
            Made if need be.
        card : mapping, optional
            What is to be told about the model (data, licence, scores): plain JSON, kept with it and given back as ``card_``.
        """
        model = self.cues_
        codes, scales = store.to_int8(model.weights, axis=2)
        arrays: dict[str, NDArray[Any]] = {"known": model.table.keys, "weights": codes, "scales": scales}
        arrays["heads"] = store.from_words(sorted(model.marker.heads))
        arrays |= model.transitions.named()
        met = sorted(model.rows.items())
        arrays |= {"rows": np.array([row for row, _ in met], np.uint64), "rows_met": np.array([n for _, n in met], np.int32)}
        if self.sentences_ is not None:
            arrays |= {f"sentence_{name}": array for name, array in self.sentences_.arrays().items()}
        numbers = {
            "model": "hedging",
            "version": VERSION,
            "types": list(TYPES),
            "templates": [[list(part) for part in template] for template in TEMPLATES],
            "domains": list(model.domains),
            "keep": self.keep,
            "add": self.add,
            "domain": self.domain,
            "settings": None if self.settings is None else asdict(self.settings),
            "calibration": {domain: calibrator.to_dict() for domain, calibrator in sorted(model.calibrators.items())},
            "certainty": {
                domain: {name: calibrator.to_dict() for name, calibrator in sorted(own.items())}
                for domain, own in sorted(self.certainty_.items())
            },
            "sentences": None if self.sentences_ is None else self.sentences_.numbers(),
            "card": dict(self.card_ if card is None else card),
        }
        store.save(folder, numbers, arrays)

    @classmethod
    def load(cls, folder: str | os.PathLike[str] = MODELS / "hedging") -> HedgeTagger:
        """Read what :meth:`save` wrote; the shipped model by default.

        Raises
        ------
        FileNotFoundError
            If a file is missing.
        ValueError
            If the files are damaged, do not belong together, or are of another model, version or set of templates.
        """
        numbers, arrays = store.load(folder)
        made = [numbers.get("model"), numbers.get("version"), numbers.get("types"), numbers.get("templates")]
        if made != ["hedging", VERSION, list(TYPES), [[list(part) for part in template] for template in TEMPLATES]]:
            raise ValueError(f"{Path(folder)}: no hedging model of version {VERSION}")
        try:
            store.check(arrays, {"initial": (LABELS,), "between": (LABELS, LABELS), "final": (LABELS,)})
            heads = store.to_words(arrays["heads"])
            weights = store.from_int8(arrays["weights"], arrays["scales"])
            calibrators = {domain: Calibrator.from_dict(kept) for domain, kept in numbers["calibration"].items()}
            transitions = Transitions.of(arrays)
            settings = None if numbers.get("settings") is None else Settings(**numbers["settings"])
            if not isinstance(numbers["domain"], str):
                raise ValueError(f"{numbers['domain']!r} is no domain")
            keep = None if numbers["keep"] is None else store.number(numbers["keep"])
            tagger = cls(keep, store.number(numbers["add"]), numbers["domain"], settings)
            tagger.cues_ = CueModel(heads, arrays["known"], weights, transitions, numbers["domains"], calibrators)
            tagger.cues_.rows = dict(zip(arrays["rows"].tolist(), arrays["rows_met"].tolist(), strict=True))
            tagger.certainty_ = {
                domain: {name: Calibrator.from_dict(kept) for name, kept in own.items()} for domain, own in numbers["certainty"].items()
            }
            tagger.sentences_ = None
            if numbers["sentences"] is not None:
                own = {name.removeprefix("sentence_"): array for name, array in arrays.items() if name.startswith("sentence_")}
                tagger.sentences_ = SentenceModel.of(numbers["sentences"], own)
            tagger.card_ = numbers["card"]
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"the hedging model in {Path(folder)} is damaged: {error}") from error
        return tagger


def _articles(texts: Iterable[str | Article]) -> Iterable[Article]:
    if isinstance(texts, (str, Article)):
        raise TypeError(f"texts must be an iterable of str or Article, not one {type(texts).__name__}")
    for i, text in enumerate(texts):
        if not isinstance(text, (str, Article)):
            raise TypeError(f"texts[{i}] must be str or Article, not {type(text).__name__}")
        yield article_from_text(text) if isinstance(text, str) else text


@lru_cache(maxsize=1)
def shipped() -> HedgeTagger:
    """The shipped tagger, loaded once."""
    return HedgeTagger.load()
