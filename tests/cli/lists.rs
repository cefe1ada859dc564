//! Lists of people on the command line: who is who, what is signed, what is only kept, until when certificates are valid.

use std::fs;

use serde_json::Value;
use testamur::proof::jws::Jws;
use testamur::reading;

use crate::issuer::{EVENT, Issuer, Ran, THREE, text};

/// Imports a list with options.
fn import(issuer: &Issuer, csv: &str, options: &[&str]) -> Ran {
    fs::write(issuer.path("people.csv"), csv).unwrap();
    issuer.run(&[&["import", EVENT, "PEOPLE"], options].concat())
}

fn regenerate(issuer: &Issuer, number: &str, options: &[&str]) -> Ran {
    issuer.run(&[&["regenerate", number, "--reason", "corrected"], options].concat())
}

/// Returns the credential of a certificate.
pub(crate) fn credential(issuer: &Issuer, number: &str) -> Value {
    issuer.run(&["certificates", "render", number, "--format", "jwt", "--out", "OUT"]).expect(0);
    let jws = fs::read_to_string(issuer.file(number, "jwt")).unwrap();
    serde_json::from_slice(&Jws::parse(jws.trim(), 100_000).unwrap().payload).unwrap()
}

/// Returns the text of a certificate's page.
fn page(issuer: &Issuer, number: &str) -> String {
    issuer.run(&["certificates", "render", number, "--format", "pdf", "--out", "OUT"]).expect(0);
    reading::read(&fs::read(issuer.file(number, "pdf")).unwrap()).unwrap().printed.unwrap()
}

fn recipients(issuer: &Issuer) -> Vec<String> {
    let rows = issuer.run(&["certificates", "list", "--json"]).expect(0).rows();
    rows.iter().map(|row| text(row, "recipient")).collect()
}

const SHARED: &str = "Name,Email\nAnna Berg,info@firm.example\nKarl Berg,info@firm.example\n";

#[test]
fn two_people_of_one_mailbox_are_asked_about_and_both_get_certificates() {
    let issuer = Issuer::new();
    let ran = import(&issuer, SHARED, &["--report", issuer.path("bad.csv").to_str().unwrap()]).expect(1);
    let ran =
        ran.prints("line 3  error    email: `Karl Berg` has the address of `Anna Berg` in line 2").prints("1 added");
    ran.prints("with `--same-address two-people` or `--same-address same-person`");
    let report = issuer.path("bad.csv");
    assert!(fs::read_to_string(&report).unwrap().contains("`--same-address two-people`"));
    let ran = issuer.run(&["import", EVENT, report.to_str().unwrap(), "--same-address", "two-people"]).expect(0);
    ran.prints("1 added");
    // The whole list again asks nothing any more.
    import(&issuer, SHARED, &[]).expect(0).prints("0 added, 0 updated, 2 unchanged");
    issuer.run(&["issue", EVENT, "--only", "info@firm.example"]).refuses("several people in event `MAPS` go by");
    issuer.run(&["issue", EVENT, "--only", "Karl Berg"]).expect(0).prints("1 issued");
    issuer.run(&["issue", EVENT]).expect(0).prints("1 issued");
    assert_eq!(recipients(&issuer), ["Karl Berg", "Anna Berg"]);
}

#[test]
fn a_corrected_name_is_taken_when_it_is_said_to_be_the_same_person() {
    let issuer = Issuer::with("Name,Email\nAda Lovelase,ada@example.org\n");
    let corrected = "Name,Email\nAda Lovelace,ada@example.org\n";
    let ran = import(&issuer, corrected, &["--duplicates", "update"]).expect(1);
    ran.prints("`Ada Lovelace` has the address of `Ada Lovelase`, who is in the event already").prints("0 updated");
    import(&issuer, corrected, &["--duplicates", "update", "--same-address", "same-person"])
        .expect(0)
        .prints("1 updated");
    issuer.run(&["issue", EVENT]).expect(0).prints("1 issued");
    assert_eq!(recipients(&issuer), ["Ada Lovelace"]);
}

