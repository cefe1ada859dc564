//! Accounts from outside, on every engine: set-up, staff, sessions, second steps, tokens.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::thread;
use std::time::{Duration, Instant};

use testamur::accounts::{
    self, AccountsError, Attempt, Change, Grant, Invitation, Login, Permission, Permissions, Recovery, Role, Scope,
    SecondStep, Secret, SetUp, Staff, Throttle, TokenRequest,
};
use testamur::credential::Timestamp;
use testamur::desk::{Actor, Desk, Issuer};
use testamur::store::{MemoryStore, SledStore, Store, check_audit};
use totp_rs::{Builder, Totp};

const EMAIL: &str = "ada@example.org";
const PASSWORD: &str = "a long enough secret";

/// A service with one owner, Ada.
struct Office<'a> {
    store: &'a dyn Store,
    issuer: Issuer,
    throttle: Throttle,
    owner: String,
}

impl<'a> Office<'a> {
    fn new(store: &'a dyn Store) -> Self {
        let issuer = Issuer {
            host: "example.org".into(),
            name: "Example: School".into(),
            verifier: "example.org/v".into(),
            zone: Default::default(),
            language: Default::default(),
            render_method: false,
        };
        let mut office = Self { store, issuer, throttle: Throttle::default(), owner: String::new() };
        let link = accounts::setup_link(&office.desk(0)).unwrap().unwrap();
        office.owner = accounts::set_up(&office.desk(0), &link, &ada(&PASSWORD.into())).unwrap().0.id;
        office
    }

    fn desk(&self, seconds: i64) -> Desk<'_> {
        Desk { store: self.store, issuer: &self.issuer, actor: &Actor::System, now: at(seconds) }
    }

    fn try_login(&self, seconds: i64, email: &str, password: &str) -> Result<Login, AccountsError> {
        let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
        let attempt = Attempt { email, password: &password.into(), address, label: "Firefox" };
        accounts::login(&self.desk(seconds), &self.throttle, &attempt)
    }

    fn login(&self, seconds: i64, email: &str, password: &str) -> Secret {
        match self.try_login(seconds, email, password).unwrap() {
            Login::Done { session, .. } => session,
            Login::SecondStep(_) => panic!("a second step is wanted"),
        }
    }

    fn member(&self, email: &str, roles: &[Role]) -> Staff {
        let who = Invitation {
            email,
            name: "Some One",
            roles: roles.iter().copied().collect(),
            events: Scope::default(),
            language: None,
        };
        let (_, link) = accounts::invite(&self.desk(0), &who).unwrap();
        accounts::accept_link(&self.desk(0), &link, &PASSWORD.into()).unwrap()
    }

    fn is_open(&self, seconds: i64, session: &Secret) -> bool {
        match accounts::authenticate(self.store, at(seconds), session.expose()) {
            Ok(_) => true,
            Err(AccountsError::Session) => false,
            Err(other) => panic!("{other}"),
        }
    }

    fn session_id(&self, seconds: i64, session: &Secret) -> String {
        match accounts::authenticate(self.store, at(seconds), session.expose()).unwrap().grant {
            Grant::Session(id) => id,
            Grant::Token(_) => panic!("this is a session"),
        }
    }

    /// Turns Ada's second step on.
    fn two_step(&self, seconds: i64, session: &Secret) -> (Totp, Vec<Secret>) {
        let offer =
            accounts::begin_two_step(&self.desk(seconds), &self.throttle, &self.owner, &PASSWORD.into()).unwrap();
        assert_eq!(
            offer.url.expose(),
            format!(
                "otpauth://totp/Example%20%20School:ada%40example.org?secret={}&issuer=Example%20%20School",
                offer.secret.expose()
            )
        );
        let secret = data_encoding::BASE32_NOPAD.decode(offer.secret.expose().as_bytes()).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        let own = (self.owner.as_str(), &*self.session_id(seconds, session));
        let code = code(&totp, seconds);
        let codes = accounts::confirm_two_step(&self.desk(seconds), &self.throttle, own, &code).unwrap();
        (totp, codes)
    }

    fn second_step(&self, seconds: i64, ticket: &Secret, code: &Secret) -> Result<Login, AccountsError> {
        let step = SecondStep { ticket, code, label: "Firefox" };
        accounts::confirm_second_step(&self.desk(seconds), &self.throttle, &step)
    }

    fn ticket(&self, seconds: i64) -> Secret {
        match self.try_login(seconds, EMAIL, PASSWORD).unwrap() {
            Login::SecondStep(ticket) => ticket,
            Login::Done { .. } => panic!("no second step was wanted"),
        }
    }
}

