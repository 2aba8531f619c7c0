# %% [markdown]
# # Compare groups of articles honestly
#
# Two outlets never differ in one thing only. Their articles differ in length, topic and time, and the index grows with length because long
# articles have room for more sources. This script shows the steps that keep a comparison honest. It has one outlet at hand, Wikinews, so it
# compares the articles of 2019 with those of 2020: two groups of the same house, for which the honest answer may well be "no difference".
#
# Texts: Wikinews (CC BY 2.5), from our annotations that come with the package; title and address of each article are in `document.meta`.

# %%
from collections import Counter

import numpy as np

import framing

documents = [d for split in ("train", "dev") for d in framing.load_corpus("wikinews_attributions", split)]
years = np.array([d.meta["date"][:4] for d in documents])
kept = np.isin(years, ("2019", "2020"))
documents = [d for d, keep in zip(documents, kept) if keep]
first = years[kept] == "2019"

analyses = list(framing.analyze_many(d.text for d in documents))
index = np.array([a.scores.transparency.index for a in analyses], float)
tokens = np.array([a.n_tokens for a in analyses], float)
print(f"{first.sum()} articles of 2019, {(~first).sum()} of 2020")

# %% [markdown]
# ## 1. Look at what limits the result
#
# Warnings first: articles that are too short have no index, and a warning `domain` says that a classifier does not know the words.

# %%
warned = Counter(code for a in analyses for code in {notice.code for notice in a.warnings})
print("articles with the warning", ", ".join(f"{code}: {n}" for code, n in warned.most_common()))
print(f"articles without an index: {int(np.isnan(index).sum())}")

# %% [markdown]
# ## 2. Say how large a difference is, with its interval
#
# The probability that an article of 2019 has the higher index than one of 2020: .5 is no difference. The interval comes from drawing
# articles anew; it is wide, because there are few.

# %%


def higher(values: np.ndarray, group: np.ndarray, pairs: np.ndarray | None = None) -> float:
    """Probability that a value of the group is above one of the others, ties counting half; of those pairs alone, if any are given."""
    difference = values[group][:, None] - values[~group][None, :]
    wins = (difference > 0) + 0.5 * (difference == 0)
    return float(wins.mean() if pairs is None else wins[pairs].mean())


def like_length(length: np.ndarray, group: np.ndarray, ratio: float = 1.25) -> np.ndarray:
    """The pairs of which the longer article has at most ``ratio`` times the length."""
    return np.abs(np.log(length[group])[:, None] - np.log(length[~group])[None, :]) <= np.log(ratio)


def told(values: np.ndarray, matched: bool) -> str:
    """The probability and its 95 % bootstrap interval over articles."""
    rng = np.random.default_rng(0)

    def statistic(chosen: np.ndarray) -> float:
        group = first[chosen]
        pairs = like_length(tokens[chosen], group) if matched else None
        return higher(values[chosen], group, pairs)

    everything = np.arange(len(first))
    groups = (everything[first], everything[~first])
    draws = [statistic(np.concatenate([rng.choice(g, len(g)) for g in groups])) for _ in range(500)]
    low, high = np.percentile(draws, (2.5, 97.5))
    return f"{statistic(everything):.2f} [{low:.2f}, {high:.2f}]"


print("Probability that an article of 2019 is above one of 2020, with its 95 % interval; 0.5 is no difference")
print("all pairs of articles")
print("  length        ", told(tokens, matched=False))
print("  index         ", told(index, matched=False))

# %% [markdown]
# ## 3. Take length out
#
# Only pairs of articles of like length. If the difference goes away, it was length.

# %%
print("pairs of like length")
print("  length        ", told(tokens, matched=True))
print("  index         ", told(index, matched=True))

# %% [markdown]
# ## 4. Look at the components, all of them
#
# The index adds up things that may point both ways. Report every component, not the one that differs most.

# %%
for name in ("identification", "depth", "primary", "diversity", "coverage"):
    values = np.array([a.scores.transparency.components[name] for a in analyses], float)
    print(f"  {name:<14}", told(values, matched=True))

# %% [markdown]
# ## 5. Say what it means, and what it does not
#
# An interval that holds .5 is no evidence of a difference, and with so few articles none of equality either. Whatever you find, it is a
# difference in how sources are shown, between these articles, as far as this library finds them. It is not a difference in truth or in
# reliability: [what the scores are not](../../experiments/TRANSPARENCY.md) shows that with six outlets, and with real and fake news.
