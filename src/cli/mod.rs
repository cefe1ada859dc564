//! The command line: parses, joins the rooms, prints. The only place that reads the environment and the clock.

pub mod demo_people;