/// Tells a story to an office on every engine; at the end the audit log holds and names nobody.
fn on_each_engine(story: impl Fn(&Office<'_>)) {
    let tell = |store: &dyn Store| {
        story(&Office::new(store));
        check_audit(store).unwrap();
        let log = serde_json::to_string(&store.audit(None, 10_000).unwrap().items).unwrap();
        for personal in ["example.org", "Some One", "Ada", PASSWORD, "argon2"] {
            assert!(!log.contains(personal), "{personal} in {log}");
        }
    };
    tell(&MemoryStore::new());
    let folder = tempfile::tempdir().unwrap();
    tell(&SledStore::create(&folder.path().join("store")).unwrap());
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(1_800_000_000 + seconds)
}

fn ada(password: &Secret) -> SetUp<'_> {
    SetUp { email: " Ada@Example.org ", name: "Ada", password }
}

fn code(totp: &Totp, seconds: i64) -> Secret {
    totp.generate(at(seconds).unix().unsigned_abs()).to_string().into()
}

fn roles(change: &[Role]) -> Change {
    Change { roles: Some(change.iter().copied().collect()), ..Change::default() }
}

#[test]
fn the_set_up_link_makes_one_owner_once() {
    on_each_engine(|office| {
        let owner = accounts::member(office.store, &office.owner).unwrap();
        assert_eq!((owner.email.as_str(), owner.roles), (EMAIL, BTreeSet::from([Role::Owner])));
        assert!(accounts::setup_link(&office.desk(0)).unwrap().is_none());
        let again = accounts::set_up(&office.desk(0), &"x".into(), &ada(&PASSWORD.into()));
        assert!(matches!(again, Err(AccountsError::SetUpDone)));
    });
}

#[test]
fn a_code_of_the_recovery_sheet_leads_in_once_and_costs_others_no_more_than_time() {
    on_each_engine(|office| {
        let session = office.login(0, EMAIL, PASSWORD);
        let own = (office.owner.as_str(), &*office.session_id(0, &session));
        let print = |seconds, password: &str| {
            accounts::new_sheet(&office.desk(seconds), &office.throttle, own, &password.into(), None)
        };
        assert!(matches!(print(1, "another password"), Err(AccountsError::SignIn)));
        let (old, sheet) = (print(2, PASSWORD).unwrap(), print(3, PASSWORD).unwrap());
        assert_eq!((old.len(), sheet.len()), (accounts::SHEET_CODES, accounts::SHEET_CODES));
        let recover = |seconds, email: &str, code: &Secret, password: &str| {
            let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 9));
            let password = password.into();
            let by = Recovery { email, code, password: &password, without_second_step: false, address };
            accounts::recover(&office.desk(seconds), &office.throttle, &by)
        };
        let new = "a password that was not lost";
        for (email, code) in [(EMAIL, &old[0]), ("nobody@example.org", &sheet[0]), ("", &sheet[0]), (EMAIL, &"".into())]
        {
            assert!(matches!(recover(4, email, code, new), Err(AccountsError::Recovery)), "{email}");
        }
        assert!(matches!(recover(4, EMAIL, &sheet[0], "short"), Err(AccountsError::Password(_))));
        assert_eq!(recover(5, EMAIL, &sheet[0], new).unwrap().sheet_codes, 4);
        assert!(!office.is_open(6, &session), "whoever was in is out");
        assert!(matches!(recover(6, EMAIL, &sheet[0], PASSWORD), Err(AccountsError::Recovery)));
        office.login(7, EMAIL, new);
        // Of two at once with one code one is in.
        let both = std::thread::scope(|scope| {
            let tries: Vec<_> =
                (0..2).map(|_| scope.spawn(|| recover(8, EMAIL, &sheet[1], PASSWORD).is_ok())).collect();
            tries.into_iter().map(|one| one.join().unwrap()).filter(|done| *done).count()
        });
        assert_eq!(both, 1);
        let guessed = (0..7).fold(None, |_, _| Some(recover(9, EMAIL, &old[0], new))).unwrap();
        assert!(matches!(guessed, Err(AccountsError::Throttled { .. })), "{guessed:?}");
        assert_eq!(recover(9 + 901, EMAIL, &sheet[2], new).unwrap().sheet_codes, 2);
    });
}