#[test]
fn two_of_one_name_without_addresses_are_asked_about() {
    let issuer = Issuer::new();
    let list = "Name,City\nJohn Smith,Bonn\nJohn Smith,Cork\n";
    import(&issuer, list, &[]).expect(1).prints("`John Smith` may be `John Smith` in line 2").prints("1 added");
    import(&issuer, list, &["--same-name", "two-people"]).expect(0).prints("1 added");
    import(&issuer, list, &[]).expect(0).prints("2 unchanged");
    issuer.run(&["issue", EVENT]).expect(0).prints("2 issued");
}

#[test]
fn one_mailbox_in_two_forms_gets_one_certificate() {
    let issuer = Issuer::new();
    let list = "Name,E-mail\nAnna Muster,user@bücher.example\nAnna Muster,user@xn--bcher-kva.example\n\
                Jürgen Muster,jürgen@hop.example.net\nJürgen Muster,ju\u{308}rgen@hop.example.net\n\
                Eva Muster,Eva@Hop.example.net\nEva Muster,eva@hop.EXAMPLE.net\nZoe Muster,x@１２.example\nZoe Muster,x@12.example\n";
    import(&issuer, list, &[]).expect(0).prints("4 added");
    issuer.run(&["issue", EVENT]).expect(0).prints("4 issued");
}

#[test]
fn the_last_day_is_signed_printed_and_checked_and_the_earlier_one_counts() {
    let issuer = Issuer::new();
    let list = "Name,Email,Language,Expires,Result\nJana Kurz,jana@example.org,de,2027-03-31,85%\nLéa Roy,lea@example.org,fr,31/03/2027,B+\n";
    let ran = import(&issuer, list, &[]).expect(0).prints("column `Expires` is the expires");
    ran.prints("column `Result` is kept, and neither signed nor printed");
    let garbage = "Name,Expires\nBad One,5/1/27\nBad Two,never\nBad Three,46508\nBad Four,2020-01-01\n";
    let ran = import(&issuer, garbage, &[]).expect(1).prints("4 with errors").prints("0 added");
    ran.prints("`5/1/27` can be read as more than one date").prints("`never` is not a date").prints("is over");
    issuer.run(&["event", "update", EVENT, "--expires-after", "3y"]).expect(0);
    import(&issuer, "Name,Expires\nLate One,2040-01-01\nNone Said,\n", &[]).expect(0);
    issuer.run(&["issue", EVENT, "--out", "OUT", "--format", "pdf,jwt"]).expect(0).prints("4 issued");
    let until = |number: &str| credential(&issuer, number)["validUntil"].as_str().unwrap_or_default().to_owned();
    let ends: Vec<String> = issuer.numbers().iter().map(|number| until(number)).collect();
    let event = "2029-03-01T23:59:59Z";
    assert_eq!(ends, ["2027-03-31T23:59:59Z", "2027-03-31T23:59:59Z", event, event]);
    assert!(page(&issuer, "CERT-MAPS-2026-00001").contains("2027"), "{}", page(&issuer, "CERT-MAPS-2026-00001"));
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    let file = issuer.file("CERT-MAPS-2026-00001", "pdf");
    assert_eq!(issuer.verdict(&file, "2026-03-02"), "valid");
    assert_eq!(issuer.verdict(&file, "2027-04-01T00:00:00Z"), "expired");
    // A correction is held to the same.
    let set = |value: &str| regenerate(&issuer, "CERT-MAPS-2026-00001", &["--set", &format!("expires={value}")]);
    set("soon").expect(3).warns("`expires` holds `soon`");
    set("2027-05-01").expect(0);
    assert_eq!(until("CERT-MAPS-2026-00001"), "2027-05-01T23:59:59Z");
}

