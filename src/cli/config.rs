//! `testamur.toml`: what an issuer is called and where it publishes.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::mail_config::MailSection;
use super::output::{Explain, Failure};
use crate::acts::run::Undo;
use crate::acts::upkeep::Values;
use crate::credential::Zone;
use crate::desk::{HouseLanguage, HouseZone, Issuer, Language};
use crate::mail::config::is_host;
use crate::server::{MOST_PROXIES, PublicUrl};

/// The file's name in the data folder.
pub(super) const FILE: &str = "testamur.toml";
/// Longest time in which a revocation can be undone: a day.
const MOST_UNDO_MINUTES: u16 = 1_440;
/// Longest issuer name, in characters.
const LONGEST_NAME: usize = 120;
/// Longest domain or verifier address, in bytes: each costs room in every QR code.
const LONGEST_ADDRESS: usize = 100;

/// The section `[backup]`: a dump of the store each night, while the service runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BackupSection {
    /// The folder, best on another disk; made if it is not there.
    pub folder: PathBuf,
    /// At which hour of the issuer's day, 0 to 23. Default: 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hour: Option<u8>,
    /// How many stay, 1 to 3650. Default: 14.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<u16>,
}

impl BackupSection {
    fn check(&self) -> Result<(), Failure> {
        if self.folder.as_os_str().is_empty() {
            return Err(Failure::usage("backup.folder is empty"));
        }
        if self.hour.is_some_and(|hour| hour > 23) {
            return Err(Failure::usage("backup.hour must be 0 to 23"));
        }
        match self.keep {
            Some(0 | 3_651..) => Err(Failure::usage("backup.keep must be 1 to 3650")),
            _ => Ok(()),
        }
    }
}

/// The section `[retention]`: what is thrown away each night, while the service runs, and how long sessions last. What is not said
/// here, an owner may choose on a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RetentionSection {
    /// After how many days a message's address, its links and what mail servers said of it are forgotten; 0: never. Default: 730.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_days: Option<u16>,
    /// After how many days the reports of imports go, which hold what was in the files; 0: never. Default: 90.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_days: Option<u16>,
    /// For how many minutes a file that staff chose waits in memory while they look at what would become of it, 5 to 1440.
    /// Default: 60.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_minutes: Option<u16>,
    /// After how many hours a session of staff ends that is not used, 1 to 720. Default: 12.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_hours: Option<u16>,
    /// How many days after its login a session of staff ends, 1 to 365. Default: 7.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_days: Option<u16>,
}

/// The configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// The issuer's name as printed and signed.
    pub issuer: String,
    /// The host of the issuer's identity, `did:web:DOMAIN`.
    pub domain: String,
    /// Host and path of the page that QR codes open. Default: `DOMAIN/verify`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifier: Option<String>,
    /// Days until a published status list is stale. Default: 7.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_days: Option<u16>,
    /// How long a revocation can be undone before a publication holds it, in minutes. Default: 15.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_minutes: Option<u16>,
    /// Where days begin and end, by the name of the IANA database: printed days of issue, ends of last days. Default: UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<Zone>,
    /// What is spoken where nobody's own language is known, as on the published start page: `ar`, `de`, `en`, `es`, `fr`, `hi` or
    /// `zh`. Default: `en`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The number of the issuer's page on LinkedIn (`linkedin.com/company/NUMBER`), by which its logo is shown in profiles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linkedin: Option<u64>,
    /// Whether the JSON for wallets names an SVG of the published site by which they may show the certificate (W3C's draft of
    /// `renderMethod`). Only what is made from then on. Default: false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub render_method: Option<bool>,
    /// How mail leaves. Without it none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailSection>,
    /// A backup each night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<BackupSection>,
    /// What is thrown away each night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<RetentionSection>,
    /// How `testamur serve` serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serve: Option<Serve>,
}

