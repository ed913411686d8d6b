"""Writes the least that is an .xlsb workbook (BIFF12): no library at hand does. Strings inline, dates by format 14."""
import datetime
import struct
import zipfile

from openpyxl.utils import range_boundaries

RELATIONSHIPS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def record(kind, body=b""):
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = b"", len(body)
    while True:
        more = size >> 7
        length += bytes([size & 0x7F | (0x80 if more else 0)])
        size = more
        if not size:
            return head + length + body


def wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def sheet_part(rows, merges, hidden_rows, hidden_columns):
    """Rows and columns count from 0."""
    out = record(0x81) + record(0x94, struct.pack("<4I", 0, max(len(rows) - 1, 0), 0, 5))
    if hidden_columns:
        columns = [record(0x3C, struct.pack("<4IH", c, c, 2340, 0, 1)) for c in hidden_columns]
        out += record(0x0186) + b"".join(columns) + record(0x0187)
    out += record(0x91)
    for r, row in enumerate(rows):
        flags = 0x10 if r in hidden_rows else 0
        out += record(0x00, struct.pack("<IIHBBBI", r, 0, 300, 0, flags, 0, 0))
        for c, value in enumerate(row):
            if isinstance(value, str):
                out += record(0x06, struct.pack("<II", c, 0) + wide(value))
            elif isinstance(value, datetime.date):
                serial = (value - datetime.date(1899, 12, 30)).days
                out += record(0x05, struct.pack("<IId", c, 1, serial))
            elif value is not None:
                out += record(0x05, struct.pack("<IId", c, 0, value))
    out += record(0x92)
    if merges:
        out += record(0xB1, struct.pack("<I", len(merges)))
        for merge in merges:
            left, top, right, bottom = range_boundaries(merge)
            out += record(0xB0, struct.pack("<4I", top - 1, bottom - 1, left - 1, right - 1))
        out += record(0xB2)
    return out + record(0x82)


def write(path, sheets):
    """Sheets: name, state (1 is hidden), rows, merged ranges, hidden rows, hidden columns."""
    book = record(0x83) + record(0x99, struct.pack("<II", 0, 0) + wide("")) + record(0x8F)
    rels = ""
    for i, (name, state, *_) in enumerate(sheets, 1):
        book += record(0x9C, struct.pack("<II", state, i) + wide(f"rId{i}") + wide(name))
        rels += f'<Relationship Id="rId{i}" Target="worksheets/sheet{i}.bin" Type="{TYPE}/worksheet"/>'
    book += record(0x90) + record(0x84)
    styles = record(0x0116) + record(0x0269, struct.pack("<I", 2))
    styles += record(0x2F, struct.pack("<HH", 0, 0) + bytes(12)) + record(0x2F, struct.pack("<HH", 0, 14) + bytes(12))
    styles += record(0x026A) + record(0x0117)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
        )
        book_rel = f'<Relationship Id="rId1" Type="{TYPE}/officeDocument" Target="xl/workbook.bin"/>'
        out.writestr("_rels/.rels", RELATIONSHIPS + book_rel + "</Relationships>")
        out.writestr("xl/_rels/workbook.bin.rels", RELATIONSHIPS + rels + "</Relationships>")
        out.writestr("xl/workbook.bin", book)
        out.writestr("xl/styles.bin", styles)
        for i, (_, _, *parts) in enumerate(sheets, 1):
            out.writestr(f"xl/worksheets/sheet{i}.bin", sheet_part(*parts))
