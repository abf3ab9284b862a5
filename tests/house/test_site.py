"""The documentation site builds without warning or network; its links lead somewhere."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from urllib.parse import unquote, urlsplit

import pytest
from housekeeping import ROOT

pytestmark = pytest.mark.skipif(
    not (find_spec("sphinx") and find_spec("myst_nb")),
    reason="the site is made with the extra `site`: pip install hardship-model[site]",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-c", "docs", "-d", out / "doctrees"]
    built = subprocess.run([*command, ".", out / "site"], cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr[-3000:]
    return out / "site"


class Page(HTMLParser):
    """What a page links to, what it loads, and which places it has."""

    def __init__(self, path):
        super().__init__()
        self.links, self.loads, self.places = [], [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        self.places |= {of[key] for key in ("id", "name") if of.get(key)}
        if tag == "a" and of.get("href"):
            self.links.append(of["href"])
        elif tag != "a":
            self.loads += [of[key] for key in ("src", "href") if of.get(key)]


@pytest.fixture(scope="module")
def pages(site):
    return {path.resolve(): Page(path) for path in site.rglob("*.html")}


def test_every_page_of_docs_and_every_notebook_is_on_the_site(site):
    for path in (*ROOT.glob("docs/*.md"), *ROOT.glob("notebooks/*.ipynb")):
        if path.name != "README.md":
            assert (site / path.relative_to(ROOT)).with_suffix(".html").is_file(), path.name


def test_nothing_is_fetched_from_elsewhere(site, pages):
    loads = [load for page in pages.values() for load in page.loads]
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))

    assert len(loads) > 100
    assert [load for load in loads if urlsplit(load).netloc] == []
    assert re.findall(r"url\(['\"]?https?:", styles) == []


def test_every_link_inside_the_site_leads_to_a_place_that_is_there(pages):
    dead, followed = [], 0
    for path, page in pages.items():
        for link in page.links:
            to = urlsplit(link)
            if to.scheme or to.netloc:
                continue
            target = (path.parent / unquote(to.path)).resolve() if to.path else path
            place = unquote(to.fragment)
            there = target.exists() and (
                not place or target not in pages or place in pages[target].places
            )
            followed += 1
            if not there:
                dead.append((path.name, link))

    assert followed > 1000
    assert dead == []
