//! What somebody proved with their password is not good any more when the password was changed meanwhile.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use testamur::accounts::{self, AccountsError, Attempt, Grant, Login, Secret, SetUp, Throttle};
use testamur::credential::Timestamp;
use testamur::desk::{Actor, Desk, Issuer};
use testamur::store::{MemoryStore, Store};
use totp_rs::{Builder, Totp};

use crate::store::between::Between;

const EMAIL: &str = "ada@example.org";
const PASSWORD: &str = "a long enough secret";
const OTHER: &str = "another long secret";

fn issuer() -> Issuer {
    Issuer {
        host: "example.org".into(),
        name: "School".into(),
        verifier: "example.org/v".into(),
        zone: Default::default(),
        language: Default::default(),
        render_method: false,
    }
}

fn desk<'a>(store: &'a dyn Store, issuer: &'a Issuer, seconds: i64) -> Desk<'a> {
    Desk { store, issuer, actor: &Actor::System, now: Timestamp::from_unix(1_800_000_000 + seconds) }
}

fn login(desk: &Desk<'_>, password: &str) -> Result<Login, AccountsError> {
    let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
    let attempt = Attempt { email: EMAIL, password: &password.into(), address, label: "Firefox" };
    accounts::login(desk, &Throttle::default(), &attempt)
}

/// Somebody who is logged in and has a second step.
struct Member {
    id: String,
    session: String,
    totp: Totp,
}

impl Member {
    fn of(store: &dyn Store) -> Self {
        let (issuer, throttle) = (issuer(), Throttle::default());
        let desk = desk(store, &issuer, 0);
        let link = accounts::setup_link(&desk).unwrap().unwrap();
        let ada = SetUp { email: EMAIL, name: "Ada", password: &PASSWORD.into() };
        let id = accounts::set_up(&desk, &link, &ada).unwrap().0.id;
        let Login::Done { session, .. } = login(&desk, PASSWORD).unwrap() else {
            panic!("there is no second step yet")
        };
        let Grant::Session(session) = accounts::authenticate(store, desk.now, session.expose()).unwrap().grant else {
            panic!("a session")
        };
        let offer = accounts::begin_two_step(&desk, &throttle, &id, &PASSWORD.into()).unwrap();
        let secret = data_encoding::BASE32_NOPAD.decode(offer.secret.expose().as_bytes()).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        let member = Self { id, session, totp };
        let own = (member.id.as_str(), member.session.as_str());
        accounts::confirm_two_step(&desk, &throttle, own, &member.code(0)).unwrap();
        member
    }

    fn code(&self, seconds: u64) -> Secret {
        self.totp.generate(1_800_000_000 + seconds).to_string().into()
    }
}

/// Does something of one's own right before whose write the password is changed.
#[track_caller]
fn too_late<T: std::fmt::Debug>(does: impl Fn(&Desk<'_>, &Throttle, &Member) -> Result<T, AccountsError>) {
    let inner: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let member = Member::of(&*inner);
    let between = Between::over(Arc::clone(&inner));
    let (store, own) = (Arc::clone(&inner), (member.id.clone(), member.session.clone()));
    between.before("write_documents", move || {
        let (issuer, throttle) = (issuer(), Throttle::default());
        let own = (own.0.as_str(), own.1.as_str());
        let desk = desk(&*store, &issuer, 60);
        accounts::change_password(&desk, &throttle, own, &PASSWORD.into(), &OTHER.into()).unwrap();
    });
    let issuer = issuer();
    let refused = does(&desk(&*between, &issuer, 60), &Throttle::default(), &member);
    assert!(between.happened());
    assert!(matches!(refused, Err(AccountsError::SignIn)), "{refused:?}");
    let again = login(&desk(&*inner, &issuer, 120), OTHER).unwrap();
    assert!(matches!(again, Login::SecondStep(_)), "the second step is what it was");
    let member = accounts::member(&*inner, &member.id).unwrap();
    assert_eq!(member.recovery_codes, accounts::RECOVERY_CODES);
}

#[test]
fn the_second_step_is_not_turned_off_with_a_password_that_was_changed_meanwhile() {
    too_late(|desk, throttle, member| {
        let own = (member.id.as_str(), member.session.as_str());
        accounts::remove_two_step(desk, throttle, own, &PASSWORD.into(), &member.code(60))
    });
}

#[test]
fn recovery_codes_are_not_made_with_a_password_that_was_changed_meanwhile() {
    too_late(|desk, throttle, member| {
        let own = (member.id.as_str(), member.session.as_str());
        accounts::new_recovery_codes(desk, throttle, own, &PASSWORD.into()).map(|codes| codes.len())
    });
}
