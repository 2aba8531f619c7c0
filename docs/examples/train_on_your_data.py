# %% [markdown]
# # Train on your data
#
# Two models learned from articles that somebody annotated, measured on others, saved, and used in an analysis. The articles are the
# Wikinews attributions that come with the package (texts CC BY 2.5, credit Wikinews); put yours in their place with
# `framing.interop.brat_reader.read_brat(folder)`, or make a `framing.Document` of each. It takes half a minute.

# %%
import framing
from framing.attribution import AttributionExtractor
from framing.learning.network import Settings
from framing.metrics.attribution import evaluate
from framing.typer import SourceTyper

train = list(framing.load_corpus("wikinews_attributions", "train"))
dev = list(framing.load_corpus("wikinews_attributions", "dev"))
print(len(train), "articles to learn from,", len(dev), "to measure on")
print(train[0].attributions[0].source.text, "|", train[0].attributions[0].cue.text)

# %% [markdown]
# ## Who says what
#
# The extractor learns spans and links; six articles are kept to calibrate its confidence. The default settings are for hundreds of
# articles (the shipped model learned from 840). For few, take smaller batches, or it takes too few steps to learn anything, and keep rarer
# features.

# %%
mine = AttributionExtractor(at_least=4, settings=Settings(size=600)).fit(train[:30], tune=train[30:])
shipped = AttributionExtractor.load()

for name, extractor in (("mine", mine), ("shipped", shipped)):
    found = extractor.predict([d.text for d in dev])
    score = evaluate([(d.attributions, f) for d, f in zip(dev, found)])["cue_f1"]
    low, high = score.interval
    print(f"{name:<9}cue F1 {score.value:.2f} [{low:.2f}, {high:.2f}]")

# %% [markdown]
# ## How openly a source is identified
#
# The typer learns kinds and levels of given sources. `predict` sees the spans of the documents, not their codes.

# %%
typer = SourceTyper().fit(train)
pairs = [(gold.level, guess.level) for d, row in zip(dev, typer.predict(dev)) for gold, guess in zip(d.attributions, row)]
most = max({level for level, _ in pairs}, key=[level for level, _ in pairs].count)
print(f"levels right: {sum(a == b for a, b in pairs) / len(pairs):.2f}")
print(f"always {most!r}: {sum(a == most for a, _ in pairs) / len(pairs):.2f}")

# %% [markdown]
# ## Save, load, use
#
# A model is a folder of JSON and numbers; nothing in it can execute. `analyze` takes it in the place of the shipped one.

# %%
mine.save("mine")
again = AttributionExtractor.load("mine")
sentence = "The dam may fail, Mayor Ida Lund said on Monday. An engineer told reporters that the council knew of the cracks."
analysis = framing.analyze(sentence, models={"attribution": again})
print([(a.source.text, a.cue.text) for a in analysis.attributions if a.source])

# %% [markdown]
# The command line does the same from corpora on your machine, with a card that says what the model learned from:
# `framing train attribution --corpus polnear --out mine`.
