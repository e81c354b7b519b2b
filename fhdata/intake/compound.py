"""The container of .xls files: a small file system of sectors and chains, followed without ever running in a circle."""

import struct
from dataclasses import dataclass

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR = 0xFFFFFFFA
_ENTRY_BYTES = 128
_HEADER_BYTES = 512
_HEADER_FATS = 109


class Damaged(Exception):  # noqa: N818 - names what happened
    """The container is cut short or contradicts itself."""


@dataclass(frozen=True)
class Container:
    """A compound file opened: its streams by name, each read only when asked for."""

    content: bytes
    sector_bytes: int
    fat: tuple[int, ...]
    small_fat: tuple[int, ...]
    small_stream: bytes
    small_bytes: int
    small_limit: int
    entries: dict[str, tuple[int, int]]

    def read(self, name: str) -> bytes:
        """The bytes of one stream.

        Raises:
            Damaged: its chain of sectors is broken.
        """
        start, size = self.entries[name]
        if size >= self.small_limit:
            return _joined(self.content[_HEADER_BYTES:], self.sector_bytes, self.fat, start)[:size]
        return _joined(self.small_stream, self.small_bytes, self.small_fat, start)[:size]


def open_container(content: bytes) -> Container:
    """Read the header, the sector table and the directory.

    Raises:
        Damaged: one of them is cut short or runs in a circle.
    """
    try:
        shift, small_shift = struct.unpack_from("<HH", content, 30)
        first_entry, _, small_limit, first_small = struct.unpack_from("<IIII", content, 48)
        if shift not in (9, 12) or small_shift != 6:
            raise Damaged
        sector_bytes = 1 << shift
        body = content[_HEADER_BYTES:] if shift == 9 else content[sector_bytes:]
        fat = _sector_table(content, body, sector_bytes)
        entries = _directory(_joined(body, sector_bytes, fat, first_entry))
        small_fat = _numbers(_joined(body, sector_bytes, fat, first_small)) if first_small < _LAST_SECTOR else ()
        start, _ = entries["Root Entry"]
        small_stream = _joined(body, sector_bytes, fat, start) if start < _LAST_SECTOR else b""
    except (struct.error, IndexError, KeyError, UnicodeDecodeError) as error:
        raise Damaged from error
    padded = content[:_HEADER_BYTES] + body
    return Container(padded, sector_bytes, fat, small_fat, small_stream, 1 << small_shift, small_limit, entries)


def _numbers(data: bytes) -> tuple[int, ...]:
    """A sector of the tables, which must be whole: readers that take half of one stop with no error of their own."""
    if len(data) % 4:
        raise Damaged
    return struct.unpack(f"<{len(data) // 4}I", data)


def _sector(body: bytes, sector_bytes: int, number: int) -> bytes:
    if number * sector_bytes >= len(body):
        raise Damaged
    return body[number * sector_bytes : (number + 1) * sector_bytes]


def _sector_table(content: bytes, body: bytes, sector_bytes: int) -> tuple[int, ...]:
    listed = [*struct.unpack_from(f"<{_HEADER_FATS}I", content, 76)]
    more, seen = struct.unpack_from("<I", content, 68)[0], set()
    while more < _LAST_SECTOR:
        if more in seen:
            raise Damaged
        seen.add(more)
        numbers = _numbers(_sector(body, sector_bytes, more))
        listed += numbers[:-1]
        more = numbers[-1]
    used = [number for number in listed if number < _LAST_SECTOR]
    if len(set(used)) != len(used):
        raise Damaged
    return tuple(entry for number in used for entry in _numbers(_sector(body, sector_bytes, number)))


def _joined(body: bytes, sector_bytes: int, table: tuple[int, ...], start: int) -> bytes:
    """The sectors of one chain; a sector met twice means a circle."""
    parts = []
    seen: set[int] = set()
    while start < _LAST_SECTOR:
        if start in seen or start >= len(table):
            raise Damaged
        seen.add(start)
        parts.append(_sector(body, sector_bytes, start))
        start = table[start]
    return b"".join(parts)


def _directory(data: bytes) -> dict[str, tuple[int, int]]:
    entries: dict[str, tuple[int, int]] = {}
    for at in range(0, len(data) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        length, kind = struct.unpack_from("<HB", data, at + 64)
        start, size = struct.unpack_from("<II", data, at + 116)
        if kind and 2 <= length <= 64:
            name = data[at : at + length - 2].decode("utf-16-le")
            entries.setdefault("Root Entry" if kind == 5 else name, (start, size))
    return entries