#[test]
fn a_result_is_signed_and_printed_only_after_it_was_confirmed() {
    let issuer = Issuer::new();
    let list = "name,email,score,city,seat\nAda,ada@example.org,87,Bonn,4\n";
    let ran = import(&issuer, list, &[]).expect(0).prints("column `score` is kept, and neither signed nor printed");
    let ran = ran.prints("event update MAPS --publish-results");
    ran.prints("columns `city`, `seat` are kept, and are on no certificate");
    issuer.run(&["issue", EVENT]).expect(0).prints("1 issued");
    let number = "CERT-MAPS-2026-00001";
    assert!(credential(&issuer, number)["credentialSubject"]["result"].is_null());
    issuer.run(&["event", "show", EVENT]).expect(0).prints("kept, and not signed");
    issuer.run(&["event", "update", EVENT, "--publish-results"]).expect(0).prints("is changed: results");
    let ran = import(&issuer, list, &[]).expect(0).prints("column `score` is the result");
    assert!(!ran.stdout.contains("neither signed"), "{}", ran.stdout);
    // What was issued before says it when it is made anew.
    regenerate(&issuer, number, &[]).expect(0);
    assert_eq!(credential(&issuer, number)["credentialSubject"]["result"][0]["value"], "87");
    issuer.run(&["event", "update", EVENT, "--publish-results=no"]).expect(0);
    regenerate(&issuer, number, &[]).expect(0);
    assert!(credential(&issuer, number)["credentialSubject"]["result"].is_null());
    issuer.run(&["event", "create", "OPEN", "--title", "Open", "--template", "classic", "--publish-results"]).expect(0);
    issuer.run(&["event", "show", "OPEN"]).expect(0).prints("signed, for everybody to read");
}

#[test]
fn who_was_absent_or_failed_gets_no_certificate_without_an_answer() {
    let issuer = Issuer::new();
    let list = "Name,Status\nAda,passed\nBob,absent\nEve,Nicht bestanden\n";
    import(&issuer, list, &[]).expect(1).prints("2 with errors").prints("`absent`: were they absent").prints("1 added");
    import(&issuer, list, &["--absent", "leave-out"]).expect(0).prints("2 with warnings").prints("0 added");
    import(&issuer, list, &["--absent", "take"]).expect(0).prints("2 added");
}

#[test]
fn every_column_that_is_announced_is_used() {
    let issuer = Issuer::new();
    issuer.run(&["event", "update", EVENT, "--publish-results", "--starts", "2026-02-02"]).expect(0);
    let header = "Name,Email,Language,Credits,Result,Role,Expires,Term";
    let list = format!(
        "{header}\nAda Lovelace,ada@example.org,de,4.5,merit,Speaker,2027-03-31,Spring 2026\nBob Bare,,,,,,,\n"
    );
    let ran = import(&issuer, &list, &[]).expect(0);
    issuer.run(&["issue", EVENT]).expect(0).prints("2 issued");
    let numbers = issuer.numbers();
    let (all, bare) = (credential(&issuer, &numbers[0]), credential(&issuer, &numbers[1]));
    let listed = issuer.run(&["certificates", "list", "--json"]).expect(0).rows();
    let (german, plain) = (page(&issuer, &numbers[0]), page(&issuer, &numbers[1]));
    for header in header.split(',') {
        assert!(ran.stdout.contains(&format!("column `{header}` is the {}", header.to_lowercase())), "{}", ran.stdout);
        let (said, unsaid) = (&all["credentialSubject"], &bare["credentialSubject"]);
        let used = match header {
            "Name" => said["identifier"][0]["identityHash"] == "Ada Lovelace",
            "Email" => listed[0]["email"] == "ada@example.org" && listed[1]["email"].is_null(),
            // The template has no other language: of whom it would have been, that is told. Its dates are in its own.
            "Language" => ran.stderr.contains("1 person has the language `de`") && !german.contains("März"),
            "Credits" => said["creditsEarned"] == 4.5 && unsaid["creditsEarned"].is_null(),
            "Result" => said["result"][0]["value"] == "merit" && unsaid["result"].is_null(),
            "Role" => said["role"] == "Speaker" && unsaid["role"].is_null(),
            "Expires" => all["validUntil"] == "2027-03-31T23:59:59Z" && bare["validUntil"].is_null(),
            "Term" => said["term"] == "Spring 2026" && unsaid["term"].is_null(),
            other => panic!("{other}"),
        };
        assert!(used, "{header}: {all}\n{german}\n{plain}");
    }
    // The parts of a name.
    import(&issuer, "First Name,Last Name\nGrace,Hopper\n", &[]).expect(0);
    issuer.run(&["issue", EVENT]).expect(0).prints("1 issued");
    assert!(recipients(&issuer).contains(&"Grace Hopper".to_owned()));
    assert_eq!(header.split(',').count() + 4, testamur::import::Meaning::ALL.len());
}

