//! Our pages as a browser's form logic sees them.
//!
//! Owns finding forms, their fields and their buttons in markup that our own templates made: quoted attributes, no
//! script. Anything that ends an attribute early there would show here as a broken form.

/// A form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    /// Where it is sent.
    pub(crate) action: String,
    /// Names and values of its fields, in order.
    pub(crate) fields: Vec<(String, String)>,
    /// Its buttons.
    pub(crate) buttons: Vec<Button>,
}

/// A button that sends a form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Button {
    pub(crate) id: String,
    /// Its name and value, if it has a name.
    pub(crate) sends: Option<(String, String)>,
}

/// A start tag.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Returns the forms of a page.
pub(crate) fn forms(html: &str) -> Vec<Form> {
    let mut forms = Vec::<Form>::new();
    let mut is_open = false;
    for tag in tags(html) {
        let text = |name: &str| tag.get(name).unwrap_or_default().to_owned();
        match (tag.name.as_str(), forms.last_mut().filter(|_| is_open)) {
            ("form", _) => {
                assert_eq!(tag.get("method"), Some("post"), "every form posts");
                forms.push(Form { action: text("action"), ..Form::default() });
                is_open = true;
            }
            ("/form", _) => is_open = false,
            ("input", Some(form)) if tag.get("name").is_some() => form.fields.push((text("name"), text("value"))),
            ("select", Some(form)) => form.fields.push((text("name"), String::new())),
            ("option", Some(form)) if tag.get("selected").is_some() => {
                let (_, value) = form.fields.last_mut().expect("an option stands in a field");
                *value = text("value");
            }
            ("button", Some(form)) => {
                let sends = tag.get("name").map(|name| (name.to_owned(), text("value")));
                form.buttons.push(Button { id: text("id"), sends });
            }
            _ => {}
        }
    }
    forms
}

/// Returns the text between the tags of the element with an id; None when there is no such element.
pub(crate) fn text_of(html: &str, id: &str) -> Option<String> {
    let start = html.find(&format!(" id=\"{id}\""))?;
    let name = html[..start].rsplit('<').next()?.split_whitespace().next()?;
    let inside = &html[start + html[start..].find('>')? + 1..];
    let inside = &inside[..inside.find(&format!("</{name}>"))?];
    let mut text = String::new();
    for piece in inside.split('<') {
        text.push_str(piece.split_once('>').map_or(piece, |(_, after)| after));
    }
    Some(unescaped(text.trim()))
}

/// Returns the `href` of the link with an id.
pub(crate) fn href_of(html: &str, id: &str) -> Option<String> {
    attribute_of(html, id, "href")
}

/// Returns an attribute of the element with an id.
pub(crate) fn attribute_of(html: &str, id: &str, name: &str) -> Option<String> {
    tags(html).iter().find(|tag| tag.get("id") == Some(id)).and_then(|tag| tag.get(name).map(str::to_owned))
}

/// Returns where a page sends the browser on to, at once and by itself.
pub(crate) fn refresh_of(html: &str) -> Option<String> {
    let tags = tags(html);
    let refresh = tags.iter().find(|tag| tag.name == "meta" && tag.get("http-equiv") == Some("refresh"))?;
    refresh.get("content")?.strip_prefix("0; url=").map(str::to_owned)
}

fn tags(html: &str) -> Vec<Tag> {
    let mut tags = vec![];
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let name_end = rest.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(rest.len());
        let name = rest[..name_end].to_ascii_lowercase();
        rest = &rest[name_end..];
        let mut attributes = vec![];
        loop {
            rest = rest.trim_start();
            let Some(end) = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>')) else { break };
            let name = rest[..end].to_owned();
            rest = &rest[end..];
            if let Some(quoted) = rest.strip_prefix("=\"") {
                let close = quoted.find('"').expect("a closing quote");
                attributes.push((name, unescaped(&quoted[..close])));
                rest = &quoted[close + 1..];
            } else if !name.is_empty() {
                attributes.push((name, String::new()));
            } else {
                break;
            }
        }
        tags.push(Tag { name, attributes });
    }
    tags
}

fn unescaped(text: &str) -> String {
    [("&#34;", "\""), ("&quot;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&lt;", "<"), ("&#62;", ">"), ("&gt;", ">")]
        .iter()
        .fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character))
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!doctype html><p id="note">two &#38; <b>two</b></p><a id="out" href="/x?a=1&#38;b=2">x</a>
        <form method="post" action="/j/1/identify" novalidate><input type="hidden" name="csrf" value="t&#34;">
        <input name="email" required value=""><button id="submit" type="submit">Go</button>
        <button id="allow" name="decision" value="allow">Yes</button></form><input name="outside">"#;

    #[test]
    fn a_form_has_its_own_fields_and_buttons() {
        let [form] = forms(PAGE).try_into().unwrap();

        assert_eq!(form.action, "/j/1/identify");
        assert_eq!(form.fields, [("csrf".into(), "t\"".into()), ("email".into(), String::new())]);
        assert_eq!(form.buttons[1].sends, Some(("decision".into(), "allow".into())));
    }

    #[test]
    fn text_and_links_are_found_by_id() {
        assert_eq!(text_of(PAGE, "note").as_deref(), Some("two & two"));
        assert_eq!(href_of(PAGE, "out").as_deref(), Some("/x?a=1&b=2"));
        assert_eq!(text_of(PAGE, "none"), None);
    }
}
