//! A workbook: the only place that opens or writes one.
