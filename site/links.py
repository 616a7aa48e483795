"""Follows every link of a site that is a directory: the file must be there, and the section in it. Nothing may be loaded
from elsewhere. Each refusal reason and each check of the doctor must have its section, since messages and reports link to
it.

Arguments: the directory, RefusalReason.java, Check.java.
"""
import pathlib
import re
import sys
import urllib.parse
from html.parser import HTMLParser


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.ids = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.update(attributes[key] for key in ("id", "name") if attributes.get(key))
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        if tag in ("script", "img", "iframe") and attributes.get("src"):
            self.loads.append(attributes["src"])
        if tag == "link" and attributes.get("href") and attributes.get("rel") in ("stylesheet", "shortcut icon", "icon"):
            self.loads.append(attributes["href"])


def names(file):
    return [name.lower() for name in re.findall(r"^    ([A-Z][A-Z0-9_]+)[(,;]", pathlib.Path(file).read_text("utf-8"), re.M)]


def main(root, reasons, checks):
    root = pathlib.Path(root).resolve()
    pages = {file: Page(file.read_text("utf-8")) for file in root.rglob("*.html")}
    wrong, followed = [], 0
    for file, page in pages.items():
        for link in page.links + page.loads:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                if link in page.loads and parts.scheme != "data":
                    wrong.append(f"{file.name} loads {link}")
                continue
            followed += 1
            target = (file.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else file
            if target.is_dir():
                target /= "index.html"
            if not target.is_file():
                wrong.append(f"{file.relative_to(root)}: no file for {link}")
            elif parts.fragment and target in pages and urllib.parse.unquote(parts.fragment) not in pages[target].ids:
                wrong.append(f"{file.relative_to(root)}: no section for {link}")
    tags = {"reasons.html": names(reasons), "doctor.html": [name.replace("_", "-") for name in names(checks)]}
    for page, sections in tags.items():
        wrong += [f"{page} has no section {tag}" for tag in sections if tag not in pages[root / page].ids]
    for line in wrong:
        print("not so:", line)
    reasons, checks = tags.values()
    print(f"{followed} links, {len(reasons)} reasons and {len(checks)} checks followed, {len(wrong)} wrong")
    return 0 if reasons and checks and not wrong else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
