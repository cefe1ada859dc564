//! Who called, where proxies stand before the service: `X-Forwarded-For` as they write it, and `Forwarded` (RFC 7239).
//!
//! Each proxy puts the address that it was called from at the end: at the end of the last line, or as a line of its own. So
//! all lines are one list, and it is counted from the right: what stands before that which our own proxies put there is only
//! said, by anybody. Where the two headers tell different callers, one of them is only said, and neither is believed.

use std::net::IpAddr;

use axum::http::HeaderMap;

/// Most proxies that a service stands behind.
pub const MOST_PROXIES: u8 = 16;

/// Returns the caller's address as the outermost of so many proxies saw it. `None` if it cannot be told: then whoever opened
/// the connection counts.
pub(super) fn caller(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let lines = |name: &str| -> Vec<String> {
        let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.get_all(name).iter().map(text).collect()
    };
    let (usual, standard) = (lines("x-forwarded-for"), lines("forwarded"));
    let usual = (!usual.is_empty()).then(|| counted(&addresses(&usual), proxies));
    let standard = (!standard.is_empty()).then(|| elements(&standard).and_then(|list| counted(&list, proxies)));
    match (usual, standard) {
        (Some(one), Some(other)) => one.filter(|_| one == other),
        (one, other) => one.or(other).flatten(),
    }
}

/// Returns the entry that the outermost proxy put there. One that names no address, as `unknown`, is passed over for what the
/// next proxy inwards saw. A list that is shorter came through fewer proxies.
fn counted(list: &[Option<IpAddr>], proxies: usize) -> Option<IpAddr> {
    list.get(list.len().saturating_sub(proxies)..)?.iter().find_map(|entry| *entry)
}

/// Reads the lines of `X-Forwarded-For` as one list.
fn addresses(lines: &[String]) -> Vec<Option<IpAddr>> {
    lines.iter().flat_map(|line| line.split(',')).filter(|entry| !entry.trim().is_empty()).map(address).collect()
}

/// Reads the `for` of each element of the lines of `Forwarded`. `None` if a line is not what RFC 7239 section 4 says: a
/// quotation mark that is never closed would swallow what comes after it.
fn elements(lines: &[String]) -> Option<Vec<Option<IpAddr>>> {
    let mut list = Vec::new();
    for line in lines {
        let between = |c: char| c == ',' || c.is_ascii_whitespace();
        let mut rest = line.trim_start_matches(between);
        while !rest.is_empty() {
            let (found, after) = element(rest)?;
            list.push(found);
            rest = after.trim_start_matches(between);
        }
    }
    Some(list)
}

/// Reads pairs up to the next comma; returns the address in `for`, and what comes after.
fn element(text: &str) -> Option<(Option<IpAddr>, &str)> {
    let (mut found, mut rest) = (None, text);
    loop {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim();
        if name.is_empty() || !name.bytes().all(is_token) {
            return None;
        }
        let (value, after) = value(after)?;
        if name.eq_ignore_ascii_case("for") {
            found = address(&value);
        }
        let after = after.trim_start();
        match after.as_bytes().first() {
            None => return Some((found, "")),
            Some(b',') => return Some((found, &after[1..])),
            Some(b';') => rest = &after[1..],
            Some(_) => return None,
        }
    }
}

/// Reads a token or a quoted string (RFC 9110 section 5.6). What is no token but has no quotation marks, as an IPv6 address in
/// brackets, is read up to the next delimiter: proxies write it so.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ';']).unwrap_or(text.len());
        return (!text[..end].contains('"')).then(|| (text[..end].trim().to_owned(), &text[end..]));
    };
    let (mut value, mut letters) = (String::new(), quoted.char_indices());
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(letters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

/// RFC 9110 section 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Reads an address with or without a port: `192.0.2.1:80`, `[2001:db8::1]:80`, `2001:db8::1` (RFC 7239 section 6).
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let found = match text.strip_prefix('[') {
        Some(rest) => {
            let (inner, port) = rest.split_once(']')?;
            let whole = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
            IpAddr::V6(inner.parse().ok().filter(|_| whole)?)
        }
        None => text.parse().ok().or_else(|| with_port(text))?,
    };
    Some(found.to_canonical())
}

