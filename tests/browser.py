"""A real browser without a window, for tests that look at pages; none is installed by Python."""

import json
import os
import re
import shutil
import subprocess
from html import escape
from importlib.resources import files

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


def browser():
    """The program, or a skipped test that says what is missing."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("No Chromium is installed here (Debian: apt-get install chromium).")
    return found


def call(folder, *arguments):
    """Start the browser, which reaches no network, and give what it prints, and its errors."""
    folder.mkdir(exist_ok=True)
    fonts = folder / "fonts.conf"
    chinese = files("pylopdf_fonts_zh_cn")
    fonts.write_text(_FONTS.format(fonts=chinese, cache=folder / "cache"), encoding="utf-8")
    done = subprocess.run(
        [browser(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
         "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
         "--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}", *arguments],
        capture_output=True, text=True, encoding="utf-8", errors="replace", check=True,
        timeout=240, env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
    )  # fmt: skip
    return done.stdout, re.findall(r":CONSOLE[^\]]*\] (.*)", done.stderr)


def look_at(pages, script, folder, *, widths=(360, 1280)):
    """What does a script find in each page at each width? (name, width) → answer, and the console.

    `script` is the body of a function of `win` and `doc`, a page's own window and document; each
    page stands in a frame of that width.
    """
    frames = [
        f'<iframe data-name="{name}" width="{width}" height="900" srcdoc="{escape(page)}"></iframe>'
        for name, page in pages.items()
        for width in widths
    ]
    (folder / "look.html").write_text(
        f"""<!doctype html><meta charset="utf-8"><body>{"".join(frames)}<pre id="told"></pre>
        <script>
        const look = (win, doc) => {{ {script} }};
        addEventListener("load", () => {{
          const told = [...document.querySelectorAll("iframe")].map((frame) => [
            frame.dataset.name, Number(frame.getAttribute("width")),
            look(frame.contentWindow, frame.contentDocument)]);
          document.getElementById("told").textContent = JSON.stringify(told);
        }});
        </script>""",
        encoding="utf-8",
    )
    shown, console = call(folder / "look", "--dump-dom", (folder / "look.html").as_uri())
    [told] = re.findall(r'<pre id="told">(.*?)</pre>', shown, flags=re.DOTALL)
    unescaped = told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return {(name, width): answer for name, width, answer in json.loads(unescaped)}, console


def printed(page, folder):
    """The page as a PDF, in bytes."""
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    call(folder / "print", "--no-pdf-header-footer", f"--print-to-pdf={folder / 'page.pdf'}",
         path.as_uri())  # fmt: skip
    return (folder / "page.pdf").read_bytes()
