//! Who may see these pages, and that no form is taken that no page of the session made.

use axum::http::StatusCode;

use crate::browser::Browser;
use crate::real_door::{behind_the_real_door, invited, school_by};

/// Every page of these with the permission that it takes; `account`: one's own, for everybody.
pub const PAGES: [(&str, &str); 59] = [
    ("/staff/account", "account"),
    ("/staff/account/password", "account"),
    ("/staff/account/second-step", "account"),
    ("/staff/account/second-step/codes", "account"),
    ("/staff/account/second-step/remove", "account"),
    ("/staff/account/recovery-sheet", "account"),
    ("/staff/account/tokens/new", "account"),
    ("/staff/account/tokens/none/delete", "account"),
    ("/staff/team/tokens/none/delete", "settings"),
    ("/staff/team", "settings"),
    ("/staff/team/new", "settings"),
    ("/staff/team/webhooks", "settings"),
    ("/staff/team/webhooks/new", "settings"),
    ("/staff/audit", "settings"),
    ("/staff/audit/check", "settings"),
    ("/staff/settings", "settings"),
    ("/staff/approvals", "view"),
    ("/staff/corrections", "view"),
    ("/staff/address-requests", "view"),
    ("/staff/address-requests/none", "view"),
    ("/staff/address-requests/none/approve", "view"),
    ("/staff/address-requests/none/reject", "view"),
    ("/staff/duplicates", "view"),
    ("/staff/events/WORKSHOP/exceptions", "view"),
    ("/staff/events/WORKSHOP/duplicates", "view"),
    ("/staff/events/WORKSHOP/spot-check", "view"),
    ("/staff/events/WORKSHOP/exceptions/new", "import"),
    ("/staff/events/WORKSHOP/exceptions/upload", "import"),
    ("/staff/events/WORKSHOP/exclusions/upload", "import"),
    ("/staff/events/WORKSHOP/exclusions/new", "import"),
    ("/staff/events/WORKSHOP/outcomes/none/rows.csv", "import"),
    ("/staff/events/WORKSHOP/merge?one=p0%40example.org&other=p1%40example.org", "import"),
    ("/staff/template-uploads", "import"),
    ("/staff/template-designs", "import"),
    ("/staff/template-designs/from-file", "import"),
    ("/staff/template-designs/none", "import"),
    ("/staff/template-designs/none/page.svg", "import"),
    ("/staff/template-designs/none/files", "import"),
    ("/staff/template-designs/none/names", "import"),
    ("/staff/template-designs/none/side-by-side", "import"),
    ("/staff/template-designs/none/keep", "import"),
    ("/staff/template-designs/none/discard", "import"),
    ("/staff/templates/classic/compare?one=1&other=2", "view"),
    ("/staff/templates/classic/roll-out", "import"),
    ("/staff/templates/none/remove", "import"),
    ("/staff/team/{ada}", "settings"),
    ("/staff/team/{ada}/link", "settings"),
    ("/staff/team/{ada}/second-step", "settings"),
    ("/staff/team/{ada}/remove", "settings"),
    ("/staff/team/webhooks/none", "settings"),
    ("/staff/team/webhooks/none/secret", "settings"),
    ("/staff/team/webhooks/none/remove", "settings"),
    ("/staff/approvals/none", "view"),
    ("/staff/corrections/none", "view"),
    ("/staff/account/second-step/confirm", "account"),
    ("/staff/approvals/none/approve", "view"),
    ("/staff/approvals/none/reject", "view"),
    ("/staff/corrections/none/approve", "view"),
    ("/staff/corrections/none/reject", "view"),
];

/// Acts that forms of these pages ask for, with the permission that each takes.
pub const ACTS: [(&str, &str); 45] = [
    ("/staff/account/notices", "account"),
    ("/staff/account/password", "account"),
    ("/staff/account/second-step", "account"),
    ("/staff/account/second-step/confirm", "account"),
    ("/staff/account/second-step/codes", "account"),
    ("/staff/account/second-step/remove", "account"),
    ("/staff/account/recovery-sheet", "account"),
    ("/staff/account/sessions/0123456789abcdef/end", "account"),
    ("/staff/account/tokens/new", "account"),
    ("/staff/account/tokens/0123456789abcdef/delete", "account"),
    ("/staff/team/new", "settings"),
    ("/staff/team/{ada}", "settings"),
    ("/staff/team/{ada}/link", "settings"),
    ("/staff/team/{ada}/second-step", "settings"),
    ("/staff/team/{ada}/remove", "settings"),
    ("/staff/team/tokens/0123456789abcdef/delete", "settings"),
    ("/staff/team/webhooks/new", "settings"),
    ("/staff/team/webhooks/none/ping", "settings"),
    ("/staff/team/webhooks/none/enabled", "settings"),
    ("/staff/team/webhooks/none/secret", "settings"),
    ("/staff/team/webhooks/none/remove", "settings"),
    ("/staff/team/webhooks/none/deliveries/none/redeliver", "settings"),
    ("/staff/approvals/none/approve", "revoke"),
    ("/staff/approvals/none/reject", "revoke"),
    ("/staff/corrections/none/approve", "generate"),
    ("/staff/corrections/none/reject", "generate"),
    ("/staff/address-requests/none/approve", "import"),
    ("/staff/address-requests/none/reject", "import"),
    // To check some certificates changes nothing: whoever sees them may.
    ("/staff/events/WORKSHOP/spot-check", "view"),
    ("/staff/events/WORKSHOP/exceptions/new", "import"),
    ("/staff/events/WORKSHOP/exceptions/upload", "import"),
    ("/staff/events/WORKSHOP/exclusions/upload", "import"),
    ("/staff/events/WORKSHOP/exclusions/new", "import"),
    ("/staff/events/WORKSHOP/exceptions/p0%40example.org/remove", "import"),
    ("/staff/events/WORKSHOP/exclusions/p0%40example.org/remove", "import"),
    ("/staff/events/WORKSHOP/merge", "import"),
    ("/staff/template-uploads", "import"),
    ("/staff/template-designs", "import"),
    ("/staff/template-designs/from-file", "import"),
    ("/staff/template-designs/none", "import"),
    ("/staff/template-designs/none/files", "import"),
    ("/staff/template-designs/none/keep", "import"),
    ("/staff/template-designs/none/discard", "import"),
    ("/staff/templates/classic/roll-out", "import"),
    ("/staff/templates/none/remove", "import"),
];