#[test]
fn titles_and_names_of_issuers_have_the_letters_of_names() {
    let issuer = Issuer::new();
    let turned = "Maps \u{202e}spaM";
    for option in ["--title", "--description", "--criteria", "--achievement-type"] {
        let ran = issuer.run(&["event", "update", EVENT, option, turned]).expect(2).warns("U+202E");
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    }
    issuer.run(&["event", "create", "B", "--title", turned, "--template", "classic"]).expect(2).warns("U+202E");
    issuer.run(&["event", "update", EVENT, "--signatory", "Jane\u{202e}eoD; Director"]).expect(2).warns("U+202E");
    issuer.run(&["event", "update", EVENT, "--description", "two\nlines"]).expect(0);
    let other = Issuer::none();
    other.run(&["init", "--issuer", "Example\u{202e}ymedacA", "--domain", "a.example"]).expect(2).warns("U+202E");
    import(&issuer, "name\nAda\n", &[]).expect(0);
    issuer.run(&["issue", EVENT]).expect(0);
    let set = |column: &str| regenerate(&issuer, "CERT-MAPS-2026-00001", &["--set", &format!("{column}=A\u{202e}B")]);
    set("name").expect(3).warns("U+202E");
    set("role").expect(2).warns("printable characters");
}

#[test]
fn who_was_absent_is_asked_about_in_every_column_that_says_so() {
    let issuer = Issuer::new();
    for (header, cell) in [
        ("Result", "no pass"),
        ("Result", "5 (failed)"),
        ("Status", "Absent - sick"),
        ("Attendance", "0%"),
        ("Status", "abs."),
        ("Bemerkung", "fehlte"),
        ("Passed", "✗"),
        ("Attended", "✘"),
        ("Passed?", "0"),
        ("Bestanden", "-"),
        ("Présent", "non"),
        ("Completed", "false"),
        ("Role", "absent"),
        ("Term", "failed"),
        ("Remark", "no-show"),
    ] {
        let ran = import(&issuer, &format!("Name,{header}\nBob,{cell}\n"), &[]).expect(1).prints("0 added");
        ran.prints("`--absent take` or `--absent leave-out`");
    }
    let harmless = "Name,Role,Title,Remark\nEve,Absent-minded professor,Failed states,-\n";
    import(&issuer, harmless, &[]).expect(0).prints("1 added");
    let help = issuer.run(&["import", "--help"]).expect(0);
    help.prints("no-show").prints("Bestanden").prints("(clear)");
}

