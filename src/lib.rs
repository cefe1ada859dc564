//! Testamur issues signed certificates that anyone can verify offline.
//!
//! # Map
//!
//! The **pure core** is given everything: bytes, a time, a key. It opens no file or socket and reads no clock,
//! environment or random source.
//!
//! - [`credential`]: the signed data: claims, strict JSON, numbers, times.
//! - [`proof`]: compact JWS with Ed25519 and Data Integrity proofs.
//! - [`keys`]: signing and root keys, key files, the key manifest and its root chain.
//! - [`status`]: status lists, their index permutation, the trust snapshot.
//! - [`qr`]: wire format 1 and the QR symbol.
//! - `deflate`: small payloads made as small as they go, and what one certificate adds to a page made small in a hurry.
//! - [`verify`]: one text and a set of trust anchors in, one verdict out.
//!
//! Around it:
//!
//! - [`template`]: what a certificate looks like; lays it out into a [`scene`]. [`render`] draws scenes: PDF and PNG.
//! - [`reading`]: gets credentials and printed text back out of PDF files and pictures, archives and mails; what others
//!   send is read by a process of its own.
//! - [`inspect`]: a whole file in, verdicts out: reads, verifies, compares.
//! - [`store`]: the promises of the store, and the engines that keep them.
//! - [`eligibility`]: who has reached what a certificate asks for, and why; as pure as the core.
//! - [`import`](mod@import): a spreadsheet's bytes in, checked rows out.
//! - [`making`]: an order in, a signed certificate out: drafts, faces, first and next versions, specimens.
//! - [`files`]: certificates as files: kinds, names, proofs that are kept, badges with the credential baked in, archives.
//! - [`mail`]: tells participants of their certificates, each once: outbox, courier, letters, and what comes back.
//! - [`webhooks`]: tells other systems what happened: endpoints, outbox, courier.
//! - [`pages`]: what pages say of a certificate, and the pages that stand on the static site.
//! - [`publish`]: the static site: keys, status lists, snapshot, public pages.
//! - [`vault`]: the issuer's keys, on disk and opened once: signs, rotates, publishes.
//! - [`desk`]: what every act is given: who issues, who acts, where records are kept, and the time.
//! - [`acts`]: each act once: events, lists and people, exceptions, runs, revoked, restored, corrected, erased.
//! - [`sharing`]: what holders show to others: LinkedIn, cards of shared links.
//! - [`accounts`]: staff, roles and permissions, sessions, second steps, API tokens.
//! - [`server`]: the service over HTTP.
//! - [`cli`]: the command line, where all of the above is joined.
//!
//! # Rules
//!
//! Doors (`cli`, `server`) call the same acts, in `acts`, `files`, `publish` and `vault`; those call `making`, `import`, the core
//! and the `store` trait. Adapters do not know each other. A certificate is acknowledged only when its record is durable, and
//! nothing rendered is ever stored.
//!
//! # Arrows
//!
//! Which room knows which; a test reads the table and the code (`tests/core/house.rs`). A new arrow is put down here, or not
//! drawn.
//!
//! ```text
//! accounts    -> credential desk import store
//! acts        -> accounts credential desk eligibility import keys mail making proof publish reading status store
//! acts        -> template verify webhooks
//! cli         -> accounts acts credential desk eligibility files import inspect keys mail making proof publish qr
//! cli         -> reading render server status store template vault verify webhooks
//! desk        -> credential making proof store
//! files       -> credential desk import keys making proof render scene sharing store template
//! import      -> credential making store template
//! inspect     -> credential guard reading verify
//! keys        -> credential proof
//! mail        -> credential store
//! making      -> credential desk import keys proof qr render scene status store template
//! pages       -> credential desk publish sharing template
//! proof       -> credential guard
//! publish     -> credential desk keys making proof status store verify
//! qr          -> credential deflate proof
//! reading     -> credential keys proof qr status
//! render      -> credential deflate guard qr scene
//! scene       -> qr
//! server      -> accounts acts credential desk eligibility files import inspect keys mail making pages proof publish
//! server      -> qr reading render sharing status store template vault verify webhooks
//! sharing     -> credential
//! status      -> credential keys proof
//! store       -> credential eligibility guard status
//! template    -> credential guard qr scene
//! vault       -> acts credential desk files keys making pages proof publish qr store template verify
//! verify      -> credential keys proof qr status
//! webhooks    -> credential desk store
//! ```

// What is printed goes through `cli::output`, which takes a closed pipe for what it is.
#![warn(unreachable_pub)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod accounts;
pub mod acts;
pub mod cli;
pub mod credential;
mod deflate;
pub mod desk;
pub mod eligibility;
pub mod files;
mod guard;
pub mod import;
pub mod inspect;
pub mod keys;
pub mod mail;
pub mod making;
pub mod pages;
pub mod proof;
pub mod publish;
pub mod qr;
pub mod reading;
pub mod render;
pub mod scene;
pub mod server;
pub mod sharing;
pub mod status;
pub mod store;
pub mod template;
pub mod vault;
pub mod verify;
pub mod webhooks;
