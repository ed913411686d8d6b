"""Makes the workbooks beside it: one list of invented people in every format a roster comes in.

Needs openpyxl, xlwt, msoffcrypto-tool and LibreOffice (`soffice`). The files are committed; run this only to
change what they hold.
"""
import datetime
import io
import pathlib
import struct
import subprocess
import zipfile

import msoffcrypto.format.ooxml
import openpyxl
import xlwt

HERE = pathlib.Path(__file__).parent
TITLE = "DANH SÁCH CÁN BỘ, CÔNG CHỨC"
ROWS = [
    [TITLE],
    [],
    ["STT", "Họ và tên", "Ngày sinh", None, "Chức vụ", "Điện thoại"],
    [None, None, "Nam", "Nữ", None, None],
    [1, "Trần Văn Bưởi", datetime.date(1985, 3, 14), None, "Trưởng phòng", "0912000001"],
    [2, "Đỗ Thị Mận", None, datetime.date(1991, 12, 2), "Chuyên viên; tổng hợp", "0912000002"],
    [],
    [3, 'Lê "Ổi" Quýt', datetime.date(1979, 1, 31), None, "Văn thư, lưu trữ", "0912000003"],
]
MERGES = ["A1:F1", "A3:A4", "B3:B4", "C3:D3", "E3:E4", "F3:F4"]
HIDDEN = [["Ghi chú nội bộ"]]


def xlsx():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Danh sách"
    for r, row in enumerate(ROWS, 1):
        for c, value in enumerate(row, 1):
            cell = sheet.cell(r, c, value)
            if isinstance(value, datetime.date):
                cell.number_format = "d/m/yyyy"
    for merge in MERGES:
        sheet.merge_cells(merge)
    hidden = book.create_sheet("Ẩn")
    hidden["A1"] = HIDDEN[0][0]
    hidden.sheet_state = "hidden"
    book.create_sheet("Sheet3")
    book.save(HERE / "list.xlsx")
    chart = openpyxl.load_workbook(HERE / "list.xlsx")
    chart.create_chartsheet("Biểu đồ", 0)
    chart.save(HERE / "chart-sheet.xlsx")


