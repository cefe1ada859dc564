//! The command line, driven as a script would: stories, transcripts of mistakes, and other people's readers.

mod clock;
mod containers;
mod day;
mod disk;
mod earlier;
mod files;
mod first_user;
mod foreign;
mod forgeries;
mod hidden;
mod issuer;
mod life;
mod lists;
mod mail;
mod mistakes;
mod output;
mod people;
mod read_aloud;
mod readme;
mod real_lists;
mod resaved;
#[path = "../tools/small_disk.rs"]
mod small_disk;
#[allow(dead_code, reason = "not every test file needs all that it can do")]
#[path = "../tools/smtp_sink.rs"]
mod smtp_sink;
mod tampered;
mod templates;
mod tools;
mod wallets;
#[path = "../tools/zips.rs"]
mod zips;
mod zones;
