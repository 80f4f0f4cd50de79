// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Texts put into the page, so that none of them can be taken for markup.

use serde_json::Value;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
/// One scope, in this order.
const SCRIPTS: [&str; 6] = [
    include_str!("format.js"),
    include_str!("charts.js"),
    include_str!("detail.js"),
    include_str!("diff.js"),
    include_str!("tables.js"),
    include_str!("page.js"),
];

/// The page with its parts.
pub(super) fn page(title: &str, data: &Value) -> String {
    let data = json(data);
    let capacity = PAGE.len() + STYLE.len() + SCRIPTS.map(str::len).iter().sum::<usize>();
    let mut out = String::with_capacity(capacity + data.len());
    // Every piece of the template begins with the name of what comes before it: what is put in is
    // not looked at again.
    let mut pieces = PAGE.split("{{");
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (name, rest) = piece.split_once("}}").unwrap_or((piece, ""));
        match name {
            "title" => out.push_str(&text(title)),
            "style" => out.push_str(STYLE),
            "script" => SCRIPTS.iter().for_each(|script| out.push_str(script)),
            "data" => out.push_str(&data),
            _ => {}
        }
        out.push_str(rest);
    }
    out
}

/// JSON that stands in a script element. Outside of its strings JSON has none of these characters, and
/// inside any may be written by its number. Without them no end tag, comment or entity can arise.
fn json(data: &Value) -> String {
    let plain = data.to_string();
    let mut out = String::with_capacity(plain.len());
    for c in plain.chars() {
        match c {
            '<' | '>' | '&' | '\u{7f}'.. => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// Text between tags.
fn text(plain: &str) -> String {
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_breaks_out_and_every_name_reads_back() {
        let names = [
            "</script><script>alert(1)</script>",
            "<!--<script>",
            "]]>",
            "a\"b\\c\\/d'`${e}",
            "{{data}}{{style}}",
            "\u{2028}\u{2029}\u{feff}\u{7f}\u{1f600}\u{0}\n",
            "&lt;&amp;",
        ];
        let data = serde_json::json!({ "names": names });
        let text = json(&data);
        assert!(text.is_ascii() && !text.contains(['<', '>', '&']), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), data);
        let plain = page("t", &Value::Null);
        let page = page(names[0], &data);
        assert!(page.contains("<title>&lt;/script&gt;&lt;script&gt;"), "the title is text");
        for tag in ["<script", "</script", "<!--", "<style", "</style"] {
            assert_eq!(page.matches(tag).count(), plain.matches(tag).count(), "{tag}");
        }
        assert_eq!(page.matches("{{data}}").count(), 1, "what is put in is not expanded");
    }
}