#[test]
fn all_questions_about_a_list_come_together_and_who_was_kept_is_named() {
    let issuer = Issuer::with("Name,Email,City\nAnna Berg,info@firm.example,Bonn\nEve,eve@example.org,Cork\n");
    let list = "Name,Email,City,Status\nKarl Berg,info@firm.example,Bonn,absent\nEve,eve@example.org,Rome,\n";
    let ran = import(&issuer, list, &[]).expect(1).prints("`absent`: were they absent");
    let ran = ran.prints("`Karl Berg` has the address of `Anna Berg`").prints("1 known and kept");
    ran.prints("line 3  kept     `Eve` is known; the row says something else");
    let both = ["--absent", "take", "--same-address", "two-people", "--duplicates", "update"];
    import(&issuer, list, &both).expect(0).prints("1 added, 1 updated");
    issuer.run(&["people", "list", EVENT, "--fields"]).expect(0).prints("city").prints("Rome");
    // A list of names alone is about nobody who is known with an address, until that is said.
    import(&issuer, "Name,City\nEve,Oslo\n", &["--duplicates", "update"]).expect(1).prints("`--same-name two-people`");
    issuer.run(&["people", "list", EVENT, "--fields"]).expect(0).prints("Rome");
}

#[test]
fn an_empty_cell_takes_nothing_away_and_a_header_is_corrected_as_it_is_imported() {
    let issuer = Issuer::with("Name,Email,Expires\nAda,ada@example.org,2027-03-31\n");
    let again = |cell: &str| {
        let list = format!("Name,Email,Expires\nAda,ada@example.org,{cell}\n");
        import(&issuer, &list, &["--duplicates", "update"]).expect(0)
    };
    again("").prints("1 unchanged");
    let ran = issuer.run(&["issue", EVENT, "--dry-run"]).expect(0).prints("would get one  Ada <ada@example.org>");
    ran.prints("1 would get a certificate");
    let rows = issuer.run(&["issue", EVENT, "--dry-run", "--json"]).expect(0).rows();
    assert_eq!((&rows[0]["outcome"], &rows[0]["name"]), (&"would_issue".into(), &"Ada".into()));
    issuer.run(&["issue", EVENT]).expect(0).prints("1 issued");
    let number = "CERT-MAPS-2026-00001";
    assert_eq!(credential(&issuer, number)["validUntil"], "2027-03-31T23:59:59Z");
    for (header, day) in [("Expires", "2027-05-01"), ("Valid until", "2027-06-01"), ("GÜLTIG BIS", "2027-07-01")] {
        regenerate(&issuer, number, &["--set", &format!("{header}={day}")]).expect(0);
        assert_eq!(credential(&issuer, number)["validUntil"], format!("{day}T23:59:59Z"));
    }
    again("(clear)").prints("1 updated");
    regenerate(&issuer, number, &[]).expect(0);
    assert!(credential(&issuer, number)["validUntil"].is_null());
}

#[test]
fn a_second_list_without_addresses_overwrites_nobody_of_whom_another_birthday_or_company_is_known() {
    for (header, one, other) in
        [("Date of birth", "1990-01-01", "1971-05-05"), ("Company", "X", "Y"), ("Firma", "Berg AG", "Tal GmbH")]
    {
        let issuer = Issuer::with(&format!("Name,{header},Credits\nAnn Lee,{one},5\n"));
        let second = format!("Name,{header},Credits\nAnn Lee,{other},2\n");
        for duplicates in ["skip", "update"] {
            let ran = import(&issuer, &second, &["--duplicates", duplicates]).expect(1).prints("0 added, 0 updated");
            ran.prints("`Ann Lee`, who is in the event already, with another").prints("`--same-name two-people`");
        }
        import(&issuer, &second, &["--same-name", "two-people"]).expect(0).prints("1 added");
        import(&issuer, &second, &[]).expect(0).prints("1 unchanged");
    }
    // One who is said to be the same, and one of whom nothing says otherwise.
    let issuer = Issuer::with("Name,Date of birth,Credits,Remarks\nAnn Lee,1990-01-01,5,early\n");
    let update = ["--duplicates", "update"];
    let same = "Name,Date of birth,Credits,Remarks,Course date\nAnn Lee,01.01.1990,6,late,2026-02-02\n";
    import(&issuer, same, &update).expect(0).prints("1 updated");
    let other = "Name,Date of birth\nAnn Lee,1990-01-02\n";
    import(&issuer, other, &["--duplicates", "update", "--same-name", "same-person"]).expect(0).prints("1 updated");
}

