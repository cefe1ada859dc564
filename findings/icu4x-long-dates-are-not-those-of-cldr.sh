#!/usr/bin/env bash
# Guess: the `long` form of a year, month and day that ICU4X writes (`YMD::long()`) is what CLDR gives as the long date of a language
#        (`dateFormats/long`), as ICU's and the browsers' `dateStyle: "long"` is.
# Fact:  it is put together from the skeleton `yMMMMd` (`availableFormats`), which in many languages is another pattern: Estonian loses
#        the full stop after the day; Irish, Odia and Armenian put the parts in another order. English, German and Danish agree.
# Why it matters: the date on a certificate is what its language's readers would call a mistake, and differs from the one that a web
#        page writes beside it.
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
icu_datetime = { version = "=2.4.0", features = ["compiled_data"] }
icu_calendar = { version = "=2.4.0", features = ["compiled_data"] }
icu_locale_core = "=2.4.0"
TOML
cat >src/main.rs <<'RUST'
use icu_calendar::Date;
use icu_datetime::{fieldsets::YMD, DateTimeFormatter};
use icu_locale_core::Locale;

fn main() {
    let date = Date::try_new_iso(2026, 11, 29).expect("a day");
    for language in std::env::args().skip(1) {
        let locale: Locale = language.parse().expect("a language");
        let writer = DateTimeFormatter::try_new(locale.into(), YMD::long()).expect("its dates");
        println!("{language}: {}", writer.format(&date));
    }
}
RUST
languages="en de et ga or da hy"
cargo run --quiet -- $languages >icu4x
npm install --loglevel error --no-save --prefix "$folder" cldr-dates-full@48.2.0 >/dev/null
node -e '
const months = (l) => require(`cldr-dates-full/main/${l}/ca-gregorian.json`).main[l].dates.calendars.gregorian;
for (const language of process.argv.slice(1)) {
  const calendar = months(language);
  const long = calendar.dateFormats.long;
  const pattern = typeof long === "string" ? long : long._value;
  const text = pattern.replace(/\x27([^\x27]*)\x27|MMMM|d+|y+/g, (part, quoted) =>
    quoted ?? (part === "MMMM" ? calendar.months.format.wide["11"] : part[0] === "d" ? "29" : "2026"));
  console.log(`${language}: ${text}`);
}' $languages >cldr
paste -d '\n' icu4x cldr
cat >expected <<'SEEN'
et: 29 november 2026
ga: Samhain 29, 2026
or: 29 ନଭେମ୍ବର 2026
hy: 2026 թ․ նոյեմբերի 29
SEEN
diff expected <(diff --unchanged-line-format= --old-line-format='%L' --new-line-format= icu4x cldr) ||
    { echo "icu_datetime 2.4.0 with CLDR 48.2.0 behaves otherwise" >&2; exit 1; }
echo "as found: icu_datetime 2.4.0 writes other long dates than CLDR 48.2.0 has for et, ga, or and hy"
