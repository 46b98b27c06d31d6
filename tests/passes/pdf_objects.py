"""Reads a PDF's objects without trusting its writer: finds what assistive software would walk through."""

import re
import zlib
from dataclasses import dataclass
from functools import cached_property


def _stream(data: bytes, start: int) -> tuple[bytes, bytes]:
    """The dictionary of a stream, and its content in the clear."""
    head, _, rest = data[start:].partition(b"stream\n")
    length = int(re.search(rb"/Length (\d+)", head)[1])  # type: ignore[index]  # a stream without it is no stream
    assert rest[length : length + 10] == b"\nendstream"
    content = rest[:length]
    return head, zlib.decompress(content) if b"/FlateDecode" in head else content


@dataclass(frozen=True)
class Pdf:
    """A document of this project."""

    data: bytes

    @cached_property
    def _trailer(self) -> tuple[bytes, bytes]:
        """The cross-reference stream: its dictionary, and its content in the clear."""
        (start,) = re.findall(rb"startxref\n(\d+)\n%%EOF\n$", self.data)
        return _stream(self.data, int(start))

    @cached_property
    def table(self) -> dict[int, tuple[int, int, int]]:
        """What the cross-reference stream says of each object: kind, place, index."""
        head, content = self._trailer
        (spans,) = re.findall(rb"/Index\[([\d ]+)\]", head)
        span = [int(one) for one in spans.split()]
        numbers = [n for first, count in zip(span[::2], span[1::2], strict=True) for n in range(first, first + count)]
        entries = [content[at : at + 7] for at in range(0, len(content), 7)]
        return {
            number: (one[0], int.from_bytes(one[1:5], "big"), int.from_bytes(one[5:], "big"))
            for number, one in zip(numbers, entries, strict=True)
        }

    @cached_property
    def _packed(self) -> dict[int, list[bytes]]:
        """The objects inside each object stream."""
        found = {}
        for number in {place for kind, place, _index in self.table.values() if kind == 2}:
            head, content = _stream(self.data, self.table[number][1])
            first = int(re.search(rb"/First (\d+)", head)[1])  # type: ignore[index]  # as above
            starts = [int(one) for one in content[:first].split()][1::2]
            ends = [*starts[1:], len(content) - first + 1]
            found[number] = [content[first + a : first + b - 1] for a, b in zip(starts, ends, strict=True)]
        return found

    def __getitem__(self, number: int) -> bytes:
        """An object: a dictionary, or a whole stream in the clear."""
        kind, place, index = self.table[number]
        if kind == 2:
            return self._packed[place][index]
        assert self.data[place:].startswith(b"%d 0 obj\n" % number)
        body = self.data[place : self.data.index(b"endobj", place)]
        if b"stream\n" in body:
            head, content = _stream(self.data, place)
            return head + content
        return body

    def referred(self, number: int, name: str) -> list[int]:
        """The numbers of the objects that an entry of a dictionary refers to."""
        found = re.search(rb"/%b ?(\[[^\]]*\]|\d+ 0 R)" % name.encode(), self[number])
        return [int(one) for one in re.findall(rb"(\d+) 0 R", found[1])] if found else []

    @cached_property
    def catalog(self) -> int:
        """The number of the document's root."""
        return int(re.search(rb"/Root (\d+)", self._trailer[0])[1])  # type: ignore[index]  # as above

    def pages(self) -> list[int]:
        """The numbers of the pages."""
        return self.referred(*self.referred(self.catalog, "Pages"), "Kids")
