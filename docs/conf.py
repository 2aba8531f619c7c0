"""Sphinx reads this; ``python docs/build.py OUT`` calls it on the pages of this folder and those that are made (``pages.py``).

Nothing is fetched: the theme brings its style and scripts, the fonts are those of the reader's system.
"""

from __future__ import annotations

import re
from typing import Any

from framing.version import __version__

project = "framing"
author = "The framing authors"
copyright = "The framing authors, Apache License 2.0"
version = release = __version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
root_doc = "index"
nitpicky = False  # types in docstrings are words, not links

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # cards and notes of changes have their own depth of headings

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"  # the column is narrow
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
numpydoc_xref_param_type = False

html_theme = "furo"
html_title = f"framing {__version__}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_favicon = "static/icon.svg"
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_show_search_summary = False  # it fetches pages, which browsers refuse to a page that is a file
html_last_updated_fmt = None  # the same pages every day
html_theme_options = {"navigation_with_keys": True, "top_of_page_buttons": []}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"


def _headings(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Headings in the docstring of a module become headings without a number: many modules share a page, and all have "Conventions"."""
    if what == "module":
        text = re.sub(r"^(\S.*)\n-{3,}$", r".. rubric:: \1\n", "\n".join(lines), flags=re.MULTILINE)
        lines[:] = text.split("\n")


def setup(app: Any) -> None:
    """Sphinx calls it."""
    app.connect("autodoc-process-docstring", _headings)