#[test]
fn a_set_up_link_ends_with_time_or_the_next_one_and_not_with_a_poor_password() {
    let store = MemoryStore::new();
    let issuer = Issuer {
        host: "example.org".into(),
        name: "Example".into(),
        verifier: "example.org/v".into(),
        zone: Default::default(),
        language: Default::default(),
        render_method: false,
    };
    let desk =
        |seconds| Desk { store: &store, issuer: &issuer, actor: &Actor::Public { address: None }, now: at(seconds) };
    let password = PASSWORD.into();
    let missing = accounts::set_up(&desk(0), &"x".into(), &ada(&password));
    assert!(matches!(missing, Err(AccountsError::Link)));

    let first = accounts::setup_link(&desk(0)).unwrap().unwrap();
    let second = accounts::setup_link(&desk(1)).unwrap().unwrap();
    let refused =
        |seconds, link| matches!(accounts::set_up(&desk(seconds), link, &ada(&password)), Err(AccountsError::Link));
    assert!(refused(2, &first) && refused(1 + accounts::SETUP_SECONDS, &second));
    let poor = accounts::set_up(&desk(2), &second, &ada(&"short".into()));
    assert!(matches!(poor, Err(AccountsError::Password(accounts::PasswordProblem::Short))));
    accounts::set_up(&desk(accounts::SETUP_SECONDS), &second, &ada(&password)).unwrap();
}

#[test]
fn of_many_who_set_up_at_once_one_becomes_the_owner() {
    let folder = tempfile::tempdir().unwrap();
    let stores: [Box<dyn Store>; 2] =
        [Box::new(MemoryStore::new()), Box::new(SledStore::create(&folder.path().join("store")).unwrap())];
    for store in stores {
        let issuer = Issuer {
            host: "example.org".into(),
            name: "Example".into(),
            verifier: "example.org/v".into(),
            zone: Default::default(),
            language: Default::default(),
            render_method: false,
        };
        let desk = || Desk { store: &*store, issuer: &issuer, actor: &Actor::Public { address: None }, now: at(0) };
        let link = accounts::setup_link(&desk()).unwrap().unwrap();
        let made = thread::scope(|scope| {
            let set_up = |index: usize| {
                let (desk, link) = (desk(), &link);
                scope.spawn(move || {
                    let (email, password) = (format!("owner{index}@example.org"), PASSWORD.into());
                    accounts::set_up(&desk, link, &SetUp { email: &email, name: "Owner", password: &password })
                })
            };
            let tries: Vec<_> = (0..4).map(set_up).collect();
            tries
                .into_iter()
                .map(|one| one.join().unwrap())
                .filter(|one| match one {
                    Ok(_) => true,
                    Err(AccountsError::SetUpDone | AccountsError::Link) => false,
                    Err(other) => panic!("{other}"),
                })
                .count()
        });
        assert_eq!(made, 1);
        assert_eq!(accounts::members(&*store, None, 10).unwrap().items.len(), 1);
    }
}

#[test]
fn a_session_ends_when_idle_when_old_and_by_logout() {
    on_each_engine(|office| {
        let session = office.login(0, "ADA@example.org", PASSWORD);
        let principal = accounts::authenticate(office.store, at(1), session.expose()).unwrap();
        assert_eq!((principal.staff.as_str(), principal.permissions.len()), (office.owner.as_str(), 7));
        assert_eq!(principal.actor().to_string(), format!("staff:{}", office.owner));
        assert!(principal.may(Permission::Settings));

        let idle = accounts::SESSION_IDLE_SECONDS;
        assert!(!office.is_open(idle, &session), "idle since the login");
        let mut now = 0;
        while now + idle - 1 < accounts::SESSION_SECONDS {
            now += idle - 1;
            assert!(office.is_open(now, &session), "used at {now}");
        }
        assert!(!office.is_open(accounts::SESSION_SECONDS, &session), "old");

        let other = office.login(10, EMAIL, PASSWORD);
        assert_ne!(other.expose(), session.expose());
        accounts::logout(&office.desk(11), other.expose()).unwrap();
        assert!(!office.is_open(12, &other));
        accounts::logout(&office.desk(13), other.expose()).unwrap();
        for forged in ["", "x", &format!("{}.{}", office.owner, "a".repeat(52))] {
            assert!(!office.is_open(1, &forged.into()), "{forged}");
        }
        assert_eq!(accounts::sweep(office.store, at(accounts::SESSION_SECONDS)).unwrap(), 1);
    });
}

#[test]
fn the_csrf_token_is_the_sessions_own() {
    let (one, other) = (accounts::csrf_token("a.b"), accounts::csrf_token("a.c"));
    assert!(
        accounts::check_csrf("a.b", &one) && !accounts::check_csrf("a.b", &other) && !accounts::check_csrf("a.b", "")
    );
}

#[test]
fn sessions_are_listed_and_ended_by_their_member_only() {
    on_each_engine(|office| {
        let bob = office.member("bob@example.org", &[Role::Viewer]);
        let (first, second) = (office.login(1, EMAIL, PASSWORD), office.login(2, EMAIL, PASSWORD));
        let listed = accounts::sessions(office.store, at(3), &office.owner).unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!((listed[0].created, listed[0].label.as_str()), (at(2), "Firefox"));
        let foreign = accounts::revoke_session(&office.desk(3), &bob.id, &listed[0].id);
        assert!(matches!(foreign, Err(AccountsError::NotFound(_))));
        accounts::revoke_session(&office.desk(3), &office.owner, &listed[0].id).unwrap();
        assert!(office.is_open(4, &first) && !office.is_open(4, &second));
    });
}

