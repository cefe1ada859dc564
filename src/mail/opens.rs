//! Opens, counted by a picture: off unless an event wants it, and then said in the message. What it tells is little: programs
//! that look at mails load every picture, and people who read without pictures are not counted. So what is known for a program
//! counts nothing, nor does what comes within seconds of sending; and "downloaded" is the stronger word.

use super::compose::ranges;

/// The picture's name in its address.
pub const FILE: &str = "open.gif";
/// What comes sooner after sending looks at mails before people do.
pub const SECONDS: i64 = 30;
/// One pixel that is not seen (GIF89a).
pub const PICTURE: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\x21\xf9\x04\x01\x00\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b";

/// Words in the `User-Agent` of what looks at mails and links, and of browsers without a screen. A person's browser bears them only where
/// a proxy writes its name into what every browser says (Zscaler, Forcepoint, Trend Micro, Fortinet and Palo Alto sell such).
const SCANNERS: [&str; 42] = [
    // Proxies that load pictures for all mails of a mailbox, read or not.
    "googleimageproxy",
    "ggpht.com",
    "yahoomailproxy",
    "yahoocachesystem",
    "seznamemailproxy",
    "outlook-ios-proxy",
    "imageproxy",
    // Scanners of mails and links.
    "safelinks",
    "microsoft office protocol discovery",
    "microsoft-atp",
    "bingpreview",
    "barracuda",
    "proofpoint",
    "urldefense",
    "mimecast",
    "ironport",
    "messagelabs",
    "trendmicro",
    "tmufe",
    "fortiguard",
    "fortinet",
    "zscaler",
    "forcepoint",
    "websense",
    "clamav",
    "trustwave",
    "paloalto",
    "fireeye",
    "cloudmark",
    "virustotal",
    "urlscan",
    "headlesschrome",
    "phantomjs",
    // Robots.
    "googlebot",
    "bingbot",
    "telegrambot",
    "twitterbot",
    "linkedinbot",
    "slackbot",
    "facebookexternalhit",
    // The address at which a robot says what it is.
    "(+http",
    "; +http",
];

/// Words of others that are hardly a person: robots and libraries, and names that also stand in some people's browsers and telephones
/// (DuckDuckGo, Avast, a Cubot).
const PROGRAMS: [&str; 24] = [
    "mail.ru",
    "fastmail",
    "duckduckgo",
    "cisco",
    "symantec",
    "sophos",
    "kaspersky",
    "avast",
    "checkpoint",
    "vade",
    "bot",
    "crawl",
    "spider",
    "preview",
    "scan",
    "whatsapp",
    "curl/",
    "wget/",
    "python",
    "go-http-client",
    "java/",
    "libwww",
    "okhttp",
    "node-fetch",
];

/// Says whether what calls itself so may be a person's mail program or browser. Apple's Mail Privacy Protection, which loads all
/// pictures of all mails, says `Mozilla/5.0` and nothing more. What is counted may miss somebody.
pub fn may_be_a_person(agent: &str) -> bool {
    let agent = agent.trim().to_lowercase();
    let is_program = || SCANNERS.iter().chain(&PROGRAMS).any(|word| agent.contains(word));
    !(agent.is_empty() || agent == "mozilla/5.0" || is_program())
}

/// Says whether what calls itself so is hardly a person: before it uses up a link it types what stands on the page. That is asked of few
/// people, so it is less than what [`may_be_a_person`] doubts.
pub fn is_a_scanner(agent: &str) -> bool {
    let agent = agent.to_lowercase();
    SCANNERS.iter().any(|word| agent.contains(word))
}

/// The last line of a message that is counted, by language; the first is for all others.
const SAID: [(&str, &str); 7] = [
    ("en", "This message holds a small picture, by which {} can tell that it was opened."),
    ("de", "Diese Nachricht enthält ein kleines Bild, an dem {} erkennen kann, dass sie geöffnet wurde."),
    ("es", "Este mensaje contiene una pequeña imagen con la que {} puede saber que se ha abierto."),
    ("fr", "Ce message contient une petite image qui permet à {} de savoir qu’il a été ouvert."),
    ("ar", "تحتوي هذه الرسالة على صورة صغيرة تعرف بها {} أن الرسالة قد فُتحت."),
    ("hi", "इस संदेश में एक छोटा चित्र है, जिससे {} जान सकता है कि इसे खोला गया।"),
    ("zh", "本邮件包含一张小图片，{} 可借此得知邮件已被打开。"),
];

/// Returns what a message in a language says of it.
pub(super) fn said(language: &str, issuer: &str) -> String {
    let find = |range: &&str| SAID.iter().find(|(known, _)| known.eq_ignore_ascii_case(range));
    let (_, text) = ranges(Some(language)).iter().find_map(find).unwrap_or(&SAID[0]);
    text.replace("{}", issuer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_with_mail_programs_and_browsers() {
        for agent in [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Thunderbird/128.3.1",
            "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        ] {
            assert!(may_be_a_person(agent) && !is_a_scanner(agent), "{agent}");
        }
    }

    #[test]
    fn nobody_is_kept_out_for_the_name_of_their_browser() {
        for agent in [
            "",
            "Mozilla/5.0",
            "Mozilla/5.0 (Linux; Android 12; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Avast/131.0.0.0",
        ] {
            assert!(!is_a_scanner(agent), "{agent}");
        }
        for agent in ["Barracuda Sentinel (EE)", "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"] {
            assert!(is_a_scanner(agent) && !may_be_a_person(agent), "{agent}");
        }
    }

    #[test]
    fn what_is_counted_is_said_in_the_language_of_the_message() {
        assert!(said("de-AT", "Akademie").contains("Bild, an dem Akademie"));
        assert!(said("pt", "Academy").starts_with("This message"));
        for (tag, text) in SAID {
            assert_eq!(text.matches("{}").count(), 1, "{tag}");
        }
    }

    #[test]
    fn the_picture_is_one() {
        assert_eq!((PICTURE.len(), &PICTURE[..6], PICTURE[PICTURE.len() - 1]), (43, &b"GIF89a"[..], b';'));
    }
}
