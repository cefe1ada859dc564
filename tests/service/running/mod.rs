//! The pages about the service as it runs, and what they ask of it: locked keys, the mail server, backups, how it stands.

mod address;
mod backups;
mod language;
mod locked;
mod lost_password;
mod mail_server;
mod standing;
mod time_zone;
mod unit;
mod upkeep;

use axum::http::StatusCode;

use crate::browser::Browser;
use crate::office::roles::{ROLES, may};
use crate::real_door::{behind_the_real_door, invited, school_by};

/// Every page of these with the permission that it takes.
pub const PAGES: &[(&str, &str)] = &[
    ("/staff/unlock", "view"),
    ("/staff/publishing/ceremony", "view"),
    ("/staff/publishing/site", "view"),
    ("/staff/publishing/k1/drill", "view"),
    ("/staff/backups", "settings"),
    ("/staff/backups/drill", "settings"),
    ("/staff/backups/elsewhere", "settings"),
    ("/staff/settings/upkeep", "settings"),
    ("/staff/settings/time-zone", "settings"),
    ("/staff/settings/language", "settings"),
    ("/staff/settings/address", "settings"),
    ("/staff/settings/mail", "settings"),
    ("/staff/settings/mail/test", "settings"),
    ("/staff/settings/mail/remove", "settings"),
];

/// Acts that their forms ask for, with the permission that each takes.
pub const ACTS: &[(&str, &str)] = &[
    ("/staff/unlock", "keys"),
    ("/staff/lock", "keys"),
    ("/staff/settings/time-zone", "settings"),
    ("/staff/settings/language", "settings"),
    ("/staff/settings/address", "settings"),
    ("/staff/settings/mail", "settings"),
    ("/staff/settings/mail/test", "settings"),
    ("/staff/settings/mail/remove", "settings"),
    ("/staff/backups", "settings"),
    ("/staff/backups/drill", "settings"),
    ("/staff/backups/elsewhere", "settings"),
    ("/staff/backups/here", "settings"),
    ("/staff/settings/upkeep", "settings"),
];

#[test]
fn each_role_sees_its_pages_and_does_its_acts_and_no_others() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        for role in ROLES {
            let email = format!("{role}@example.org");
            invited(world, ada, &email, &[role]);
            let mut browser = Browser::of(world, &email);
            for (path, needs) in PAGES {
                let answer = browser.get(path);
                let expected = if may(role, needs) { StatusCode::OK } else { StatusCode::FORBIDDEN };
                assert_eq!(answer.status, expected, "{role} {path}: {}", answer.text());
                let german = browser.get(&format!("{path}?lang=de"));
                assert!(german.text().contains("<html lang=\"de\">"), "{role} {path}");
                browser.forget("testamur_language");
            }
            let csrf = crate::browser::form(&browser.page("/staff/events"), "/staff/logout").fields;
            let csrf = csrf.into_iter().find(|(name, _)| name == "csrf").unwrap().1;
            for (path, needs) in ACTS.iter().filter(|(_, needs)| !may(role, needs)) {
                let before = world.acts().len();
                let answer = browser.post(path, &[("csrf", &csrf), ("passphrase", "x")]);
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role} {path} {needs}: {}", answer.text());
                assert_eq!(world.acts().len(), before, "{role} {path}");
            }
            for (path, _) in ACTS {
                assert_eq!(browser.post(path, &[("csrf", "guess")]).status, StatusCode::FORBIDDEN, "{role} {path}");
            }
        }
        let mut nobody = Browser::new(world);
        for (path, _) in PAGES {
            assert_eq!(nobody.get(path).status, StatusCode::SEE_OTHER, "{path}");
        }
    });
}
