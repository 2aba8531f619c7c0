"""Build the documentation site, offline, with warnings as errors.

    python docs/build.py OUT          # about half a minute; open OUT/index.html

Needs the extra ``docs``. The pages of this folder and those that ``pages.py`` makes are put into a folder of their own, so that nothing is
written into the tree, and given to Sphinx. OUT is replaced if it is there and holds a site.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


# What the theme and Sphinx leave out for readers with a keyboard or a screen reader (axe-core finds it), put in afterwards.
MENDED = (
    (r'<p class="caption" role="heading">', '<p class="caption" role="heading" aria-level="2">'),
    (r'<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="Pages">'),
    (r'<aside class="toc-drawer([^"]*)">', r'<aside class="toc-drawer\1" aria-label="This page">'),
    (r'<div class="table-wrapper', '<div tabindex="0" class="table-wrapper'),  # what scrolls must be reached by the keyboard
    (r"<pre>", '<pre tabindex="0">'),
    (r'<thead>\s*<tr class="[^"]*">(?:<th class="head">(?:<p></p>)?</th>\s*)+</tr>\s*</thead>', ""),  # tables of names and values have none
)
_SIGNATURE = re.compile(r'<dt class="sig.*?</dt>', re.DOTALL)


def mend(page: str) -> str:
    """A page of the site with :data:`MENDED` done, and with parameters of a signature in plain blocks: as Sphinx has them, they are
    definitions without terms."""
    for old, new in MENDED:
        page = re.sub(old, new, page)
    return _SIGNATURE.sub(lambda m: re.sub(r"<(/?)d[ld]>", lambda tag: "</div>" if tag[1] else '<div class="lines">', m[0]), page)


def build(out: Path) -> int:
    """Make the site in ``out``; the exit code of Sphinx, which is not 0 if anything was to be warned of."""
    from sphinx.cmd.build import build_main

    if out.exists() and any(out.iterdir()) and not (out / "searchindex.js").exists():
        print(f"{out} is there and holds no site: choose another folder.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        source, draft = Path(folder, "source"), Path(folder, "site")
        from pages import write

        write(source)
        code = build_main(["-q", "-W", "--keep-going", "-b", "html", "-d", str(Path(folder, "cache")), str(source), str(draft)])
        if code:
            return code
        for page in draft.rglob("*.html"):
            page.write_text(mend(page.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
        shutil.rmtree(draft / ".doctrees", ignore_errors=True)
        for extra in (".buildinfo", ".buildinfo.bak", "objects.inv"):
            (draft / extra).unlink(missing_ok=True)
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(draft, out)
    return 0


def main() -> int:
    """Read the one argument and build."""
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        import furo  # noqa: F401 - Sphinx would say less clearly that it is not there
        import myst_parser  # noqa: F401
        import numpydoc  # noqa: F401
        import sphinx  # noqa: F401
    except ImportError as error:
        print(f'{error.name} is not installed: pip install -e ".[docs]"', file=sys.stderr)
        return 2
    sys.path[:0] = [str(ROOT), str(HERE)]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return build(Path(sys.argv[1]).resolve())


if __name__ == "__main__":
    sys.exit(main())