def layout():
    """Two sheets with widths, heights, hidden rows and columns and number formats; two lists in the first."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Phòng A & B"
    rows = [
        ["DANH SÁCH CÁN BỘ, CÔNG CHỨC"],
        ["STT", "Họ và tên", "Ngày sinh", "Số CCCD", "Lương", "Điện thoại"],
        [1, "Trần Văn Bưởi", datetime.date(1985, 3, 14), 79085000001, 1234567, "0912000001"],
        [2, "Đỗ Thị Mận", "31/02/1991", 79191000002, 2345678, "0912000002"],
        [3, "Lê Thị Quýt", datetime.date(1979, 1, 31), 79179000003, 3456789, "0912000003"],
        [],
        ["DANH SÁCH CÁN BỘ, CÔNG CHỨC HỢP ĐỒNG"],
        ["STT", "Họ và tên", "Ngày sinh", "Số CCCD", "Lương", "Điện thoại"],
        [1, "Ngô Văn Ổi", datetime.date(1990, 5, 1), 79090000004, 4567890, "0912000004"],
    ]
    for r, row in enumerate(rows, 1):
        for c, value in enumerate(row, 1):
            cell = sheet.cell(r, c, value)
            if isinstance(value, datetime.date):
                cell.number_format = "d/m/yyyy"
            elif c == 4 and isinstance(value, int):
                cell.number_format = "000000000000"
            elif c == 5 and isinstance(value, int):
                cell.number_format = "#,##0"
            elif c == 6:
                cell.number_format = "@"
    for column, width in {"A": 6, "B": 31, "D": 17}.items():
        sheet.column_dimensions[column].width = width
    sheet.column_dimensions["E"].hidden = True
    sheet.row_dimensions[1].height = 42
    sheet.row_dimensions[5].hidden = True
    sheet.merge_cells("A1:F1")
    other = book.create_sheet("Khác")
    for r, row in enumerate([rows[1], [1, "Hồ Thị Na", datetime.date(1988, 8, 8), 79188000005, 5678901, "0912000005"]], 1):
        for c, value in enumerate(row, 1):
            other.cell(r, c, value)
    book.save(HERE / "layout.xlsx")
    subprocess.run(
        ["soffice", "--headless", "--convert-to", "ods", "--outdir", HERE, HERE / "layout.xlsx"], check=True
    )


def xls():
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Danh sách")
    date = xlwt.easyxf(num_format_str="d/m/yyyy")
    covered = set()
    for merge in MERGES:
        left, top, right, bottom = openpyxl.utils.range_boundaries(merge)
        value = ROWS[top - 1][left - 1]
        sheet.write_merge(top - 1, bottom - 1, left - 1, right - 1, value)
        covered |= {(r, c) for r in range(top - 1, bottom) for c in range(left - 1, right)}
    for r, row in enumerate(ROWS):
        for c, value in enumerate(row):
            if value is not None and (r, c) not in covered:
                if isinstance(value, datetime.date):
                    sheet.write(r, c, value, date)
                else:
                    sheet.write(r, c, value)
    hidden = book.add_sheet("Ẩn")
    hidden.write(0, 0, HIDDEN[0][0])
    hidden.visibility = 1
    book.add_sheet("Sheet3")
    book.save(str(HERE / "list.xls"))


def ods():
    subprocess.run(
        ["soffice", "--headless", "--convert-to", "ods", "--outdir", HERE, HERE / "list.xlsx"], check=True
    )


def xlsb():
    """The least that is a BIFF12 workbook; strings inline, dates by number format 14."""

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

    def sheet(rows):
        out = record(0x81) + record(0x94, struct.pack("<4I", 0, max(len(rows) - 1, 0), 0, 5)) + record(0x91)
        for r, row in enumerate(rows):
            out += record(0x00, struct.pack("<I", r) + bytes(13))
            for c, value in enumerate(row):
                if isinstance(value, str):
                    out += record(0x06, struct.pack("<II", c, 0) + wide(value))
                elif isinstance(value, datetime.date):
                    serial = (value - datetime.date(1899, 12, 30)).days
                    out += record(0x05, struct.pack("<IId", c, 1, serial))
                elif value is not None:
                    out += record(0x05, struct.pack("<IId", c, 0, value))
        return out + record(0x92) + record(0x82)

    sheets = [("Danh sách", 0, ROWS), ("Ẩn", 1, HIDDEN), ("Sheet3", 0, [])]
    book = record(0x83) + record(0x99, struct.pack("<II", 0, 0) + wide("")) + record(0x8F)
    rels, types = "", ""
    for i, (name, state, _) in enumerate(sheets, 1):
        book += record(0x9C, struct.pack("<II", state, i) + wide(f"rId{i}") + wide(name))
        rels += (
            f'<Relationship Id="rId{i}" Target="worksheets/sheet{i}.bin" Type="http://schemas.'
            'openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
        )
    book += record(0x90) + record(0x84)
    styles = record(0x0116) + record(0x0269, struct.pack("<I", 2))
    styles += record(0x2F, struct.pack("<HH", 0, 0) + bytes(12)) + record(0x2F, struct.pack("<HH", 0, 14) + bytes(12))
    styles += record(0x026A) + record(0x0117)
    open_rels = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    with zipfile.ZipFile(HERE / "list.xlsb", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
        )
        out.writestr(
            "_rels/.rels",
            open_rels + '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        )
        out.writestr("xl/_rels/workbook.bin.rels", open_rels + rels + "</Relationships>")
        out.writestr("xl/workbook.bin", book)
        out.writestr("xl/styles.bin", styles)
        for i, (_, _, rows) in enumerate(sheets, 1):
            out.writestr(f"xl/worksheets/sheet{i}.bin", sheet(rows))


def encrypted():
    plain = io.BytesIO((HERE / "list.xlsx").read_bytes())
    with open(HERE / "encrypted.xlsx", "wb") as out:
        msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("matkhau", out)


xlsx()
layout()
xls()
ods()
xlsb()
encrypted()
