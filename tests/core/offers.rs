//! What is offered about a list and needs no answer: names in an unusual case, addresses with a slip; and rows without a name.

use testamur::import::*;

fn list(text: &str, held: &Held) -> Vec<RowOutcome> {
    let table = read_table("list", text.as_bytes(), &Limits::default()).unwrap();
    let columns = Columns::find(&table, &Mapping::default()).unwrap();
    let checks = Checks { held, ..Checks::at("2026-05-01T00:00:00Z".parse().unwrap()) };
    let mut rows = check_rows(&table, &columns, &checks);
    settle_duplicates(&mut rows);
    rows
}

fn names(rows: &[RowOutcome]) -> Vec<&str> {
    rows.iter().filter_map(|row| Some(&row.participant.as_ref()?.name[..])).collect()
}

const CASES: &str = "First name,Last name,Email\nhans,MÜLLER,h@example.org\nSiobhán,O'Neill,s@example.org\n\
                     joão,ferreira da silva,j@example.org\nJEAN-PIERRE,DUPONT,d@example.org\nbell,hooks,b@example.org\n";

#[test]
fn names_in_an_unusual_case_are_warned_of_and_written_otherwise_only_where_somebody_says_so() {
    let rows = list(CASES, &Held::default());
    assert_eq!(
        names(&rows),
        ["hans MÜLLER", "Siobhán O'Neill", "joão ferreira da silva", "JEAN-PIERRE DUPONT", "bell hooks"]
    );
    assert!(asked_rows(&rows).is_none() && rows.iter().all(|row| row.severity() <= Some(Severity::Warning)));
    let codes: Vec<Vec<Code>> = rows.iter().map(|row| row.findings.iter().map(|one| one.code).collect()).collect();
    let (case, capitals) = (vec![Code::NameCase], vec![Code::AllCapitals]);
    assert_eq!(codes, [case.clone(), vec![], case.clone(), capitals, case]);
    assert_eq!(rows[0].findings[0].reason, "`hans MÜLLER` is in an unusual case; is `Hans Müller` meant?");
    let offered = offers(&rows);
    assert_eq!(
        (offered.len(), &offered[0].about[..], &offered[0].choices[0].answer[..]),
        (1, "name_case", "name_case=all")
    );
    let likely: Vec<(u64, &str)> =
        offered[0].rows.iter().map(|row| (row.line, row.likely.as_deref().unwrap_or_default())).collect();
    assert_eq!(
        likely,
        [(2, "Hans Müller"), (4, "João Ferreira da Silva"), (5, "Jean-Pierre Dupont"), (6, "Bell Hooks")]
    );

    // Some are written so, and one is confirmed as it stands there.
    let held = Held { cased: "2,5".parse().unwrap(), confirmed: "6".parse().unwrap(), ..Held::default() };
    let rows = list(CASES, &held);
    assert_eq!(
        names(&rows),
        ["Hans Müller", "Siobhán O'Neill", "joão ferreira da silva", "Jean-Pierre Dupont", "bell hooks"]
    );
    assert_eq!(offers(&rows)[0].rows.len(), 1);
    assert!(rows[4].findings.is_empty(), "{:?}", rows[4].findings);
    assert_eq!((rows[0].findings[0].code, &rows[0].taken[..]), (Code::Answered, &[Offered::NameCase][..]));
    let all = Held { cased: "all".parse().unwrap(), ..Held::default() };
    assert!(offers(&list(CASES, &all)).is_empty());
}

#[test]
fn a_later_row_turns_no_good_name_into_a_worse_one() {
    for (first, second, kept) in [
        ("Lars Hansen", "Lars HANSEN", "Lars Hansen"),
        ("Lars HANSEN", "Lars Hansen", "Lars Hansen"),
        ("lars hansen", "LARS HANSEN", "LARS HANSEN"),
        ("Lars Hansen", "Lars Hänsen", "Lars Hänsen"),
    ] {
        let rows = list(&format!("Name,Email\n{first},l@example.org\n{second},L@example.org\n"), &Held::default());
        assert_eq!(names(&rows), [kept], "{first} {second}");
        let told = rows[1].findings.iter().any(|finding| finding.reason.contains("differs by case only"));
        assert_eq!(told, first == "Lars Hansen" && kept == first, "{first} {second}");
    }
}

#[test]
fn an_address_with_a_slip_is_read_as_is_likely_only_where_somebody_says_so() {
    let text =
        "Name,Email\nAda Lovelace,person 11@example.org\nEmily Brown,\"emily.brown@example,org\"\nBo Holm,none\n";
    let addresses = |held: &Held| -> Vec<Option<String>> {
        list(text, held).into_iter().map(|row| row.participant.unwrap().email).collect()
    };
    assert_eq!(addresses(&Held::default()), [None, None, None]);
    let offered = offers(&list(text, &Held::default()));
    assert_eq!((&offered[0].about[..], offered[0].rows.len()), ("likely_email", 2));
    let all = Held { emails: "all".parse().unwrap(), ..Held::default() };
    let meant = |address: &str| Some(address.to_owned());
    assert_eq!(addresses(&all), [meant("person11@example.org"), meant("emily.brown@example.org"), None]);
    let one = Held { emails: "3".parse().unwrap(), ..Held::default() };
    assert_eq!(addresses(&one), [None, meant("emily.brown@example.org"), None]);
}

#[test]
fn a_row_of_totals_without_a_name_has_one_verdict() {
    let text = "No.;Surname;First name;Email;Points\n1;Lim;Ana;a@example.org;10\n2;Holm;Bo;b@example.org;20\n\
                3;Ng;Cy;c@example.org;30\nGroup B;;;;\nTotal;;;3 participants;60\n4;;Di;d@example.org;40\n;;;e@example.org;50\n";
    let rows = list(text, &Held::default());
    let found = |at: usize| -> Vec<(Code, &str)> {
        rows[at].findings.iter().map(|finding| (finding.code, finding.reason.as_str())).collect()
    };
    assert_eq!(found(3), [(Code::NoPerson, "`Group B`: a heading or a footnote, which names nobody")]);
    assert_eq!(found(4), [(Code::NoPerson, "`Total`: the row adds up others, and names nobody")]);
    assert_eq!(found(6), [(Code::NameMissing, "the name is empty")]);
    assert_eq!(summarise(&rows).errors, 3);
}
