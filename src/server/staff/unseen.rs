//! Characters that nobody sees: such as turn what follows around, and such as no line holds. A page shows that one was there, and lets it do
//! nothing; in a field it stays as it was typed, for whoever mends it, and so does what a form sends back as it got it.

use std::borrow::Cow;

use crate::import::is_bidi_control;

/// What is shown in the place of one.
const MARK: char = '\u{fffd}';
/// Where what stays begins and ends: values that forms send. Quotes and angles of what is written into a page are escaped.
const KEPT: [(&str, &str); 2] = [(" value=\"", "\""), ("<textarea", "</textarea>")];

fn is_unseen(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t' | '\r') || is_bidi_control(c)
}

/// Returns a page in which each of them is marked.
pub(super) fn marked(page: String) -> String {
    if !page.contains(is_unseen) {
        return page;
    }
    let (mut shown, mut rest) = (String::with_capacity(page.len()), page.as_str());
    while let Some((at, end)) =
        KEPT.iter().filter_map(|(start, end)| Some((rest.find(start)? + start.len(), *end))).min()
    {
        let until = rest[at..].find(end).map_or(rest.len(), |length| at + length);
        shown.push_str(&in_text(&rest[..at]));
        shown.push_str(&rest[at..until]);
        rest = &rest[until..];
    }
    shown.push_str(&in_text(rest));
    shown
}

fn in_text(text: &str) -> Cow<'_, str> {
    match text.contains(is_unseen) {
        true => text.replace(is_unseen, MARK.encode_utf8(&mut [0; 4])).into(),
        false => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_marked_but_in_fields() {
        let page = "<h1>a\u{202e}b</h1>\n<input name=\"x\" value=\"c\u{7}d\" title=\"\u{1b}\"><textarea name=\"y\">e\u{2066}</textarea>f\u{2066}g";
        let shown = "<h1>a\u{fffd}b</h1>\n<input name=\"x\" value=\"c\u{7}d\" title=\"\u{fffd}\"><textarea name=\"y\">e\u{2066}</textarea>f\u{fffd}g";
        assert_eq!(marked(page.to_owned()), shown);
        // What languages need stays: marks of direction and joiners.
        let plain = "<p>می\u{200c}خواهم \u{200f}1</p>\r\n";
        assert_eq!(marked(plain.to_owned()), plain);
    }
}
