//! What the scopes of the demo's API mean, in the languages of our pages.

use std::collections::BTreeMap;

use portreeve_domain::{ScopeMeaning, ScopeText};

/// The scopes of the demo's API.
pub(super) const SCOPES: [&str; 2] = ["orders.read", "orders.write"];

/// Scope, language, title, description.
const TEXTS: [(&str, &str, &str, &str); 6] = [
    ("orders.read", "en", "See your orders", "What you ordered, when, and where it went."),
    ("orders.read", "de", "Ihre Bestellungen sehen", "Was Sie bestellt haben, wann, und wohin es ging."),
    ("orders.read", "ar", "الاطلاع على طلباتك", "ما طلبته، ومتى، وإلى أين أُرسل."),
    ("orders.write", "en", "Order for you and cancel orders", "It costs what you would pay yourself."),
    (
        "orders.write",
        "de",
        "Für Sie bestellen und Bestellungen stornieren",
        "Es kostet, was Sie selbst bezahlen würden.",
    ),
    ("orders.write", "ar", "الطلب نيابة عنك وإلغاء الطلبات", "التكلفة هي ما كنت ستدفعه بنفسك."),
];

/// The meaning of each scope.
pub(super) fn meanings() -> Vec<ScopeMeaning> {
    let mut meanings = Vec::new();
    for name in SCOPES {
        let texts: BTreeMap<_, _> = TEXTS
            .iter()
            .filter(|(scope, ..)| *scope == name)
            .map(|(_, language, title, description)| {
                let text = ScopeText { title: (*title).to_owned(), description: Some((*description).to_owned()) };
                ((*language).to_owned(), text)
            })
            .collect();
        meanings.push(ScopeMeaning { name: name.to_owned(), texts });
    }
    meanings
}