/// The section `[serve]`. A flag or a variable of the environment goes before it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Serve {
    /// Address and port. Default: `127.0.0.1:8080`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// The folder that is published to. Without it, publishing over HTTP is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<PathBuf>,
    /// Publish into `site` without being asked: after changes, and before what is published grows stale. Default: true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish: Option<bool>,
    /// Under which address people reach it, behind a proxy: what every link begins with. Default: where it listens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// Certificate chain for TLS, PEM. Needs `tls_key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_cert: Option<PathBuf>,
    /// Private key for TLS, PEM. Needs `tls_cert`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_key: Option<PathBuf>,
    /// Behind how many proxies it stands, which add callers' addresses to `X-Forwarded-For` or `Forwarded`; `true` is 1.
    /// Default: 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind_proxy: Option<Proxies>,
    /// Serve the W3C VC-API. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vc_api: Option<bool>,
    /// Let webhooks call this machine itself. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhooks_loopback: Option<bool>,
    /// Public requests a second from one address. Default: 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_per_second: Option<u32>,
    /// Links to their certificates that may be asked for in an hour from one address; more where classes share one. Each mailbox
    /// gets five. Default: 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub links_per_caller: Option<u32>,
    /// Largest upload in MB. Default: 64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_mb: Option<u16>,
    /// How long a request may take, in seconds. Default: 30.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_seconds: Option<u16>,
    /// More certificates that one member of staff revokes, restores, renames or regenerates within a day than this need a
    /// second one. Default: 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoke_alone: Option<usize>,
}

/// How many proxies stand before the service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ProxiesTold")]
pub(super) struct Proxies(pub u8);

/// The ways to say it in the file.
#[derive(Deserialize)]
#[serde(untagged, expecting = "behind_proxy must be true, false or a number of proxies")]
enum ProxiesTold {
    Whether(bool),
    Many(i64),
}

impl Proxies {
    fn most(number: Option<u8>) -> Result<Self, String> {
        let number = number.filter(|number| *number <= MOST_PROXIES).map(Self);
        number.ok_or_else(|| format!("a number of proxies is 0 to {MOST_PROXIES}; true is 1, false is 0"))
    }
}

impl TryFrom<ProxiesTold> for Proxies {
    type Error = String;

    fn try_from(told: ProxiesTold) -> Result<Self, String> {
        match told {
            ProxiesTold::Whether(behind) => Ok(Self(behind.into())),
            ProxiesTold::Many(number) => Self::most(number.try_into().ok()),
        }
    }
}

impl FromStr for Proxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            "true" => Ok(Self(1)),
            "false" | "" => Ok(Self(0)),
            number => Self::most(number.parse().ok()),
        }
    }
}

impl fmt::Display for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => write!(f, "no"),
            1 => write!(f, "1 proxy"),
            many => write!(f, "{many} proxies"),
        }
    }
}

impl Serve {
    /// Returns under which address people reach it, where that is told.
    pub(super) fn public_url(&self) -> Result<Option<PublicUrl>, Failure> {
        let told = self.public_url.as_ref().map(|text| text.parse::<PublicUrl>());
        told.transpose().map_err(|error| Failure::usage(format!("public_url: {error}")))
    }

    fn check(&self) -> Result<(), Failure> {
        if self.tls_cert.is_some() != self.tls_key.is_some() {
            return Err(Failure::usage("tls_cert and tls_key go together: one of them is missing"));
        }
        self.public_url()?;
        let zero = [
            ("public_per_second", self.public_per_second == Some(0)),
            ("links_per_caller", self.links_per_caller == Some(0)),
            ("upload_mb", self.upload_mb == Some(0)),
            ("request_seconds", self.request_seconds == Some(0)),
        ];
        match zero.iter().find(|(_, is_zero)| *is_zero) {
            Some((name, _)) => Err(Failure::usage(format!("{name} must be 1 or more"))),
            None => Ok(()),
        }
    }
}

