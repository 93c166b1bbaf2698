//! A server that does everything wrong, for a scanner to find.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::{RawForm, RawQuery, State},
    response::{Html, Redirect},
    routing::get,
};
use http::{StatusCode, header::SET_COOKIE};
use tokio::net::TcpListener;

const HOME: &str = r#"<!doctype html><title>Control</title>
    <a href="/echo?word=a">echo</a> <a href="/go?to=/">go</a> <a href="/find?name=a">find</a> <a href="/read?file=a">read</a>
    <a href="/broken?x=1">broken</a> <a href="/notes">notes</a>
    <form method="post" action="/notes"><input name="note"><button type="submit">Keep</button></form>"#;

/// What visitors wrote.
type Notes = Arc<Mutex<Vec<String>>>;

/// Starts it; it ends with the test.
pub(super) async fn start() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("bind");
    let address = listener.local_addr().expect("an address");
    let router = Router::new()
        .route("/", get(|| async { ([(SET_COOKIE, "visit=1")], Html(HOME)) }))
        .route("/echo", get(echo))
        .route("/go", get(|query| async { Redirect::to(&first(query)) }))
        .route("/find", get(find))
        .route("/read", get(read))
        .route("/broken", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
        .route("/notes", get(notes).post(keep))
        .with_state(Notes::default());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// The value of the first parameter.
fn first(RawQuery(query): RawQuery) -> String {
    value(query.unwrap_or_default().as_bytes())
}

fn value(pairs: &[u8]) -> String {
    form_urlencoded::parse(pairs).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Writes into the page what was typed, as it is.
async fn echo(query: RawQuery) -> Html<String> {
    Html(format!("<p>{}</p>", first(query)))
}

/// As if a quote went into a statement.
async fn find(query: RawQuery) -> String {
    let name = first(query);
    match name.contains(['\'', '"']) {
        true => {
            "You have an error in your SQL syntax; check the manual that corresponds to your MySQL version".to_owned()
        }
        false => name,
    }
}

/// Reads any file there is.
async fn read(query: RawQuery) -> Result<Vec<u8>, StatusCode> {
    std::fs::read(first(query)).map_err(|_| StatusCode::NOT_FOUND)
}

async fn notes(State(notes): State<Notes>) -> Html<String> {
    Html(format!("<ul><li>{}</ul>", notes.lock().expect("nobody panics while they hold this").join("<li>")))
}

async fn keep(State(notes): State<Notes>, RawForm(form): RawForm) -> Redirect {
    notes.lock().expect("nobody panics while they hold this").push(value(&form));
    Redirect::to("/notes")
}