#[test]
fn wrong_password_unknown_disabled_and_invited_answer_alike_and_take_their_time() {
    on_each_engine(|office| {
        office.member("bob@example.org", &[Role::Viewer]);
        let disabled = office.member("eve@example.org", &[Role::Viewer]);
        let change = Change { disabled: Some(true), ..Change::default() };
        accounts::update(&office.desk(0), &disabled.id, None, &change).unwrap();
        let who = Invitation {
            email: "new@example.org",
            name: "New",
            roles: BTreeSet::from([Role::Viewer]),
            events: Scope::default(),
            language: None,
        };
        accounts::invite(&office.desk(0), &who).unwrap();

        for email in ["bob@example.org", "nobody@example.org", "new@example.org", "no e-mail"] {
            let start = Instant::now();
            let refused = office.try_login(1, email, "not the password");
            assert!(matches!(refused, Err(AccountsError::SignIn)), "{email}");
            // argon2id over 19 MiB never takes less; an answer without it takes microseconds.
            assert!(start.elapsed() > Duration::from_millis(4), "{email}");
        }
        let refused = office.try_login(1, "eve@example.org", PASSWORD);
        assert!(matches!(refused, Err(AccountsError::SignIn)));
    });
}

#[test]
fn guessing_is_slowed_down_and_the_right_password_clears_it() {
    on_each_engine(|office| {
        for _ in 0..5 {
            assert!(matches!(office.try_login(0, EMAIL, "wrong"), Err(AccountsError::SignIn)));
        }
        let slowed = office.try_login(0, EMAIL, PASSWORD);
        assert!(matches!(slowed, Err(AccountsError::Throttled { seconds: 1 })));
        office.login(1, EMAIL, PASSWORD);
        assert!(matches!(office.try_login(1, EMAIL, "wrong"), Err(AccountsError::SignIn)));
    });
}

#[test]
fn an_invitation_is_good_once_and_not_for_ever() {
    on_each_engine(|office| {
        let who = Invitation {
            email: "Bob@example.org",
            name: "Bob",
            roles: BTreeSet::from([Role::Issuer]),
            events: Scope::default(),
            language: None,
        };
        let (bob, link) = accounts::invite(&office.desk(0), &who).unwrap();
        assert!(bob.invited && accounts::member(office.store, &bob.id).unwrap() == bob);
        assert!(matches!(accounts::invite(&office.desk(0), &who), Err(AccountsError::EmailTaken)));
        let nobody = Invitation { email: "x@example.org", roles: BTreeSet::new(), ..who.clone() };
        assert!(matches!(accounts::invite(&office.desk(0), &nobody), Err(AccountsError::NoRole)));

        let late = accounts::accept_link(&office.desk(accounts::INVITATION_SECONDS), &link, &PASSWORD.into());
        assert!(matches!(late, Err(AccountsError::Link)));
        let poor = accounts::accept_link(&office.desk(1), &link, &"bob@example.org".into());
        assert!(matches!(poor, Err(AccountsError::Password(_))));
        assert!(!accounts::accept_link(&office.desk(1), &link, &PASSWORD.into()).unwrap().invited);
        let again = accounts::accept_link(&office.desk(1), &link, &"another long one".into());
        assert!(matches!(again, Err(AccountsError::Link)));

        let session = office.login(2, "bob@example.org", PASSWORD);
        let principal = accounts::authenticate(office.store, at(3), session.expose()).unwrap();
        assert!(principal.may(Permission::Generate) && !principal.may(Permission::Revoke));

        let reset = accounts::reset_link(&office.desk(4), &bob.id).unwrap();
        assert!(!office.is_open(5, &session), "whoever has the account has it no more");
        let session = office.login(5, "bob@example.org", PASSWORD);
        accounts::accept_link(&office.desk(5), &reset, &"another long one".into()).unwrap();
        assert!(!office.is_open(6, &session));
        assert!(office.try_login(6, "bob@example.org", PASSWORD).is_err());
    });
}

