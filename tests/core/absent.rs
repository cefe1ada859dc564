//! What is said of people who were absent or failed, in which columns, and what is harmless.

use testamur::import::says_absent_or_failed;

#[test]
fn who_was_absent_or_failed_is_told_in_many_languages() {
    for cell in [
        "absent",
        "No-show",
        "FAILED",
        "nicht bestanden",
        "Échoué",
        "ausente",
        "راسب",
        "缺席",
        "не сдал",
        "no pass",
        "5 (failed)",
        "Absent - sick",
        "abs.",
        "fehlte",
        "fehlte krank",
        "did not show up",
        "Fail: 34/100",
        "缺席（生病）",
        "absent/excused",
        "didn't attend",
        "No, absent",
        "nieobecna",
        "frånvarande",
        "अनुपस्थित",
        "ไม่ผ่าน",
        "결석",
        "Warteliste",
        "on waiting list",
        "Liste d'attente",
        "excused",
        "Éliminée",
    ] {
        for header in ["Status", "Result", "Remark", "Bemerkungen", "Role", "Term", "Attended", "备注"] {
            assert!(says_absent_or_failed(header, cell), "{header}: {cell}");
        }
        assert!(!says_absent_or_failed("City", cell) && !says_absent_or_failed("Title", cell), "{cell}");
    }
}

#[test]
fn a_column_that_asks_yes_or_no_says_it_by_no_a_cross_a_dash_or_nothing() {
    for header in [
        "Passed",
        "Attended",
        "Completed",
        "Bestanden",
        "Présent",
        "Passed?",
        "Attended (yes/no)",
        "Has passed the exam",
        "Anwesenheit",
        "Attendance %",
        "Completed day 2",
        "出席",
        "присутствие",
        "Aanwezig",
    ] {
        for cell in
            ["✗", "✘", "❌", "☐", "0", "-", "—", "no", "N", "false", "0%", "0 %", "0.0", "0/5", "0 of 5", "nein", "нет"]
        {
            assert!(says_absent_or_failed(header, cell), "{header}: {cell}");
        }
        for cell in ["", "x", "X", "1", "yes", "100%", "10", "0.5", "5/5", "ja", "✓", "✔", "present", "da"] {
            assert!(!says_absent_or_failed(header, cell), "{header}: {cell}");
        }
    }
    for header in ["Absent", "Failed", "No-show?", "Abwesend", "Withdrawn (y/n)"] {
        assert!(says_absent_or_failed(header, "x") && says_absent_or_failed(header, "Yes"), "{header}");
        assert!(!says_absent_or_failed(header, "no") && !says_absent_or_failed(header, "-"), "{header}");
    }
    assert!(says_absent_or_failed("Status", "Nein") && !says_absent_or_failed("Result", "N"));
}

#[test]
fn what_is_harmless_is_not_asked_about() {
    for cell in [
        "",
        "passed",
        "present",
        "A",
        "87",
        "never absent",
        "0",
        "-",
        "merit",
        "Pass",
        "did not fail",
        "didn't fail",
        "未缺席",
    ] {
        assert!(!says_absent_or_failed("Status", cell) && !says_absent_or_failed("Result", cell), "{cell}");
    }
    for cell in ["Absent-minded professor", "no", "-", "0", "F", "Speaker", "in absentia", "Fall 2026"] {
        assert!(!says_absent_or_failed("Role", cell) && !says_absent_or_failed("Remarks", cell), "{cell}");
    }
    for header in ["Present address", "Passport", "Completed by", "Attended by", "Pass number", "No", "Title"] {
        assert!(!says_absent_or_failed(header, "-") && !says_absent_or_failed(header, "no"), "{header}");
    }
    let story = "She was absent on the first day, made up for it later and passed with distinction.";
    assert!(!says_absent_or_failed("Remark", story));
}

#[test]
fn a_header_of_which_one_word_means_a_result_is_looked_at() {
    for header in [
        "Final result",
        "Exam result",
        "Course result",
        "Test result",
        "Endergebnis",
        "Prüfungsergebnis",
        "Ergebnis Prüfung",
        "Abschlussnote",
        "Résultat final",
        "Verdict",
        "Decision",
        "Assessment",
        "P/F",
        "Workshop attendance (hours)",
    ] {
        for cell in ["failed", "F", "rejected", "Expelled", "not complete", "not completed", "did not attend"] {
            assert!(says_absent_or_failed(header, cell), "{header}: {cell}");
        }
        assert!(!says_absent_or_failed(header, "passed") && !says_absent_or_failed(header, "87"), "{header}");
    }
    for header in ["Group", "Day 1", "City", "Attendee company", "Level of education", "Expires"] {
        assert!(!says_absent_or_failed(header, "failed") && !says_absent_or_failed(header, "F"), "{header}");
    }
}
