//! Formats, and what cells of them show: mostly as Excel shows them, and the libraries numfmt and SheetJS where these agree with it.

use super::*;

fn shown(format: &str, number: f64) -> Shown {
    Format::new(format, None).number(number, false)
}

#[test]
fn numbers_are_shown_as_their_cell_shows_them() {
    for (format, number, text, plain) in [
        ("0%", 0.85, "85%", "85"),
        ("0%", 1.0, "100%", "100"),
        ("0%", 0.925, "93%", "93"),
        ("0.0%", 0.925, "92.5%", "92.5"),
        ("0.00%", 0.0, "0.00%", "0.00"),
        ("0 %", 0.5, "50 %", "50"),
        ("00000", 417.0, "00417", "417"),
        ("00000", 90210.0, "90210", "90210"),
        ("0", 7.0, "7", "7"),
        ("0", 6.5, "7", "7"),
        ("0.0", 4.0, "4.0", "4.0"),
        ("0.00", 2.675, "2.68", "2.68"),
        ("0.0\" pts\"", 17.5, "17.5 pts", "17.5"),
        ("\"Level \"0", 2.0, "Level 2", "2"),
        ("\"+\"0", 441234567890.0, "+441234567890", "441234567890"),
        ("#,##0.00 \"€\"", 1234.5, "1,234.50 €", "1234.50"),
        ("#,##0", 1234567.0, "1,234,567", "1234567"),
        ("#,##0", 999.0, "999", "999"),
        ("[$€-407] #,##0.00", 1234.5, "€ 1,234.50", "1234.50"),
        ("000\\-00\\-0000", 123456789.0, "123-45-6789", "123456789"),
        ("0.##", 1.5, "1.5", "1.5"),
        ("0.##", 1.0, "1.", "1"),
        ("#.##", 0.25, ".25", "0.25"),
        ("0;(0)", -5.0, "(5)", "-5"),
        ("0.0", -5.25, "-5.3", "-5.3"),
        ("0;-0;\"none \"0", 0.0, "none 0", "0"),
        ("_(* #,##0.00_);_(* (#,##0.00)", 1234.0, "1,234.00", "1234.00"),
        ("[Red]0", 3.0, "3", "3"),
        ("0", 9.999, "10", "10"),
        ("0.0", 0.04, "0.0", "0.0"),
        ("0.00", 1e-7, "0.00", "0.00"),
        // Thousands left away, exponents, fractions, conditions, words.
        ("0,", 12345.0, "12", "12345"),
        ("0.0,\"k\"", 12345.0, "12.3k", "12345"),
        ("#,##0,,", 1.5e9, "1,500", "1500000000"),
        ("0.00E+00", 1.234e19, "1.23E+19", "12340000000000000000"),
        ("0.00E+00", 0.000123, "1.23E-04", "0.000123"),
        ("0.0E+0", 9.99, "1.0E+1", "9.99"),
        ("##0.0E+0", 12345.0, "12.3E+3", "12345"),
        ("0E-0", 1500.0, "2E3", "1500"),
        ("# ?/?", 1.5, "1 1/2", "1.5"),
        ("# ?/?", 0.3333, "1/3", "0.3333"),
        ("# ??/??", 5.0, "5", "5"),
        ("?/?", 1.5, "3/2", "1.5"),
        ("# ?/4", 2.75, "2 3/4", "2.75"),
        ("# ??/100", 0.255, "26/100", "0.255"),
        ("# ?/?", -1.5, "-1 1/2", "-1.5"),
        ("# ?/?", 0.999, "1", "0.999"),
        ("[>=60]\"passed\";\"failed\"", 60.0, "passed", "60"),
        ("[>=60]\"passed\";\"failed\"", 59.0, "failed", "59"),
        ("[<1]0.00;[<10]0.0;0", 4.24159, "4.2", "4.2"),
        ("[<1]0.00;[<10]0.0;0", 31.4159, "31", "31"),
        ("[<0]\"minus \"0;0", -4.0, "minus 4", "-4"),
        ("\"yes\";;\"no\"", 1.0, "yes", "1"),
        ("\"yes\";;\"no\"", 0.0, "no", "0"),
        ("General\" pts\"", 17.5, "17.5 pts", "17.5"),
        ("@", 42.0, "42", "42"),
        ("0;-0;@", -4.0, "-4", "-4"),
    ] {
        let shown = shown(format, number);
        assert_eq!((&shown.text[..], &shown.plain[..], shown.unsure), (text, plain, None), "{format} {number}");
    }
}

