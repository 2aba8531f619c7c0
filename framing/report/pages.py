"""Pages of HTML that are one file: templates of a package, and the hashes that its Content-Security-Policy names.

Conventions
-----------
A package keeps ``page.html`` beside its styles and scripts in ``templates/``. Everything put into a page is escaped; a name that is missing
is an error.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from jinja2 import DictLoader, Environment, StrictUndefined, Template


def digest(source: str) -> str:
    """SHA-256 of an inline style or script, as a Content-Security-Policy writes it."""
    return base64.b64encode(hashlib.sha256(source.encode("utf-8")).digest()).decode("ascii")


@cache
def template(package: str) -> Template:
    """``page.html`` of a package."""
    environment = Environment(
        loader=DictLoader({"page": resource(package, "page.html")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page")


@cache
def resource(package: str, name: str) -> str:
    """A file of a package's ``templates/``."""
    return resources.files(package).joinpath("templates").joinpath(name).read_text(encoding="utf-8")
