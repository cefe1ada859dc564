//! The library rooms, tested from outside: standards' vectors, our own vectors, the store's story.

mod absent;
mod accounts;
mod archive_clauses;
mod baked;
mod bitflips;
mod cases;
mod drawing;
mod fonts;
mod further;
mod house;
mod import;
mod letters;
mod limits;
mod mail;
mod meanwhile;
mod offers;
mod page_svg;
mod publish;
mod reading;
mod render;
mod render_archive;
mod render_foreign;
mod render_pictures;
mod render_templates;
mod safe_mode;
mod scenes;
mod signed;
mod small;
#[path = "../tools/small_disk.rs"]
mod small_disk;
mod standards_credential;
mod standards_data_model;
mod standards_jose;
mod standards_json;
mod store;
#[path = "../faults/store.rs"]
mod store_faults;
mod tags;
mod template;
mod trust;
mod vectors;
mod webhooks;
mod who;
mod wire;