#[test]
fn numbers_without_a_format_are_shown_as_excel_does_where_there_is_room() {
    for (number, text, unsure) in [
        (87.0, "87", None),
        (0.1 + 0.2, "0.3", None),
        (200.0 / 3.0, "66.66666667", None),
        (1234.567890123, "1234.56789", None),
        (1234567.5, "1234567.5", None),
        (-0.25, "-0.25", None),
        (0.000123456789, "0.000123457", None),
        (0.00001, "0.00001", None),
        (0.00000123456789, "1.23457E-06", None),
        (12345678901.0, "12345678901", None),
        (12345678901.6, "12345678902", None),
        (123456789012.5, "1.23457E+11", None),
        (441234567890.0, "441234567890", Some(Unsure::Long)),
        (999999999999999.0, "999999999999999", Some(Unsure::Long)),
        (1.234567890123457e19, "1.23457E+19", Some(Unsure::Digits)),
        (-1.23e19, "-1.23E+19", Some(Unsure::Digits)),
        (4e15, "4E+15", Some(Unsure::Digits)),
        (0.0, "0", None),
    ] {
        let shown = shown("General", number);
        assert_eq!((&shown.text[..], shown.unsure), (text, unsure), "{number}");
    }
    let shown = shown("0", 1.234567890123457e19);
    assert_eq!((&shown.text[..], shown.unsure), ("12345678901234600000", Some(Unsure::Digits)));
}

#[test]
fn days_and_times_are_shown_as_their_cell_shows_them() {
    // 2026-11-20, 14:30:05.
    let day = 46346.604224537;
    for (format, number, text, plain) in [
        ("dd.mm.yyyy", 46508.0, "2027-05-01", "2027-05-01"),
        ("mm-dd-yy", 46508.0, "2027-05-01", "2027-05-01"),
        ("d/m/yy h:mm", day, "2026-11-20 14:30", "2026-11-20"),
        ("yyyy\\-mm\\-dd hh:mm:ss", 46508.0, "2027-05-01", "2027-05-01"),
        ("h:mm AM/PM dd/mm/yyyy", day, "2026-11-20 2:30 PM", "2026-11-20"),
        ("[$-409]mmm\\-yy;@", 46266.0, "Sep-26", "Sep-26"),
        ("[$-409]d\\-mmm;@", 46508.0, "1-May", "1-May"),
        ("[$-407]mmmm yyyy", 46082.0, "März 2026", "März 2026"),
        ("[$-de-DE]dddd, d. mmmm yyyy", 46082.0, "Sonntag, 1. März 2026", "2026-03-01"),
        ("[$-409]dddd, mmmm dd, yyyy", 46346.0, "Friday, November 20, 2026", "2026-11-20"),
        ("[$-409]mmmmm", 46508.0, "M", "M"),
        ("yyyy", 46508.0, "2027", "2027"),
        ("yy", 46508.0, "27", "27"),
        ("m/yyyy", 46508.0, "5/2027", "5/2027"),
        ("h:mm", 0.3784722222222222, "9:05", "9:05"),
        ("hh:mm", 0.3784722222222222, "09:05", "09:05"),
        ("h:mm AM/PM", 0.3784722222222222, "9:05 AM", "9:05 AM"),
        ("h:mm a/p", 0.75, "6:00 P", "6:00 P"),
        ("h AM/PM", 0.0, "12 AM", "12 AM"),
        ("h:mm:ss", day, "14:30:05", "14:30:05"),
        ("mm:ss", 0.0034722222222222, "05:00", "05:00"),
        ("mm:ss.0", 0.00347338, "05:00.1", "05:00.1"),
        ("[h]:mm", 1.5625, "37:30", "37:30"),
        ("[hh]:mm:ss", 1.5625, "37:30:00", "37:30:00"),
        ("[mm]", 0.0625, "90", "90"),
        ("[ss].00", 0.0001, "08.64", "08.64"),
        ("h:mm", 0.9999999, "0:00", "0:00"),
        ("h\"h \"mm", 0.0625, "1h 30", "1h 30"),
    ] {
        let shown = shown(format, number);
        assert_eq!((&shown.text[..], &shown.plain[..], shown.unsure), (text, plain, None), "{format} {number}");
    }
    let by_id = |id, code: &str, number| Format::new(code, Some(id)).number(number, false);
    assert_eq!(by_id(47, "mmss.0", 0.00347338).text, "05:00.1");
    assert_eq!(by_id(45, "mm:ss", 0.0034722222222222).text, "05:00");
    assert_eq!(by_id(30, "General", 46508.0).unsure, Some(Unsure::Format));
}

