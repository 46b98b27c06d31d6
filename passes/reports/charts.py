"""Charts as SVG that stands inside a page: drawn by pygal, coloured by our stylesheet, values on hover."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pygal
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence

# Pygal looks for plugins in a way that Python gave up; left in place it would complain at every later import.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

_WIDTH, _HEIGHT = 900, 280
_SVG = "{http://www.w3.org/2000/svg}"


def bar_chart(title: str, labels: Sequence[str], values: Sequence[int], *, x_title: str, y_title: str) -> Markup:
    """Return a bar chart as SVG to put into a page.

    Pygal brings its own style sheet and script along, which our pages' content security policy forbids: both are taken
    out; `passes.css` has rules for its classes, and each bar gets its value as a title.

    Args:
        title: what it shows, for those who cannot see it.
        labels: one for each bar.
        values: their heights.
        x_title: name of the horizontal axis.
        y_title: name of the vertical axis.
    """
    chart = pygal.Bar(
        width=_WIDTH,
        height=_HEIGHT,
        show_legend=False,
        no_prefix=True,
        js=(),
        x_title=x_title,
        y_title=y_title,
        title=None,
        x_labels_major_every=max(1, len(labels) // 10),
        show_minor_x_labels=False,
        min_scale=2,
        max_scale=6,
        truncate_label=-1,
        range=(0, max(*values, 4)),
        value_formatter=lambda value: f"{value:.0f}",
    )
    chart.x_labels = list(labels)
    chart.add("", list(values))
    root = ET.fromstring(chart.render(is_unicode=False))  # noqa: S314 - what pygal just wrote
    for parent in root.iter():
        for child in list(parent):
            is_foreign = child.tag in {f"{_SVG}defs", f"{_SVG}style", f"{_SVG}script"} or not isinstance(child.tag, str)
            if is_foreign or (child.tag == f"{_SVG}g" and "tooltip" in child.get("class", "")):
                parent.remove(child)
            child.attrib.pop("style", None)
    for bar in root.iter(f"{_SVG}g"):
        if bar.get("class") == "bar":
            described = {desc.get("class", ""): desc.text or "" for desc in bar.findall(f"{_SVG}desc")}
            ET.SubElement(bar, f"{_SVG}title").text = f"{described.get('x_label', '')}: {described.get('value', '')}"
            for desc in bar.findall(f"{_SVG}desc"):
                bar.remove(desc)
    for name in [name for name in root.attrib if name not in {"viewBox", "class"}]:
        del root.attrib[name]
    root.set("role", "img")
    root.set("aria-label", title)
    for heading in root.findall(f"{_SVG}title"):
        root.remove(heading)
    ET.register_namespace("", _SVG.strip("{}"))
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 - pygal escapes what it is given
