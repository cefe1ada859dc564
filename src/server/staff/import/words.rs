//! What is said about a list, as pages say it: columns, rows and findings in words, without what is for programs.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::events::text;
use super::super::home::items;
use super::super::inside::Staff;
use super::super::phrases::{self, sentence};
use super::super::words::Words;
use crate::import::is_for_programs;

/// What a column may be said to be.
pub(super) const FIELDS: [&str; 17] = [
    "name",
    "first_name",
    "middle_name",
    "last_name",
    "email",
    "external_id",
    "language",
    "attendance",
    "completion",
    "points",
    "score",
    "passed",
    "checked_in",
    "role",
    "credits",
    "expires",
    "skip",
];

/// Rows that are not taken in, whyever.
pub(super) fn left_out(counts: &Value) -> u64 {
    ["errors", "left_out"].into_iter().filter_map(|member| counts[member].as_u64()).sum()
}

/// Says how rows and people add up: `64 rows: 57 people, 3 more rows about them, 4 left out`.
pub(super) fn sum(w: &Words, counts: &Value) -> String {
    let count = |member: &str| counts[member].as_u64().unwrap_or_default();
    let mut all = vec![w.count("import-sum-people", count("people"))];
    let further = [
        ("import-sum-again", count("again")),
        ("import-sum-asked", count("asked")),
        ("import-sum-out", left_out(counts)),
    ];
    all.extend(further.into_iter().filter(|(_, count)| *count > 0).map(|(key, count)| w.count(key, count)));
    format!("{}: {}.", w.count("import-sum-rows", count("rows")), all.join(", "))
}

/// What a column was taken for, in words; what a printed one is called in the template.
pub(super) fn meant(w: &Words, column: &Value, used: &str) -> String {
    let meaning = text(column, "meaning");
    match (w.if_any(&format!("field-{}", meaning.replace('_', "-"))), used) {
        (Some(label), _) => label,
        (None, "printed") => format!("{{{}}}", text(column, "field")),
        (None, _) => meaning,
    }
}

/// A column of the list as it is called there, or a field of ours in words.
pub(super) fn field_label(w: &Words, field: &str) -> String {
    let ours = FIELDS.contains(&field);
    ours.then(|| w.if_any(&format!("field-{}", field.replace('_', "-")))).flatten().unwrap_or_else(|| field.to_owned())
}

/// What the lists of an event call their columns, by the names under which they are kept.
pub(in crate::server::staff) struct Headers(BTreeMap<String, String>);

impl Headers {
    /// Lists that are looked through, the newest first.
    const LISTS: &str = "20";

    /// Asks for those of an event.
    pub(in crate::server::staff) async fn of(staff: &Staff, event: &str) -> Self {
        let imports = staff.get_if(&format!("{event}/imports?order=newest&limit={}", Self::LISTS)).await;
        let mut all = BTreeMap::new();
        for one in imports.iter().flat_map(items) {
            for (field, header) in one["headers"].as_object().into_iter().flatten() {
                let header = header.as_str().filter(|header| !header.is_empty());
                all.extend(
                    header.filter(|_| !all.contains_key(field)).map(|header| (field.clone(), header.to_owned())),
                );
            }
        }
        Self(all)
    }

    /// Returns the names under which columns are kept.
    pub(in crate::server::staff) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// A column of a list as people read it: as the list calls it, else `First name` for `first_name`.
pub(in crate::server::staff) fn own_label(w: &Words, headers: &Headers, field: &str) -> String {
    if let Some(header) = headers.0.get(field) {
        return header.clone();
    }
    let text = |kind: &str| w.if_any(&format!("{kind}-{}", field.replace('_', "-")));
    let known = FIELDS.contains(&field).then(|| text("field")).flatten().or_else(|| text("column"));
    let plain = |label: String| {
        let bare = ["the ", "der ", "die ", "das "].iter().find_map(|article| label.strip_prefix(article));
        bare.map(str::to_owned).unwrap_or(label)
    };
    sentence(&known.map_or_else(|| field.replace('_', " "), plain))
}

/// What is said about rows: pages call them so, and not lines.
pub(super) fn said_of_rows(w: &Words, text: &str) -> String {
    phrases::said(w, text).replace(" in line ", " in row ")
}

/// What to do, with the field of this page where a column is to be left out.
pub(super) fn hint(staff: &Staff, hint: &str) -> String {
    let mut said = for_pages(staff.w, hint);
    if hint.contains("`map=skip=") {
        said.push(' ');
        said.push_str(&staff.w.s("import-hint-skip"));
    }
    said.trim().to_owned()
}

/// Leaves out the sentences that are for programs.
pub(in crate::server::staff) fn for_pages(w: &Words, text: &str) -> String {
    if phrases::is_said_otherwise(text) {
        return sentence(&said_of_rows(w, text));
    }
    let of_sentence = |sentence: &str| match is_for_programs(sentence) {
        false => sentence.to_owned(),
        true => sentence.split("; ").filter(|part| !is_for_programs(part)).collect::<Vec<_>>().join("; "),
    };
    let kept: String = text.split_inclusive(". ").map(of_sentence).collect();
    let kept = kept.trim();
    // What stands before a sentence that is left out ends with a full stop.
    let bare = kept.strip_suffix('.').filter(|bare| !phrases::is_known(w, kept) && phrases::is_known(w, bare));
    sentence(&said_of_rows(w, bare.unwrap_or(kept)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_programs_is_left_out() {
        for (text, shown) in [
            ("row 2 names the columns. If another row does, say which: `header_row=ROW`", "Row 2 names the columns."),
            ("correct it, or say what it is, as `confirm_row=LINE`", ""),
            ("columns `Punkte` are kept", "Columns `Punkte` are kept"),
            (
                "1 row is hidden (3) and was left out; `hidden=include` reads what is hidden",
                "1 row is hidden (3) and was left out",
            ),
            ("`Ada` has the address of `Bo` in line 3", "`Ada` has the address of `Bo` in row 3"),
            ("", ""),
        ] {
            assert_eq!(for_pages(Words::named("en").unwrap(), text), shown);
        }
    }
}