impl Config {
    /// Reads and checks the configuration of a data folder.
    ///
    /// # Errors
    /// When there is none, or something in it is wrong.
    pub(super) fn read(data: &Path) -> Result<Self, Failure> {
        let path = data.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Failure::new(format!("there is no issuer in {}", data.display())).hint(
                    "set one up with `testamur init --issuer NAME --domain HOST`, or point --data (TESTAMUR_DATA) at its folder",
                ));
            }
            other => other.doing(format!("read {}", path.display()))?,
        };
        let config: Self = toml::from_str(&text).doing(format!("read {}", path.display()))?;
        config.check().map_err(|failure| failure.hint(format!("correct it in {}", path.display())))?;
        Ok(config)
    }

    /// Checks every value.
    ///
    /// # Errors
    /// Names the first one that is wrong.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let name = self.issuer.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(Failure::usage(format!(
                "the issuer's name must have 1 to {LONGEST_NAME} printable characters"
            )));
        }
        if !is_host(&self.domain) {
            return Err(Failure::usage(format!("`{}` is not a domain such as certs.example.org", self.domain)));
        }
        let verifier = self.verifier();
        let (host, path) = verifier.split_once('/').unwrap_or((&verifier, ""));
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
        if !is_host(host) || !path.bytes().all(plain) || verifier.len() > LONGEST_ADDRESS {
            return Err(Failure::usage(format!("`{verifier}` is not a host with an optional path")));
        }
        if let Some(serve) = &self.serve {
            serve.check()?;
        }
        if let Some(mail) = &self.mail {
            mail.check()?;
        }
        if let Some(backup) = &self.backup {
            backup.check()?;
        }
        if let Some(fault) = self.fixed().faults().first() {
            return Err(Failure::usage(format!("retention.{} {}", fault.field, fault.problem)));
        }
        if self.undo_minutes.is_some_and(|minutes| minutes > MOST_UNDO_MINUTES) {
            return Err(Failure::usage(format!("undo_minutes must be 0 to {MOST_UNDO_MINUTES}")));
        }
        match self.status_days {
            Some(0 | 367..) => Err(Failure::usage("status_days must be 1 to 366")),
            _ => Ok(()),
        }
    }

    /// Returns what is fixed of how house is kept.
    pub(super) fn fixed(&self) -> Values {
        let (told, backup) = (self.retention.clone().unwrap_or_default(), self.backup.as_ref());
        Values {
            mail_days: told.mail_days,
            upload_days: told.upload_days,
            waiting_minutes: told.waiting_minutes,
            session_hours: told.session_hours,
            session_days: told.session_days,
            backup_folder: backup.map(|backup| backup.folder.display().to_string()),
            backup_hour: backup.and_then(|backup| backup.hour),
            backup_keep: backup.and_then(|backup| backup.keep),
        }
    }

    /// Returns host and path of the verifier.
    pub(super) fn verifier(&self) -> String {
        self.verifier.clone().unwrap_or_else(|| format!("{}/verify", self.domain))
    }

    /// Returns days until a published status list is stale.
    pub(super) fn status_days(&self) -> u16 {
        self.status_days.unwrap_or(7)
    }

    /// Returns how long a revocation waits before a publication holds it.
    pub(super) fn undo(&self) -> Undo {
        self.undo_minutes.map(Undo).unwrap_or_default()
    }

    /// Returns what the use cases need of it.
    pub(super) fn issuer(&self) -> Issuer {
        Issuer {
            host: self.domain.clone(),
            name: self.issuer.trim().to_owned(),
            verifier: self.verifier(),
            zone: self.time_zone.clone().map(HouseZone::fixed).unwrap_or_default(),
            language: self.language.map(HouseLanguage::fixed).unwrap_or_default(),
            render_method: self.render_method.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_plain() {
        for host in ["certs.example.org", "localhost:8080", "xn--bcher-kva.example"] {
            assert!(is_host(host), "{host}");
        }
        for host in [
            "",
            "Certs.example.org",
            "https://example.org",
            "a..b",
            "-a.org",
            "a.org/",
            "a.org:0",
            "a.org:080",
            "a b",
            "ü.org",
        ] {
            assert!(!is_host(host), "{host}");
        }
    }
}
