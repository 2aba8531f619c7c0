"""A scored corpus as one self-contained HTML page: ``corpus_report``.

``tables`` reads what ``framing score`` wrote and what else is known of the articles, ``corpus`` joins and counts, ``intervals`` resamples,
``measures`` says what is compared, ``sources`` ranks who speaks, ``figures`` draws, ``page`` puts it together.
"""
