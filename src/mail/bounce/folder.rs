//! Folders that mails come back into: a Maildir, or a file in the mbox format (RFC 4155).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::MAIL_BYTES;

/// Mails in a folder, each read when it is asked for.
#[derive(Debug)]
pub enum Folder {
    /// A Maildir: what is in `new/` is read, and moved to `cur/` as seen.
    Maildir(PathBuf),
    /// A file of the mbox format: it stays as it is.
    Mbox(PathBuf),
}

impl Folder {
    /// Says what is there.
    ///
    /// # Errors
    /// When it cannot be looked at, or is neither.
    pub fn at(path: &Path) -> io::Result<Self> {
        if path.join("new").is_dir() && path.join("cur").is_dir() {
            return Ok(Self::Maildir(path.to_owned()));
        }
        if fs::metadata(path)?.is_file() {
            return Ok(Self::Mbox(path.to_owned()));
        }
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is neither a Maildir nor a file of the mbox format"))
    }

    /// Goes through the mails, oldest first. What is taken from a Maildir is marked as seen once `take` has returned well.
    ///
    /// # Errors
    /// When they cannot be read, and what `take` returns.
    pub fn each<E: From<io::Error>>(&self, mut take: impl FnMut(&[u8]) -> Result<(), E>) -> Result<usize, E> {
        match self {
            Self::Maildir(path) => {
                let mut names: Vec<_> = fs::read_dir(path.join("new"))?
                    .map(|entry| entry.map(|entry| entry.file_name()))
                    .collect::<Result<_, _>>()?;
                names.sort();
                for name in &names {
                    let new = path.join("new").join(name);
                    take(&fs::read(&new)?)?;
                    let mut seen = name.clone();
                    seen.push(":2,S");
                    fs::rename(&new, path.join("cur").join(seen))?;
                }
                Ok(names.len())
            }
            Self::Mbox(path) => {
                let bytes = fs::read(path)?;
                let mails = mails(&bytes);
                mails.iter().try_for_each(|mail| take(mail))?;
                Ok(mails.len())
            }
        }
    }
}

/// Splits a file of the mbox format: a line that begins with `From ` after a blank one begins a mail, and `>From ` in one
/// stands for `From `.
fn mails(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut mails, mut blank) = (Vec::<Vec<u8>>::new(), true);
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let begins = blank && line.starts_with(b"From ");
        blank = line.trim_ascii_end().is_empty();
        if begins {
            mails.push(Vec::new());
            continue;
        }
        let Some(mail) = mails.last_mut() else { continue };
        let quoted =
            line.starts_with(b">") && line.trim_ascii_start().iter().skip_while(|b| **b == b'>').take(5).eq(b"From ");
        mail.extend_from_slice(if quoted { &line[1..] } else { line });
        // The parser is to see no more than is ever read of one.
        if mail.len() > MAIL_BYTES {
            mail.truncate(MAIL_BYTES + 1);
        }
    }
    mails
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_mbox_is_split_where_mails_begin() {
        let file =
            b"From a Sat Nov 28\nTo: x\n\nhello\nFrom here\n\n>From there\n>>From far\n\nFrom b Sat Nov 28\nTo: y\n\nz\n";
        let mails = mails(file);
        assert_eq!(mails.len(), 2);
        assert_eq!(String::from_utf8_lossy(&mails[0]), "To: x\n\nhello\nFrom here\n\nFrom there\n>From far\n\n");
    }

    #[test]
    fn what_is_taken_from_a_maildir_is_seen_and_what_fails_is_not() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["new", "cur", "tmp"] {
            fs::create_dir(dir.path().join(name)).unwrap();
        }
        fs::write(dir.path().join("new/1"), "one").unwrap();
        fs::write(dir.path().join("new/2"), "two").unwrap();
        let folder = Folder::at(dir.path()).unwrap();
        let stopped = folder.each(|mail| if mail == b"two" { Err(io::Error::other("no")) } else { Ok(()) });
        assert!(stopped.is_err());
        assert!(dir.path().join("cur/1:2,S").exists() && dir.path().join("new/2").exists());
        assert_eq!(folder.each(|_| Ok::<_, io::Error>(())).unwrap(), 1);
        assert!(Folder::at(&dir.path().join("new")).is_err());
    }
}