#[test]
fn a_changed_password_ends_all_other_sessions() {
    on_each_engine(|office| {
        let (kept, other) = (office.login(1, EMAIL, PASSWORD), office.login(2, EMAIL, PASSWORD));
        let own = (office.owner.as_str(), &*office.session_id(3, &kept));
        let change = |current: &str, new: &str| {
            accounts::change_password(&office.desk(3), &office.throttle, own, &current.into(), &new.into())
        };
        assert!(matches!(change("wrong", "another long one"), Err(AccountsError::SignIn)));
        assert!(matches!(change(PASSWORD, "too short"), Err(AccountsError::Password(_))));
        let codes = || accounts::member(office.store, &office.owner).unwrap().sheet_codes;
        assert_eq!(codes(), accounts::SHEET_CODES);
        change(PASSWORD, "another long one").unwrap();
        assert_eq!(codes(), 0, "whoever knew the password may have printed a sheet");
        assert!(office.is_open(4, &kept) && !office.is_open(4, &other));
        assert!(office.try_login(5, EMAIL, PASSWORD).is_err());
        office.login(5, EMAIL, "another long one");
        for _ in 0..5 {
            assert!(matches!(change("wrong", "another long one"), Err(AccountsError::SignIn)));
        }
        assert!(matches!(change("another long one", "third long one"), Err(AccountsError::Throttled { .. })));
    });
}

#[test]
fn roles_count_at_once_and_a_disabled_member_is_out() {
    on_each_engine(|office| {
        let bob = office.member("bob@example.org", &[Role::Viewer]);
        let session = office.login(1, "bob@example.org", PASSWORD);
        let may = |what| accounts::authenticate(office.store, at(2), session.expose()).unwrap().may(what);
        assert!(!may(Permission::Revoke));
        let seen = accounts::member(office.store, &bob.id).unwrap().revision;
        let changed = accounts::update(&office.desk(2), &bob.id, Some(seen), &roles(&[Role::Viewer, Role::Revoker]));
        assert!(changed.unwrap().revision > seen && may(Permission::Revoke));
        let stale = accounts::update(&office.desk(2), &bob.id, Some(seen), &roles(&[Role::Viewer]));
        assert!(matches!(stale, Err(AccountsError::Conflict)));

        let disable = |disabled| Change { disabled: Some(disabled), ..Change::default() };
        accounts::update(&office.desk(3), &bob.id, None, &disable(true)).unwrap();
        assert!(!office.is_open(4, &session));
        accounts::update(&office.desk(5), &bob.id, None, &disable(false)).unwrap();
        assert!(!office.is_open(6, &session), "what ended stays ended");
        office.login(7, "bob@example.org", PASSWORD);
    });
}

#[test]
fn an_e_mail_moves_with_its_member_and_is_free_again_after_it() {
    on_each_engine(|office| {
        let bob = office.member("bob@example.org", &[Role::Viewer]);
        let email = |text: &str| Change { email: Some(text.to_owned()), ..Change::default() };
        let taken = accounts::update(&office.desk(1), &bob.id, None, &email("ADA@example.org"));
        assert!(matches!(taken, Err(AccountsError::EmailTaken)));
        accounts::update(&office.desk(1), &bob.id, None, &email("Robert@example.org")).unwrap();
        assert!(office.try_login(2, "bob@example.org", PASSWORD).is_err());
        let session = office.login(2, "robert@example.org", PASSWORD);

        accounts::remove(&office.desk(3), &bob.id, None).unwrap();
        assert!(!office.is_open(4, &session));
        assert!(matches!(accounts::member(office.store, &bob.id), Err(AccountsError::NotFound(_))));
        assert_ne!(office.member("robert@example.org", &[Role::Viewer]).id, bob.id);
        office.member("bob@example.org", &[Role::Viewer]);
    });
}

#[test]
fn the_last_owner_who_can_log_in_stays() {
    on_each_engine(|office| {
        let who = Invitation {
            email: "new@example.org",
            name: "New",
            roles: BTreeSet::from([Role::Owner]),
            events: Scope::default(),
            language: None,
        };
        accounts::invite(&office.desk(0), &who).unwrap();
        let disable = Change { disabled: Some(true), ..Change::default() };
        let last = |outcome: Result<(), AccountsError>| assert!(matches!(outcome, Err(AccountsError::LastOwner)));
        last(accounts::remove(&office.desk(1), &office.owner, None));
        last(accounts::update(&office.desk(1), &office.owner, None, &disable).map(drop));
        last(accounts::update(&office.desk(1), &office.owner, None, &roles(&[Role::Viewer])).map(drop));

        let bob = office.member("bob@example.org", &[Role::Owner]);
        accounts::update(&office.desk(2), &office.owner, None, &roles(&[Role::Viewer])).unwrap();
        last(accounts::remove(&office.desk(3), &bob.id, None));
    });
}