#[test]
fn a_left_out_row_takes_nobody_out_of_the_event_and_says_so() {
    let issuer = Issuer::with("Name,Email\nAnn Lee,ann@example.org\nBob Ray,\nEve,eve@example.org\n");
    issuer.run(&["issue", EVENT, "--only", "Eve"]).expect(0).prints("1 issued");
    let list = "Name,Email,Result\nAnn Lee,ann@example.org,failed\nBob Ray,,failed\nEve,eve@example.org,failed\nNew,n@example.org,failed\n";
    let ran = import(&issuer, list, &["--absent", "leave-out"]).expect(0).prints("0 added");
    let ran = ran.prints("`Ann Lee` is in the event already, and would get a certificate");
    let ran = ran.prints("`Bob Ray` is in the event already").prints("exclude them, or delete them from the event");
    assert!(!ran.stdout.contains("`Eve` is in") && !ran.stdout.contains("`New` is in"), "{}", ran.stdout);
}

#[test]
fn of_a_good_row_and_an_absent_one_about_the_same_person_the_later_counts() {
    let leave_out = ["--absent", "leave-out"];
    let list = |first: &str, second: &str| {
        format!("Name,Email,Result\nAnn Lee,ann@example.org,{first}\nANN LEE,Ann@example.org,{second}\n")
    };
    let ran = import(&Issuer::new(), &list("passed", "failed"), &leave_out).expect(0).prints("0 added");
    ran.prints("the same person is again in line 3, which counts: it is left out");
    import(&Issuer::new(), &list("failed", "passed"), &leave_out).expect(0).prints("1 added");
    // By a name alone, or an address alone, it is asked.
    for (list, option) in [
        ("Name,Result\nAnn Lee,passed\nAnn Lee,failed\n", "--same-name"),
        ("Name,Email,Result\nAnn Lee,a@x.example,passed\nAnna Lee,a@x.example,failed\n", "--same-address"),
    ] {
        let issuer = Issuer::new();
        let ran = import(&issuer, list, &leave_out).expect(1).prints("0 added").prints("who is left out in line 3");
        ran.prints(&format!("`{option} two-people`"));
        let answer = |answer: &str| import(&issuer, list, &[&leave_out[..], &[option, answer]].concat()).expect(0);
        answer("same-person").prints("0 added");
        answer("two-people").prints("1 added");
    }
}

#[test]
fn of_several_last_days_the_earliest_counts() {
    let issuer = Issuer::new();
    let list = "Name,Expires on,Expires,Valid until\nAda,2026-12-31,2027-12-31,\nBob,2028-12-31,,2027-06-30\n";
    import(&issuer, list, &[]).expect(0).prints("column `Expires on` is the expires");
    import(&issuer, "Name,Expires on,Expires\nEve,soon,2027-12-31\n", &[]).expect(1).prints("`soon` is not a date");
    let said = "Name,Expires on,Expires\nTom,2026-12-31,2027-12-31\n";
    import(&issuer, said, &["--map", "expires=Expires"]).expect(0);
    issuer.run(&["issue", EVENT]).expect(0).prints("3 issued");
    let until = |number: &String| credential(&issuer, number)["validUntil"].as_str().unwrap()[..10].to_owned();
    assert_eq!(issuer.numbers().iter().map(until).collect::<Vec<_>>(), ["2026-12-31", "2027-06-30", "2027-12-31"]);
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_anything_is_taken_in() {
    let issuer = Issuer::new();
    fs::write(issuer.path("people.csv"), THREE).unwrap();
    let nowhere = issuer.path("no/such/folder/bad.csv");
    issuer.run(&["import", EVENT, "PEOPLE", "--report", nowhere.to_str().unwrap()]).refuses("bad.csv");
    assert_eq!(issuer.run(&["people", "list", EVENT, "--json"]).expect(0).rows().len(), 0);
}