fn with_port(text: &str) -> Option<IpAddr> {
    let (address, port) = text.split_once(':')?;
    address.parse().ok().filter(|_| is_port(port)).map(IpAddr::V4)
}

/// A number, or a name that stands for one.
fn is_port(text: &str) -> bool {
    let name = text.strip_prefix('_');
    match name {
        Some(name) => !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)),
        None => text.parse::<u16>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(proxies: usize, lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        caller(&headers, proxies).map(|address| address.to_string()).unwrap_or_default()
    }

    const XFF: &str = "x-forwarded-for";

    #[test]
    fn lines_are_one_list_that_is_counted_from_the_right() {
        assert_eq!(told(1, &[(XFF, "198.51.100.9, 203.0.113.7")]), "203.0.113.7");
        // As HAProxy does: a line of its own, after what the caller sent.
        assert_eq!(told(1, &[(XFF, "198.51.100.9"), (XFF, "203.0.113.7")]), "203.0.113.7");
        assert_eq!(told(2, &[(XFF, "6.6.6.6, 203.0.113.7"), (XFF, "10.0.0.1")]), "203.0.113.7");
        assert_eq!(told(2, &[(XFF, "6.6.6.6"), (XFF, "203.0.113.7, 10.0.0.1"), (XFF, " ")]), "203.0.113.7");
        assert_eq!(told(3, &[(XFF, "203.0.113.7, 10.0.0.1")]), "203.0.113.7", "it came through fewer");
        assert_eq!(told(1, &[]), "");
    }

    #[test]
    fn addresses_have_ports_and_brackets_or_not() {
        for (text, address) in [
            ("192.0.2.1:4711", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("[::ffff:192.0.2.1]:80", "192.0.2.1"),
            ("unknown", ""),
            ("_hidden", ""),
            ("[192.0.2.1]", ""),
            ("192.0.2.1:x", ""),
            ("[2001:db8::1", ""),
            ("[2001:db8::1]4711", ""),
        ] {
            assert_eq!(told(1, &[(XFF, text)]), address, "{text}");
        }
        assert_eq!(told(2, &[(XFF, "6.6.6.6, unknown, 10.0.0.1")]), "10.0.0.1", "what the next one inwards saw");
    }

    #[test]
    fn the_standard_header_is_read_with_quotation_marks_and_all() {
        let f = "forwarded";
        assert_eq!(told(1, &[(f, "for=192.0.2.60;proto=http;by=203.0.113.43")]), "192.0.2.60");
        assert_eq!(told(1, &[(f, r#"For="[2001:db8:cafe::17]:4711""#)]), "2001:db8:cafe::17");
        assert_eq!(told(1, &[(f, "for=6.6.6.6, for=192.0.2.43:80")]), "192.0.2.43");
        assert_eq!(told(1, &[(f, "for=6.6.6.6"), (f, "proto=https;for=192.0.2.43")]), "192.0.2.43");
        assert_eq!(told(2, &[(f, r#"for=6.6.6.6, for="192.0.2.43:_x", for=10.0.0.1"#)]), "192.0.2.43");
        assert_eq!(told(1, &[(f, r#"for="a\", for=6.6.6.6", for=192.0.2.43"#)]), "192.0.2.43");
        // Nobody hides behind a mark what a proxy adds to the line.
        for open in [r#"for=", for=192.0.2.43"#, r#"for="x, for="[2001:db8::1]""#, r#"x="\, for="192.0.2.43""#, "for"] {
            assert_eq!(told(1, &[(f, open)]), "", "{open}");
        }
    }

    #[test]
    fn two_headers_that_differ_are_not_believed() {
        assert_eq!(told(1, &[(XFF, "192.0.2.1"), ("forwarded", "for=192.0.2.1")]), "192.0.2.1");
        assert_eq!(told(1, &[(XFF, "192.0.2.1"), ("forwarded", "for=6.6.6.6")]), "");
        assert_eq!(told(1, &[(XFF, "192.0.2.1"), ("forwarded", "for=\"")]), "");
    }
}