#[test]
fn of_owners_who_remove_each_other_at_once_one_stays() {
    on_each_engine(|office| {
        for round in 0..5 {
            let email = format!("owner{round}@example.org");
            let others: Vec<_> = accounts::members(office.store, None, 100).unwrap().items;
            let ada = others.iter().find(|one| one.roles.contains(&Role::Owner)).unwrap().id.clone();
            let bob = office.member(&email, &[Role::Owner]).id;
            let removed = thread::scope(|scope| {
                let one = scope.spawn(|| accounts::remove(&office.desk(1), &ada, None));
                let other = scope.spawn(|| accounts::remove(&office.desk(1), &bob, None));
                [one.join().unwrap(), other.join().unwrap()]
            });
            assert_eq!(removed.iter().filter(|one| one.is_ok()).count(), 1);
            assert!(removed.iter().any(|one| matches!(one, Err(AccountsError::LastOwner))));
        }
    });
}

#[test]
fn the_second_step_is_wanted_and_its_codes_work_once() {
    on_each_engine(|office| {
        let (session, other) = (office.login(0, EMAIL, PASSWORD), office.login(0, EMAIL, PASSWORD));
        let (totp, _) = office.two_step(100, &session);
        assert!(office.is_open(101, &session) && !office.is_open(101, &other));

        let ticket = office.ticket(110);
        assert!(!office.is_open(110, &ticket), "a ticket is no session");
        let replayed = office.second_step(110, &ticket, &code(&totp, 100));
        assert!(matches!(replayed, Err(AccountsError::Code)), "the code that turned it on");
        let fresh = code(&totp, 140);
        let Ok(Login::Done { session, .. }) = office.second_step(140, &ticket, &fresh) else { panic!("refused") };
        assert!(office.is_open(141, &session));
        assert!(
            matches!(office.second_step(141, &ticket, &code(&totp, 170)), Err(AccountsError::SignIn)),
            "used ticket"
        );
        assert!(matches!(office.second_step(141, &office.ticket(141), &fresh), Err(AccountsError::Code)), "used code");

        let late = office.ticket(200);
        let seconds = 200 + accounts::SECOND_STEP_SECONDS;
        assert!(matches!(office.second_step(seconds, &late, &code(&totp, seconds)), Err(AccountsError::SignIn)));
    });
}

#[test]
fn one_code_at_two_doors_at_once_opens_one() {
    on_each_engine(|office| {
        let (totp, recovery) = office.two_step(0, &office.login(0, EMAIL, PASSWORD));
        for good in [code(&totp, 60), recovery[0].clone()] {
            let tickets = [office.ticket(60), office.ticket(60), office.ticket(60)];
            let opened = thread::scope(|scope| {
                let doors = tickets.each_ref().map(|ticket| scope.spawn(|| office.second_step(60, ticket, &good)));
                doors.into_iter().filter_map(|door| door.join().unwrap().ok()).count()
            });
            assert_eq!(opened, 1);
        }
    });
}

#[test]
fn guessing_codes_ends_the_ticket_and_is_slowed_down() {
    on_each_engine(|office| {
        let (totp, _) = office.two_step(0, &office.login(0, EMAIL, PASSWORD));
        let ticket = office.ticket(60);
        for _ in 0..5 {
            assert!(matches!(office.second_step(60, &ticket, &"000000".into()), Err(AccountsError::Code)));
        }
        let right = code(&totp, 90);
        assert!(matches!(office.second_step(90, &ticket, &right), Err(AccountsError::SignIn)), "five wrong codes");
        let ticket = office.ticket(90);
        assert!(matches!(office.second_step(90, &ticket, &"000000".into()), Err(AccountsError::Code)));
        let slowed = office.second_step(90, &ticket, &right);
        assert!(matches!(slowed, Err(AccountsError::Throttled { .. })), "another ticket, the same counter");
        assert!(office.second_step(95, &ticket, &code(&totp, 95)).is_ok());
    });
}

#[test]
fn recovery_codes_work_once_and_can_be_replaced() {
    on_each_engine(|office| {
        let session = office.login(0, EMAIL, PASSWORD);
        let (_, codes) = office.two_step(0, &session);
        assert_eq!(codes.len(), accounts::RECOVERY_CODES);
        assert!(office.second_step(1, &office.ticket(1), &codes[0]).is_ok());
        assert!(matches!(office.second_step(2, &office.ticket(2), &codes[0]), Err(AccountsError::Code)));
        assert_eq!(accounts::member(office.store, &office.owner).unwrap().recovery_codes, accounts::RECOVERY_CODES - 1);

        let own = (office.owner.as_str(), &*office.session_id(3, &session));
        let new = accounts::new_recovery_codes(&office.desk(3), &office.throttle, own, &PASSWORD.into()).unwrap();
        assert!(matches!(office.second_step(4, &office.ticket(4), &codes[1]), Err(AccountsError::Code)));
        assert!(office.second_step(5, &office.ticket(5), &new[1]).is_ok());
    });
}