#[test]
fn a_workbook_counts_days_from_1900_or_from_1904() {
    let format = Format::new("yyyy-mm-dd", None);
    let days = |number, from_1904| format.number(number, from_1904).text;
    assert_eq!((days(45046.0, false), days(45046.0, true)), ("2023-04-30".into(), "2027-05-01".into()));
    assert_eq!(
        (days(1.0, false), days(59.0, false), days(61.0, false)),
        ("1900-01-01".into(), "1900-02-28".into(), "1900-03-01".into())
    );
    assert_eq!((days(0.0, true), days(2_958_465.0, false)), ("1904-01-01".into(), "9999-12-31".into()));
    // No day at all: 1900-01-00, 1900-02-29, below zero, past the last one.
    for (number, from_1904) in [(0.0, false), (60.0, false), (-1.0, false), (2_958_466.0, false), (2_958_465.0, true)] {
        let shown = format.number(number, from_1904);
        assert_eq!((shown.text, shown.unsure), (plain(number), Some(Unsure::Format)), "{number}");
    }
}

#[test]
fn what_cannot_be_told_is_said_and_the_plain_value_taken() {
    for format in [
        "[$-411]ggge\"年\"m\"月\"",
        "[DBNum1]0",
        "[$-1070000]d/mm/yyyy",
        "bbbb",
        "[>1]0",
        "0.0.0",
        "[$-D07041E]d mmm yyyy",
        "[Rot]0",
        "[$-th-TH-u-ca-buddhist]yyyy",
        "General 0",
        "aaaa",
    ] {
        let shown = shown(format, 0.5);
        assert_eq!((&shown.text[..], shown.unsure), ("0.5", Some(Unsure::Format)), "{format}");
    }
    for format in [";;;", "0;0;", "\"\""] {
        let shown = shown(format, 0.0);
        assert_eq!((&shown.text[..], &shown.plain[..], shown.unsure), ("", "0", Some(Unsure::Hidden)), "{format}");
    }
    assert_eq!(shown("0%", f64::NAN).unsure, Some(Unsure::Format));
    assert_eq!(
        shown("mmm-yy", 46266.0),
        Shown { text: "Sep-26".into(), plain: "Sep-26".into(), unsure: Some(Unsure::English) }
    );
    assert_eq!(shown("[$-F800]dddd, mmmm dd, yyyy", 46346.0).text, "Friday, November 20, 2026");
    assert_eq!(shown("[$-407]mmm yy", 46082.0).unsure, Some(Unsure::Words));
    assert_eq!(shown("[$-415]d mmmm yyyy", 46082.0).unsure, Some(Unsure::Words));
}

#[test]
fn texts_are_shown_as_their_cell_shows_them() {
    let text = |format: &str| Format::new(format, None).text("Ada");
    assert_eq!(text("\"Dr. \"@").unwrap().text, "Dr. Ada");
    assert_eq!(text("0;0;0;@\" (guest)\"").unwrap().text, "Ada (guest)");
    assert_eq!(text(";;;").map(|shown| (shown.text, shown.unsure)), Some((String::new(), Some(Unsure::Hidden))));
    for format in ["General", "@", "0", "dd/mm/yyyy;@", "0;-0;;@"] {
        assert_eq!(text(format), None, "{format}");
    }
}
