"""An analysis for people and for programs: ``text`` (a terminal of 80 columns), ``html`` (one self-contained page), ``jsonl`` (one object a
line).

Each module is imported where it is needed, so that rich and Jinja2 are loaded only by those who ask for a report.
"""
