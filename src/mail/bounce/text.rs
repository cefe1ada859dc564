//! Fields and words of reports, as servers write them.

use crate::mail::Reply;

/// One group of fields of a report (RFC 3464 section 2.1): names in small letters, folded values in one line.
pub(super) type Fields = Vec<(String, String)>;

/// Splits the content of a report into its groups of fields; the first is about the message, each other about a recipient.
pub(super) fn groups(text: &str) -> Vec<Fields> {
    let mut groups = vec![Fields::new()];
    for line in text.lines().map(|line| line.trim_end_matches('\r')) {
        let group = groups.last_mut().expect("there is always one");
        if line.trim().is_empty() {
            if !group.is_empty() {
                groups.push(Fields::new());
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = group.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            group.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// Returns a field of a group.
pub(super) fn field<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Returns what stands after the type of a field: `rfc822; ada@example.org`, `smtp; 550 5.1.1 …`.
pub(super) fn untyped(value: &str) -> &str {
    value.split_once(';').map_or(value, |(_, rest)| rest).trim()
}

/// Returns the reply that a text for people quotes: in a line of its own, after `<<<`, or after an address and a colon.
pub(super) fn quoted(text: &str) -> Option<Reply> {
    let mut lines = text.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        // Those who send the headers back in the same text say so.
        if line.starts_with("Message headers follow") || line.starts_with("Below is a copy") {
            return None;
        }
        let bare = line.trim_start_matches("<<<").trim_start();
        let after = line.split_once(": ").filter(|(before, _)| before.contains('@')).map(|(_, rest)| rest);
        let Some(start) = [Some(bare), after].into_iter().flatten().find(|text| is_refusal(text)) else { continue };
        let mut whole = start.to_owned();
        while let Some(more) = lines.next_if(|line| is_refusal(line)) {
            whole.push('\n');
            whole.push_str(more);
        }
        return Reply::read(&whole);
    }
    None
}

fn is_refusal(text: &str) -> bool {
    Reply::read(text).is_some_and(|reply| reply.code >= 400 && !reply.text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_parted_by_blank_lines_and_folded_lines_joined() {
        let text = "Reporting-MTA: dns; a\r\n\r\n\r\nFinal-Recipient: rfc822; x@y\r\nDiagnostic-Code: smtp; 550 5.1.1 <x@y>: Recipient\r\n    address rejected\r\n\r\nAction: delayed\r\n";
        let groups = groups(text);
        assert_eq!(groups.len(), 3);
        let diagnostic = field(&groups[1], "diagnostic-code").map(untyped);
        assert_eq!(diagnostic, Some("550 5.1.1 <x@y>: Recipient address rejected"));
        assert_eq!(field(&groups[2], "action"), Some("delayed"));
    }

    #[test]
    fn replies_are_found_in_words_for_people() {
        let found = |text: &str| quoted(text).map(|reply| reply.to_string());
        assert_eq!(found("did not like our RCPT TO:\n550 No such user here\n"), Some("550 No such user here".into()));
        assert_eq!(found("x@y.example: 552 5.2.2 Mailbox full\n"), Some("552 5.2.2 Mailbox full".into()));
        assert_eq!(found(" <<< 554 5.7.1 spam\n"), Some("554 5.7.1 spam".into()));
        assert_eq!(found("x@y: Connection closed unexpectedly\nroom 550\n\n250 people came\n"), None);
        assert_eq!(found("Message headers follow.\n550 no\n"), None);
    }
}
