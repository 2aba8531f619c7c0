"""Doors to other tools: a spaCy component, brat folders that people correct and we read again, tasks for Label Studio.

Each module is imported by itself (``framing.interop.spacy``, ``.brat``, ``.label_studio``); none is loaded by ``import framing``.
"""
