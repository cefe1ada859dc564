//! The command line, driven as a script would: stories, transcripts of mistakes, and other people's readers.

mod containers;
mod earlier;
mod first_user;
mod forgeries;
mod issuer;
mod life;
mod mistakes;
mod output;
mod readme;
mod tampered;
mod tools;
