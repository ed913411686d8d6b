"""Makes the workbooks beside it: one list of invented people in every format a roster comes in.

Needs openpyxl, xlwt, msoffcrypto-tool and LibreOffice (`soffice`). The files are committed; run this only to
change what they hold.
"""
import datetime
import io
import pathlib
import subprocess

import msoffcrypto.format.ooxml
import openpyxl
import xlwt

import biff12

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
    sheets = [("Danh sách", 0, ROWS, MERGES, [], []), ("Ẩn", 1, HIDDEN, [], [], []), ("Sheet3", 0, [], [], [], [])]
    biff12.write(HERE / "list.xlsb", sheets)


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
