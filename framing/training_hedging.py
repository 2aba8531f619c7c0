"""Training of the hedge tagger: the Szeged Uncertainty Corpus and sentence labels of CoNLL-2010 in, a tagger with its card out.

Conventions
-----------
* Cues are learned from all parts of the Szeged corpus that are there, but for documents of the evaluation parts of CoNLL-2010, where a list
  names them (``exclude``; the reader leaves them out). Sentence labels are those of CoNLL-2010 Wikipedia, training part.
* Nothing is held back for a test: scores come from cross-validation (:mod:`experiments.hedging_trained`), and so do the calibrators.
* The same corpora, settings and seed give the same bytes on one machine and thread setting. About half a minute.

Needs scipy and scikit-learn.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from framing.corpora.lessons import load_lessons
from framing.hedge_cues import PRIOR, Settings
from framing.hedge_sentences import AT_LEAST, L2, C
from framing.hedge_tagger import VERSION, HedgeTagger
from framing.training_steps import Progress, chosen, citations, corrected, describe, describe_own, finish, need_tools

CORPUS, SENTENCES = "szeged_uncertainty", "conll2010"

_TASK = (
    "Finds hedges in English news: cues of semantic uncertainty (epistemic, doxastic, condition, investigation) with a probability, and "
    "how probable it is that a sentence is uncertain, in the sense of the Szeged Uncertainty Corpus (news, szeged), of CoNLL-2010 biology "
    "(bio) or of CoNLL-2010 Wikipedia, where weasels count too (conll-wiki)."
)
_METHOD = (
    "Units that may be cues (what the rules of the lexicon find, and words that were cues in training) are labelled sentence by sentence "
    "by a linear-chain CRF on hashed features of the words around them and of the lexicon's row, with weights common to all domains and "
    "weights of each (Daumé III 2007). Probabilities are calibrated by cross-validation. A sentence is as uncertain as the noisy-or of its "
    "cues; for conll-wiki a sum of n-grams and a noisy-or over tokens are learned from labels of sentences and mixed. Evidentials, "
    "approximators, weasels, peacocks and boosters are found by rules."
)
_USE = (
    "For: showing readers, editors and researchers what an article hedges and whose hedge it is; counting over many articles.",
    "Not for: deciding whether a claim is true, or whether an author is honest. It is wrong now and then: look at the text before you act "
    "on a single cue.",
    "`keep` and `add` are the least confidences of cues that the rules find and of others. To count as the annotators of the Szeged corpus "
    "did, set `keep` to .5; to see whatever the word lists know, set it to .06: annotators seldom marked \"tend to\" or \"must have\". "
    "`domain` is to be set for texts of Wikipedia or biology.",
)
_LIMITS = (
    "English only. The news in it are 128 wire and newspaper stories of about 1989 to 2000; on other news its confidence may be too high.",
    "Evidentials, approximators, weasels, peacocks and boosters were marked by nobody at hand: most have the confidence .5, which says "
    "just that, and evidentials count for a sentence of the profile news uncalibrated.",
    "In Wikipedia and biology, a plain classifier of words that learned from the same texts finds cues better than the tagger with its "
    "limits as shipped, and about as well as with tuned ones (experiments/README.md); in news it does not.",
    "What annotators call uncertain differs between corpora: in Wikipedia a weasel counts for CoNLL-2010 and not for Szeged. Scores are "
    "comparable within one profile only.",
    "Lexicon and conditions of the rules were made by looking at the same Wikipedia and biology texts; scores there are a little too good.",
    "Weights are hashes and numbers and the list of words that were cues; no running text.",
)
_CITATIONS = (
    "Hal Daumé III (2007). Frustratingly Easy Domain Adaptation. ACL 2007.",
    "Sida Wang, Christopher D. Manning (2012). Baselines and Bigrams: Simple, Good Sentiment and Topic Classification. ACL 2012.",
    "Oded Maron, Tomás Lozano-Pérez (1998). A Framework for Multiple-Instance Learning. NIPS 1997.",
    "Margaret Mitchell et al. (2019). Model Cards for Model Reporting. FAT* 2019. (The form of this card.)",
)


def train_hedging(
    corpus: str | Sequence[str] | None = None,
    data_home: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    *,
    exclude: Iterable[str] = (),
    settings: Settings | None = None,
    brat: Sequence[str | os.PathLike[str]] = (),
) -> HedgeTagger:
    """Train the hedge tagger.

    Parameters
    ----------
    corpus : str or sequence of str, optional
        Corpora with typed hedges, "szeged_uncertainty" by default, and "conll2010" for the labels of sentences; without the latter there is
        no profile conll-wiki. By default both.
    data_home : path, optional
        Folder of the corpora; else the environment variable FRAMING_DATA, else a folder of the user.
    out : path, optional
        Folder to save the model and its ``CARD.md`` into; without it nothing is written.
    seed : int
    progress : callable, optional
        Called with a line of text.
    exclude : iterable of str
        Ids of documents of the Szeged corpus that must not be learned from: those of an evaluation part.
    settings : Settings, optional
        Of the tagger; their seed is replaced.
    brat : sequence of path
        Folders of articles whose hedges people corrected (:func:`framing.interop.brat.read_brat`), to learn from too.

    Returns
    -------
    HedgeTagger
        With ``card_``.

    Raises
    ------
    ValueError
        If a corpus has no hedges, or all are left out.
    CorpusNotFound
        If a corpus is not there.
    ImportError
        If scipy or scikit-learn is missing.
    """
    need_tools()
    say = progress or (lambda line: None)
    names = chosen(corpus, (CORPUS, SENTENCES), "hedging")
    left_out = sorted(set(exclude))
    options: dict[str, Any] = {CORPUS: {"exclude": left_out}}
    read = {name: list(load_lessons(name, data_home=data_home, **options.get(name, {}))) for name in names if name != SENTENCES}
    own = corrected(brat, "hedges")
    documents = [document for part in (*read.values(), *own.values()) for document in part]
    labelled = list(load_lessons(SENTENCES, "train", data_home=data_home, part="wiki")) if SENTENCES in names else []
    say(f"{len(documents):,} documents with cues, {len(labelled):,} with labels of sentences")
    tagger = HedgeTagger(settings=replace(settings or Settings(), seed=seed))
    tagger.fit(documents, labelled=labelled, progress=say)
    texts = [describe(name, "all at hand", "cues", part) for name, part in read.items()] + describe_own(own)
    texts += [describe(SENTENCES, "train, wiki", "labels of sentences", labelled)] if labelled else []
    return finish(tagger, _card(tagger, names, list(own), texts, seed, left_out, settings is not None), out)


def _card(
    tagger: HedgeTagger,
    names: Sequence[str],
    brat: Sequence[str],
    texts: Sequence[dict[str, Any]],
    seed: int,
    left_out: Sequence[str],
    own: bool,
) -> dict[str, Any]:
    without = hashlib.sha256("\n".join(left_out).encode("utf-8", "surrogatepass")).hexdigest()[:8] if left_out else ""
    marks = f"{f'exclude:{without}|' if left_out else ''}{'settings:own|' if own else ''}"
    return {
        "name": "hedging",
        "version": VERSION,
        "signature": f"hedging|train:{'+'.join([*names, *brat])}|seed:{seed}|{marks}v:{VERSION}",
        "task": _TASK,
        "method": _METHOD,
        "texts": list(texts),
        "use": list(_USE),
        "limits": list(_LIMITS),
        "settings": {
            "seed": seed,
            "keep": tagger.keep,
            "add": tagger.add,
            "domain": tagger.domain,
            "documents left out": len(left_out),
            "domains": list(tagger.cues_.domains),
            "prior": PRIOR,
            "cues": asdict(tagger.settings or Settings()),
            "sentences": {"at_least": AT_LEAST, "c": C, "l2": L2},
        },
        "citations": citations(names, *_CITATIONS),
    }
