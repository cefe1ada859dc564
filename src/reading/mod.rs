//! Reading certificates back: finds the credential in a PDF (attachment, else the QR code on the page), in a picture
//! (QR code), in a `.jwt` or in text, and the text that a PDF prints.
//!
//! Bytes in, findings out; trusts nothing that it reads and bounds all of it. Decides no verdict ([`crate::verify`]).
