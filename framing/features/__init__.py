"""Features of articles for scikit-learn: how much is attributed and to whom, how openly, how surely, and from what angle.

>>> from framing.features import SourcingFeatures
>>> sourcing = SourcingFeatures().set_output(transform="pandas")
>>> table = sourcing.fit_transform(["The port will close, said Ida Lund, the mayor.", "The port will close, officials said."])
>>> table[["sourcing_named_share", "sourcing_bare_share"]].to_numpy().tolist()
[[1.0, 0.0], [0.0, 1.0]]

``AttributionFeatures``, ``HedgeFeatures``, ``SourcingFeatures`` and ``FramingFeatures`` are a group each; ``ArticleFeatures(groups=...)``
gives several groups of one analysis. Where texts are used more than once (cross-validation, a union of transformers), analyse first, and
hand over the analyses: ``list(framing.analyze_many(texts, n_jobs=-1))`` is a collection like any other.

In a ``ColumnTransformer`` the column of texts is ``"text"`` or ``["text"]``, beside ``TfidfVectorizer`` and its like. (With
``set_output("pandas")`` a Series keeps its index from scikit-learn 1.4 on, which also brought "polars".)

All columns are float64. Rates are per 100 words and shares 0 to 1; almost all keep their value when an article is written twice in a row,
the others say how they depend on its length. What stands in the author's own voice, in paraphrase and in quotation marks is counted apart.
A feature that an article does not have is ``fill_value``, nan by default: an article without attributions has no share of anonymous ones.
Linear models need a number there (``SimpleImputer``, or ``fill_value=0.0``); ``HistGradientBoostingClassifier`` takes nan, but no column
that is nan in all articles.

``transformer.describe()`` gives name, unit, formula and meaning of every column; ``python -m framing.features`` prints them as a table.
No feature is learned here; the models behind the analysis and what they learned from are told by their cards (``framing models``).
"""

from framing.features.catalogue import feature_table
from framing.features.facts import Feature
from framing.features.transformers import ArticleFeatures, AttributionFeatures, FramingFeatures, HedgeFeatures, SourcingFeatures

__all__ = [
    "ArticleFeatures",
    "AttributionFeatures",
    "Feature",
    "FramingFeatures",
    "HedgeFeatures",
    "SourcingFeatures",
    "feature_table",
]
