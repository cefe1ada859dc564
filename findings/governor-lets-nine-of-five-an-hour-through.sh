#!/usr/bin/env bash
# Guess: a rate limiter of `Quota::per_hour(5)` in the Rust crate governor lets five through within an hour, and then none until an hour
#        has passed since the first of them.
# Fact:  five come through at once, and one more every twelve minutes from the first one on: nine within the first hour, and whoever
#        asks on and on gets nine in some hours. Only the average is five. The name of the constructor says nothing of it.
# Why it matters: "five links an hour to one mailbox" is nine with it, and a test that asks six times at once does not see that. What is
#        promised for any hour has to be counted by when each one came.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "look"
version = "0.0.0"
edition = "2021"
[dependencies]
governor = { version = "=0.10.4", default-features = false, features = ["std"] }
TOML
cat >src/main.rs <<'RUST'
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::FakeRelativeClock;
use governor::{Quota, RateLimiter};

fn main() {
    let clock = FakeRelativeClock::default();
    let limiter = RateLimiter::direct_with_clock(Quota::per_hour(NonZeroU32::new(5).unwrap()), clock.clone());
    let mut through = Vec::new();
    for minute in 0..120 {
        while limiter.check().is_ok() {
            through.push(minute);
        }
        clock.advance(Duration::from_secs(60));
    }
    let most = (0..60).map(|from| through.iter().filter(|at| (from..from + 60).contains(*at)).count()).max().unwrap();
    println!("let through in minute: {through:?}");
    println!("most within an hour: {most}");
}
RUST
cargo run --quiet >seen
cat seen
cat >expected <<'SEEN'
let through in minute: [0, 0, 0, 0, 0, 12, 24, 36, 48, 60, 72, 84, 96, 108]
most within an hour: 9
SEEN
diff expected seen || { echo "governor 0.10.4 behaves otherwise" >&2; exit 1; }
echo "as found: a quota of five an hour lets nine through within one"
