"""Score the articles of a Spark table: ``DataFrame.mapInPandas``, a row an article.

    pip install framing pyspark pandas pyarrow                       # Spark needs Java
    python spark_map_in_pandas.py                                    # three made articles
    spark-submit spark_map_in_pandas.py articles.jsonl scores        # JSON lines with "id" and "text" -> Parquet

``framing`` must be installed where the executors run; models are in the package, nothing is downloaded. Each Python worker loads them once,
and then takes a batch of ``spark.sql.execution.arrow.maxRecordsPerBatch`` articles at a time, so this number, not the size of a partition,
decides how much text is in memory. Every article keeps its row: what is no text, or fails, has its reason in the column ``error``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import pandas
from pyspark.sql import SparkSession
from pyspark.sql.types import BooleanType, DoubleType, LongType, StringType, StructField, StructType

from framing.rows import TABLES

KINDS = {int: LongType, float: DoubleType, bool: BooleanType, str: StringType}
COLUMNS = {column.name: column.type for column in TABLES["articles"]}
SCHEMA = StructType([*(StructField(name, KINDS[kind]()) for name, kind in COLUMNS.items()), StructField("error", StringType())])
ARTICLES = [
    ("bridge", "The bridge may close, Mayor Ida Lund said on Monday. “We cannot rule it out,” she told reporters."),
    ("mill", "The mill closed in May. Critics say that the council knew, two officials said on condition of anonymity."),
    ("nothing", None),
]


def score(batches: Iterable[pandas.DataFrame]) -> Iterator[pandas.DataFrame]:
    """Batches of articles -> batches of their rows; runs in the Python workers of the executors."""
    import framing
    from framing.rows import rows
    from framing.text import article_from_text

    nullable = {name: "Int64" for name, kind in COLUMNS.items() if kind is int}  # a plain integer column has no place for "not known"
    for batch in batches:
        found = []
        for id, text in zip(batch["id"], batch["text"]):
            row: dict[str, Any] = {**dict.fromkeys(COLUMNS), "id": id, "error": None}
            try:
                if not isinstance(text, str):
                    raise TypeError("there is no text")
                row |= rows(framing.analyze(article_from_text(text, id=id)))[0]
            except Exception as error:  # noqa: BLE001 - one bad article must not end a run of millions
                row["error"] = f"{type(error).__name__}: {error}"
            found.append(row)
        yield pandas.DataFrame(found, columns=[*COLUMNS, "error"]).astype(nullable)


def main(source: str | None = None, target: str | None = None) -> None:
    """Score the articles of a file, or the made ones, and write or print them."""
    spark = (
        SparkSession.builder.appName("framing")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "500")
        .getOrCreate()
    )
    columns = "id string, text string"
    articles = spark.createDataFrame(ARTICLES, columns) if source is None else spark.read.schema(columns).json(source)
    scored = articles.mapInPandas(score, SCHEMA)
    if target is not None:
        scored.write.parquet(target)
    else:
        for row in scored.orderBy("id").collect():
            print(row["id"], row["n_attributions"], row["n_hedges"], row["error"])
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
