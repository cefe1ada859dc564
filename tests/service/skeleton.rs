//! What holds for every route.

use super::harness::{World, on_each_engine};

#[test]
fn who_is_not_known_or_may_not_is_refused_with_a_problem() {
    on_each_engine(|world| {
        world.ask("", "GET", "/events").problem(401, "unauthenticated");
        world.ask("staff:ada import", "GET", "/events").problem(403, "forbidden");
        assert_eq!(world.ask("staff:ada view", "GET", "/events").ok()["items"], serde_json::json!([]));
    });
}

#[test]
fn an_unknown_address_and_a_wrong_method_are_problems() {
    let world = World::in_memory();
    world.get("/nothing").problem(404, "no-such-route");
    world.delete("/events").problem(405, "method-not-allowed");
}