#[test]
fn the_second_step_goes_with_password_and_code_or_by_an_owner() {
    on_each_engine(|office| {
        let session = office.login(0, EMAIL, PASSWORD);
        let (totp, _) = office.two_step(0, &session);
        let own = (office.owner.as_str(), &*office.session_id(1, &session));
        let remove = |password: &str, code: &Secret| {
            accounts::remove_two_step(&office.desk(60), &office.throttle, own, &password.into(), code)
        };
        assert!(matches!(remove("wrong", &code(&totp, 60)), Err(AccountsError::SignIn)));
        assert!(matches!(remove(PASSWORD, &"000000".into()), Err(AccountsError::Code)));
        let again = accounts::begin_two_step(&office.desk(60), &office.throttle, &office.owner, &PASSWORD.into());
        assert!(matches!(again, Err(AccountsError::TwoStepOn)));
        remove(PASSWORD, &code(&totp, 60)).unwrap();
        office.login(61, EMAIL, PASSWORD);

        let own = (office.owner.as_str(), &*office.session_id(62, &session));
        let nothing = accounts::confirm_two_step(&office.desk(62), &office.throttle, own, &"000000".into());
        assert!(matches!(nothing, Err(AccountsError::TwoStepOff)));
        office.two_step(200, &session);
        accounts::clear_two_step(&office.desk(201), &office.owner).unwrap();
        assert!(!office.is_open(202, &session));
        office.login(203, EMAIL, PASSWORD);
    });
}

#[test]
fn guessing_the_code_that_turns_the_second_step_off_is_slowed_down_however_right_the_password_is() {
    on_each_engine(|office| {
        let session = office.login(0, EMAIL, PASSWORD);
        let (totp, _) = office.two_step(0, &session);
        let own = (office.owner.as_str(), &*office.session_id(1, &session));
        let remove = |seconds, code: &Secret| {
            accounts::remove_two_step(&office.desk(seconds), &office.throttle, own, &PASSWORD.into(), code)
        };
        for _ in 0..5 {
            assert!(matches!(remove(60, &"000000".into()), Err(AccountsError::Code)));
        }
        assert!(matches!(remove(60, &code(&totp, 60)), Err(AccountsError::Throttled { .. })));
        remove(90, &code(&totp, 90)).unwrap();
    });
}

#[test]
fn an_offered_secret_waits_for_a_quarter_of_an_hour() {
    on_each_engine(|office| {
        let session = office.login(0, EMAIL, PASSWORD);
        let own = (office.owner.as_str(), &*office.session_id(1, &session));
        let offered = |seconds| {
            let offer =
                accounts::begin_two_step(&office.desk(seconds), &office.throttle, &office.owner, &PASSWORD.into());
            let secret = data_encoding::BASE32_NOPAD.decode(offer.unwrap().secret.expose().as_bytes()).unwrap();
            Builder::new().with_secret(secret).build().unwrap()
        };
        let confirm = |seconds, totp: &Totp| {
            let code = code(totp, seconds);
            accounts::confirm_two_step(&office.desk(seconds), &office.throttle, own, &code)
        };
        for late in [900, 901] {
            let totp = offered(10);
            assert!(matches!(confirm(10 + late, &totp), Err(AccountsError::TwoStepOff)), "after {late} s");
        }
        let totp = offered(2_000);
        confirm(2_000 + 899, &totp).unwrap();
    });
}

#[test]
fn the_oldest_of_too_many_sessions_ends() {
    let store = MemoryStore::new();
    let office = Office::new(&store);
    let sessions: Vec<Secret> = (0..51).map(|turn| office.login(turn * 10, EMAIL, PASSWORD)).collect();
    let open: Vec<bool> = sessions.iter().map(|session| office.is_open(600, session)).collect();
    assert!(!open[0] && open[1..].iter().all(|open| *open), "{open:?}");
}

