//! A run watched while it goes on.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;

use super::{RunView, look};
use crate::accounts::Permission;
use crate::server::auth::Admission;
use crate::server::extract::Path;
use crate::server::{App, Caller, Problem};

/// How often a run is looked at for who watches it.
const LOOK: Duration = Duration::from_millis(500);
/// How often a line is sent to who watches while nothing happens.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// One event of the stream.
#[expect(dead_code, reason = "only describes the stream")]
#[derive(ToSchema)]
pub(super) struct StreamEvent {
    /// `progress` or `end`.
    event: String,
    /// The run as JSON.
    data: String,
}

/// Watch a run
///
/// Server-sent events: `progress` with the run whenever it has changed, `end` with the run when it is over; then the
/// stream ends. It also ends when the service is stopped: connect again; and with the session or the token that opened it.
#[utoipa::path(get, path = "/runs/{id}/events", tag = "Runs", extensions(("x-permission" = json!("view"))), params(("id" = String, Path)),
    responses((status = 200, body = StreamEvent, content_type = "text/event-stream"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn events(
    State(app): State<App>,
    caller: Caller,
    admission: Admission,
    Path(id): Path<String>,
) -> Result<Sse<impl tokio_stream::Stream<Item = Result<Event, Infallible>>>, Problem> {
    caller.may(Permission::View)?;
    look(&app, &caller, &id).await?;
    let (tell, told) = tokio::sync::mpsc::channel(4);
    tokio::spawn(async move {
        let mut seen = 0;
        // Ends with the run, with the client, with what let the client in, or when the run cannot be read any more.
        while let Ok(caller) = admission.still(&app, Permission::View).await
            && let Ok((run, revision)) = look(&app, &caller, &id).await
        {
            let over = run.state.is_final();
            if revision != seen {
                seen = revision;
                let name = if over { "end" } else { "progress" };
                let data = serde_json::to_string(&RunView::of(run)).unwrap_or_default();
                if tell.send(Ok(Event::default().event(name).data(data))).await.is_err() {
                    return;
                }
            }
            if over || tell.is_closed() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = app.stopping() => return,
            }
        }
    });
    Ok(Sse::new(ReceiverStream::new(told)).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}
