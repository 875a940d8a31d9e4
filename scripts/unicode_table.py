#!/usr/bin/env python3
"""Writes src/text/unicode_table.h: where the class of code points changes (letter, number, white
space, other).

    scripts/unicode_table.py           writes the header
    scripts/unicode_table.py --check   compares it with what this Python's Unicode data gives; exit
                                       status 0 when equal, 1 when different, 77 when this Python
                                       has another Unicode version

Letters are the general categories L*, numbers N*, and white space is the property White_Space: Zs,
Zl, Zp, the controls U+0009 to U+000D, and U+0085.
"""
import pathlib
import re
import sys
import unicodedata

HEADER = pathlib.Path(__file__).resolve().parent.parent / "src" / "text" / "unicode_table.h"
OTHER, LETTER, NUMBER, SPACE = range(4)
PER_LINE = 9


def class_of(code_point):
    category = unicodedata.category(chr(code_point))
    if category[0] == "L":
        return LETTER
    if category[0] == "N":
        return NUMBER
    if category in ("Zs", "Zl", "Zp") or 0x09 <= code_point <= 0x0D or code_point == 0x85:
        return SPACE
    return OTHER


def changes():
    previous = None
    for code_point in range(sys.maxunicode + 1):
        kind = class_of(code_point)
        if kind != previous:
            yield code_point << 2 | kind
        previous = kind


def header():
    values = [f"0x{value:06x}" for value in changes()]
    rows = [", ".join(values[i:i + PER_LINE]) for i in range(0, len(values), PER_LINE)]
    return "\n".join([
        "/* Made by scripts/unicode_table.py; do not edit.",
        f" * Unicode {unicodedata.unidata_version}. An entry is code point << 2 |",
        " * afina_unicode_class, ascending: the class holds from there up to the next entry. */",
        "#ifndef AFINA_UNICODE_TABLE_H",
        "#define AFINA_UNICODE_TABLE_H",
        "",
        "#include <stdint.h>",
        "",
        "/* clang-format off */",
        f"static const uint32_t afina_unicode_changes[{len(values)}] = {{",
        *[f"    {row}," for row in rows],
        "};",
        "/* clang-format on */",
        "",
        "#endif",
        ""])


def main():
    if sys.argv[1:] == ["--check"]:
        present = HEADER.read_text(encoding="ascii")
        version = re.search(r"Unicode ([0-9.]+)\. ", present)
        if version and version.group(1) != unicodedata.unidata_version:
            print(f"{HEADER.name} is of Unicode {version.group(1)}, this Python has "
                  f"{unicodedata.unidata_version}: cannot compare", file=sys.stderr)
            return 77
        if present != header():
            print(f"{HEADER.name} differs from what scripts/unicode_table.py writes: run it",
                  file=sys.stderr)
            return 1
        return 0
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    HEADER.write_text(header(), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
