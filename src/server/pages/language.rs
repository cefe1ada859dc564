//! The language of a page: the one that its reader chose here, else that of who is in by a session of the portal, else the one that the
//! browser wants most.

use axum::http::{HeaderMap, header};

use crate::desk::HouseLanguage;
use crate::pages::Texts;

/// Name of the cookie that keeps a language that was chosen.
pub(super) const COOKIE: &str = "testamur_language";
/// Name of the cookie that keeps the language of who is in, for as long as they are.
pub(super) const OWN: &str = "__Host-testamur_own_language";

/// Returns the language of a page: the one that was chosen here, else that of who is in, else the first that the browser names (RFC 9110
/// section 12.5.4), else that of the house.
pub(super) fn wanted(headers: &HeaderMap, house: &HouseLanguage) -> &'static Texts {
    let kept = |name: &str| super::cookie(headers, name).and_then(|tag| Texts::named(&tag));
    let chosen = kept(COOKIE).or_else(|| kept(OWN));
    let named = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let weighed = |part: &str| {
        let (tag, quality) = part.split_once(";q=").unwrap_or((part, "1"));
        let quality = quality.trim().parse::<f32>().ok().filter(|quality| *quality > 0.0)?;
        Some((Texts::named(tag.trim())?, quality))
    };
    let best = named.split(',').filter_map(weighed).fold(None, |best: Option<(&Texts, f32)>, one| match best {
        Some(best) if best.1 >= one.1 => Some(best),
        _ => Some(one),
    });
    chosen.or(best.map(|(texts, _)| texts)).unwrap_or_else(|| Texts::of_house(house.now()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_the_language_that_it_wants_most() {
        let language_of = |text: &str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, text.parse().unwrap())]);
            wanted(&headers, &HouseLanguage::default()).language
        };
        for (text, language) in [
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("pt-BR, fr;q=0.5, en;q=0.4", "fr"),
            ("en;q=0.2, zh-Hant-TW;q=0.7", "zh"),
            ("de;q=0, ar", "ar"),
            ("", "en"),
            ("tlh, *;q=0.1", "en"),
            (";;q=x,,de;q=nonsense", "en"),
        ] {
            assert_eq!(language_of(text), language, "{text}");
        }
        let hindi = HouseLanguage::fixed("hi".parse().unwrap());
        assert_eq!(
            wanted(&HeaderMap::new(), &hindi).language,
            "hi",
            "who wants none that is spoken gets that of the house"
        );
    }

    #[test]
    fn what_was_chosen_goes_before_ones_own_and_that_before_the_browsers() {
        let own = format!("{OWN}=ar");
        let chosen = format!("{COOKIE}=fr; {own}");
        for (cookies, language) in [(chosen.as_str(), "fr"), (own.as_str(), "ar"), ("", "de")] {
            let pairs = [(header::ACCEPT_LANGUAGE, "de"), (header::COOKIE, cookies)];
            let headers = HeaderMap::from_iter(pairs.map(|(name, value)| (name, value.parse().unwrap())));
            assert_eq!(wanted(&headers, &HouseLanguage::default()).language, language, "{cookies}");
        }
    }
}