#[test]
fn a_token_does_what_its_scopes_and_its_maker_still_may() {
    on_each_engine(|office| {
        let bob = office.member("bob@example.org", &[Role::Issuer, Role::Revoker]);
        let make = |scopes: &[Permission], days| {
            let scopes: Permissions = scopes.iter().copied().collect();
            let request =
                TokenRequest { name: "LMS", scopes, events: Scope::default(), expires: at(0).plus_days(days) };
            accounts::create_token(&office.desk(0), &office.throttle, &bob.id, &PASSWORD.into(), &request)
        };
        let scopes = [Permission::View, Permission::Revoke];
        assert!(matches!(make(&[Permission::Settings], 30), Err(AccountsError::Scopes)));
        assert!(matches!(make(&[], 30), Err(AccountsError::Scopes)));
        assert!(matches!(make(&scopes, 0), Err(AccountsError::Expiry)));
        assert!(matches!(make(&scopes, accounts::TOKEN_LONGEST_DAYS + 1), Err(AccountsError::Expiry)));
        let made = make(&scopes, 30).unwrap();
        assert_eq!(format!("{:?}", made.secret), "[redacted]");

        let ask = |seconds| accounts::authenticate_token(office.store, at(seconds), made.secret.expose());
        let principal = ask(10).unwrap();
        assert_eq!(principal.permissions, scopes.into_iter().collect());
        assert_eq!(principal.actor().to_string(), format!("staff:{}/token:{}", bob.id, made.token.id));
        let used = || accounts::tokens(office.store, Some(&bob.id)).unwrap()[0].used;
        assert_eq!(used(), Some(at(10)));
        ask(3_000).unwrap();
        assert_eq!(used(), Some(at(10)), "to the hour");
        ask(3_610).unwrap();
        assert_eq!(used(), Some(at(3_610)));

        accounts::update(&office.desk(1), &bob.id, None, &roles(&[Role::Issuer])).unwrap();
        assert_eq!(ask(20).unwrap().permissions, BTreeSet::from([Permission::View]), "its maker lost a role");
        assert!(matches!(ask(30 * 86_400), Err(AccountsError::Token)), "expired");

        let foreign = accounts::revoke_token(&office.desk(2), Some(&office.owner), &made.token.id);
        assert!(matches!(foreign, Err(AccountsError::NotFound(_))));
        accounts::revoke_token(&office.desk(2), Some(&bob.id), &made.token.id).unwrap();
        assert!(matches!(ask(21), Err(AccountsError::Token)), "revoked");
        assert_eq!(accounts::TOKEN_LONGEST_DAYS, 366);
        accounts::update(&office.desk(3), &bob.id, None, &roles(&[Role::Issuer, Role::Revoker])).unwrap();
        make(&scopes, 366).unwrap();
    });
}

#[test]
fn the_tokens_of_who_is_disabled_or_gone_are_good_no_more() {
    on_each_engine(|office| {
        let bob = office.member("bob@example.org", &[Role::Viewer]);
        let request = TokenRequest {
            name: "LMS",
            scopes: BTreeSet::from([Permission::View]),
            events: Scope::default(),
            expires: at(86_400),
        };
        let made =
            accounts::create_token(&office.desk(0), &office.throttle, &bob.id, &PASSWORD.into(), &request).unwrap();
        let good = || accounts::authenticate_token(office.store, at(1), made.secret.expose()).is_ok();
        assert!(good());
        let disable = |disabled| Change { disabled: Some(disabled), ..Change::default() };
        accounts::update(&office.desk(1), &bob.id, None, &disable(true)).unwrap();
        assert!(!good());
        accounts::update(&office.desk(1), &bob.id, None, &disable(false)).unwrap();
        assert!(!good(), "a token does not come back");
        let made =
            accounts::create_token(&office.desk(0), &office.throttle, &bob.id, &PASSWORD.into(), &request).unwrap();
        let good = || accounts::authenticate_token(office.store, at(1), made.secret.expose()).is_ok();
        assert!(good());
        accounts::remove(&office.desk(1), &bob.id, None).unwrap();
        assert!(!good());
        assert_eq!(accounts::tokens(office.store, None).unwrap(), []);
    });
}

#[test]
fn no_secret_is_in_the_store_but_that_of_the_authenticator() {
    let store = MemoryStore::new();
    let office = Office::new(&store);
    let session = office.login(0, EMAIL, PASSWORD);
    let (_, codes) = office.two_step(0, &session);
    let ticket = office.ticket(1);
    let request = TokenRequest {
        name: "LMS",
        scopes: BTreeSet::from([Permission::View]),
        events: Scope::default(),
        expires: at(86_400),
    };
    let token = accounts::create_token(&office.desk(0), &office.throttle, &office.owner, &PASSWORD.into(), &request);
    let token = token.unwrap().secret;
    let who = Invitation {
        email: "b@example.org",
        name: "B",
        roles: BTreeSet::from([Role::Viewer]),
        events: Scope::default(),
        language: None,
    };
    let (_, link) = accounts::invite(&office.desk(0), &who).unwrap();

    let mut kept = String::new();
    for collection in testamur::store::Collection::ALL {
        for document in store.documents(*collection, "", None, 1_000).unwrap().items {
            kept += &format!("{} {}\n", document.key, document.value);
        }
    }
    assert!(kept.contains("argon2id") && kept.contains(EMAIL));
    let random = |secret: &Secret| secret.expose().rsplit('.').next().unwrap().to_owned();
    for secret in [&session, &ticket, &token, &link, &codes[0], &PASSWORD.into()] {
        assert!(!kept.contains(&random(secret)));
    }
    assert!(!kept.contains(&codes[0].expose().replace('-', "")));
}