/// All roles that a member of staff may have.
pub const ROLES: [&str; 5] = ["viewer", "issuer", "revoker", "key_officer", "owner"];

/// Says whether a role may what a row of the tables needs.
pub fn may(role: &str, needs: &str) -> bool {
    match needs {
        "account" | "view" => true,
        "import" | "generate" | "send" => ["issuer", "owner"].contains(&role),
        "revoke" => ["revoker", "owner"].contains(&role),
        "keys" => ["key_officer", "owner"].contains(&role),
        "settings" => role == "owner",
        _ => panic!("no permission is called {needs}"),
    }
}

#[test]
fn each_role_sees_its_pages_and_of_others_no_form() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        for role in ROLES {
            let email = format!("{role}@example.org");
            invited(world, ada, &email, &[role]);
            let mut browser = Browser::of(world, &email);
            for (path, needs) in PAGES {
                let path = path.replace("{ada}", &ada.id);
                let answer = browser.get(&path);
                let expected = match may(role, needs) {
                    false => StatusCode::FORBIDDEN,
                    true if path.contains("/none") => StatusCode::NOT_FOUND,
                    true => StatusCode::OK,
                };
                assert_eq!(answer.status, expected, "{role} {path}: {}", answer.text());
                if expected == StatusCode::FORBIDDEN {
                    assert!(!answer.text().contains("class=\"card form\""), "{role} {path}");
                }
            }
            let nav = browser.page("/staff/account");
            assert_eq!(nav.contains("href=\"/staff/audit\""), role == "owner", "{role} is led where they may go");
        }
        let mut nobody = Browser::new(world);
        for (path, _) in PAGES {
            let answer = nobody.get(&path.replace("{ada}", &ada.id));
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
            assert!(crate::browser::to(&answer).starts_with("/staff/login?next="), "{path}");
        }
    });
}

#[test]
fn a_form_that_no_page_of_the_session_made_changes_nothing() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let before = world.acts().len();
        for path in ACTS.map(|(path, _)| path.replace("{ada}", &ada.id)) {
            for csrf in ["", "another"] {
                let fields = [("csrf".to_owned(), csrf.to_owned()), ("name".to_owned(), "x".to_owned())];
                let answer = browser.post_all(&path, &fields);
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}: {}", answer.text());
            }
        }
        assert_eq!(world.acts().len(), before, "nothing was done");
        // With the right token, whoever may not is told so.
        invited(world, ada, "vera@example.org", &["viewer"]);
        let mut vera = Browser::of(world, "vera@example.org");
        let leave = crate::browser::form(&vera.page("/staff/account"), "/staff/logout");
        let csrf = leave.fields.into_iter().find(|(name, _)| name == "csrf").unwrap();
        let before = world.acts().len();
        for (path, _) in ACTS.into_iter().filter(|(_, needs)| !may("viewer", needs)) {
            let fields = [csrf.clone(), ("name".to_owned(), "x".to_owned()), ("roles".to_owned(), "owner".to_owned())];
            let answer = vera.post_all(&path.replace("{ada}", &ada.id), &fields);
            let is_refused = answer.status == StatusCode::FORBIDDEN
                || path.contains("/none") && answer.status == StatusCode::NOT_FOUND;
            assert!(is_refused, "{path}: {} {}", answer.status, answer.text());
            assert!(!answer.text().contains("class=\"card form\""), "{path}");
        }
        // Whoever is not in is asked who it is, and no password waits in that page.
        let mut nobody = Browser::new(world);
        let fields = [("password", "my own secret"), ("new", "another secret"), ("second", "987654")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        for path in ACTS.map(|(path, _)| path.replace("{ada}", &ada.id)) {
            let answer = nobody.post_all(&path, &fields);
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}: {}", answer.text());
            for (_, value) in &fields {
                assert!(!answer.text().contains(value), "{path}: {}", answer.text());
            }
        }
        assert_eq!(world.acts().len(), before, "nothing was done");
    });
}
