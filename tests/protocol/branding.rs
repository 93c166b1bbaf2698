//! How tenants and clients present themselves: colour, pictures and words, on pages and in mails. SECURITY S-012, S-145.

use http::Method;
use portreeve_domain::Branding;
use portreeve_tests::{
    authorization::AuthorizationRequest,
    browser::{Browser, Page},
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::RelyingParty,
    reply::Reply,
};

/// A PNG of one pixel, in base64.
const LOGO: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4f4UBAASpAdQJZe+fAAAAAElFTkSuQmCC";
/// The same in another colour.
const OTHER_LOGO: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgkI8GAACdAHto3wKhAAAAAElFTkSuQmCC";

/// A square one of 16 pixels a side.
const ICON: &str = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAD0lEQVR4nGMwRgMMI1sAABqlMwGZsd8hAAAAAElFTkSuQmCC";
/// What stands before the address of a tenant's logo.
const LOGO_AT: &str = "<img id=\"logo\" src=\"";

/// Gives the tenant `slug` a look.
async fn brand(at: &Deployment, slug: &str, look: &str) {
    at.apply(&format!("[[tenants]]\nslug = \"{slug}\"\ndisplay_name = \"Harbour\"\n[tenants.branding]\n{look}\n"))
        .await;
}

async fn first_page(at: &Deployment, client: &str) -> Page {
    Browser::new(at).authorize(&RelyingParty::new(at, client).request("openid")).await
}

/// The values of an attribute in a page.
fn values<'h>(html: &'h str, attribute: &str) -> Vec<&'h str> {
    html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// The address of the style sheet that replaces ours.
fn sheet_of(html: &str) -> Option<&str> {
    values(html, "href=\"").into_iter().find(|href| href.starts_with("/static/color/"))
}

async fn get(at: &Deployment, path: &str) -> Reply {
    at.get(path, &[]).await
}

/// Pages have the tenant's colour, pictures and words, in the language of the reader, and load all of it from this server.
#[test]
fn a_page_looks_and_speaks_as_its_tenant() {
    on_both(async |at| {
        let look = format!(
            "color = \"#FFD400\"\nlogo = \"{LOGO}\"\nlogo_dark = \"{OTHER_LOGO}\"\nicon = \"{ICON}\"\n\
             greeting = {{ en = \"Welcome aboard\", de = \"Willkommen an Bord\" }}\nhelp.en = \"Call 100\"\n\
             links = [{{ en = {{ name = \"Imprint\", uri = \"https://example.com/imprint\" }} }}]"
        );
        brand(at, "default", &look).await;

        let page = first_page(at, "first-party").await;

        let html = page.html();
        assert_eq!(page.text_of("greeting").as_deref(), Some("Welcome aboard"));
        assert_eq!(page.text_of("help").as_deref(), Some("Call 100"));
        assert!(html.contains("href=\"https://example.com/imprint\" rel=\"noopener noreferrer\""), "{html}");
        let sheet = get(at, sheet_of(&html).expect("a style sheet")).await;
        assert_eq!(sheet.header("content-type"), Some("text/css; charset=utf-8"));
        assert_eq!(sheet.text().matches("--fill: #ffd400;").count(), 2, "{}", sheet.text());
        let logo = values(&html, LOGO_AT)[0];
        assert!(html.contains(" alt=\"Harbour\" width=\"40\" height=\"40\""), "{html}");
        let icon = values(&html, "<link rel=\"icon\" type=\"image/png\" href=\"")[0];
        for path in [logo, values(&html, "srcset=\"")[0], icon] {
            let picture = get(at, path).await;
            assert_eq!((picture.status.as_u16(), picture.header("content-type")), (200, Some("image/png")), "{path}");
            assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(picture.header("cache-control"), Some("public, max-age=31536000, immutable"));
            assert!(picture.body.starts_with(b"\x89PNG\r\n\x1a\n"));
        }
        let german = Browser::new(at).send(Method::GET, "/recover", &[("accept-language", "de")], String::new()).await;
        assert!(german.text().contains("Call 100"), "{}", german.text());
        let german = RelyingParty::new(at, "first-party").request("openid").with("ui_locales", "de");
        let german = Browser::new(at).authorize(&german).await;
        assert_eq!(german.text_of("greeting").as_deref(), Some("Willkommen an Bord"));
    });
}

/// An address that is kept for good leads to the same file for good: another picture has another one, and the former is gone.
#[test]
fn a_former_picture_and_a_strangers_are_not_there() {
    on_both(async |at| {
        brand(at, "default", &format!("logo = \"{LOGO}\"")).await;
        let former = values(&first_page(at, "first-party").await.html(), LOGO_AT)[0].to_owned();
        assert_eq!(get(at, &former).await.status, 200);
        assert_eq!(get(at, &format!("/t/acme{former}")).await.status, 404, "another tenant's");

        brand(at, "default", &format!("logo = \"{OTHER_LOGO}\"")).await;

        let present = values(&first_page(at, "first-party").await.html(), LOGO_AT)[0].to_owned();
        assert_ne!(present, former);
        for path in [&former, "/brand/", "/brand/logo.png", "/brand/..%2flogo.png", &present.replace("logo", "icon")] {
            assert_eq!(get(at, path).await.status, 404, "{path}");
        }
        for sheet in ["ffd400.css", "ffd400.0.css", "FFD400.1.css", "ffd400.1.css/", "%66fd400.1.css", "red.1.css", ""]
        {
            assert_eq!(get(at, &format!("/static/color/{sheet}")).await.status, 404, "{sheet}");
        }
    });
}

/// On the way to a client that says so, people see its colour and its words; elsewhere those of the tenant.
#[test]
fn a_client_presents_itself_over_its_tenant() {
    on_sqlite(async |at| {
        brand(at, "default", "color = \"#102030\"\ngreeting.en = \"Welcome\"\nhelp.en = \"Call 100\"").await;
        at.apply(
            "[[clients]]\nclient_id = \"club\"\ntoken_endpoint_auth_method = \"none\"\n\
             redirect_uris = [\"https://club.example/cb\"]\n\
             [clients.branding]\ncolor = \"#e4002b\"\ngreeting.en = \"Welcome to the club\"\n",
        )
        .await;

        let ours = first_page(at, "first-party").await;
        let club = AuthorizationRequest::new("club", "https://club.example/cb", "openid");
        let theirs = Browser::new(at).authorize(&club).await;

        let seen =
            |page: &Page| (sheet_of(&page.html()).map(str::to_owned), page.text_of("greeting"), page.text_of("help"));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(seen(&ours), (some("/static/color/102030.1.css"), some("Welcome"), some("Call 100")));
        assert_eq!(seen(&theirs), (some("/static/color/e4002b.1.css"), some("Welcome to the club"), some("Call 100")));
        // Also where something went wrong on the way.
        let elsewhere = AuthorizationRequest::new("club", "https://elsewhere.example/cb", "openid");
        let wrong = Browser::new(at).authorize(&elsewhere).await;
        assert_eq!((wrong.step(), sheet_of(&wrong.html())), ("authorize", Some("/static/color/e4002b.1.css")));
        assert_eq!(sheet_of(&Browser::new(at).visit("/recover").await.html()), Some("/static/color/102030.1.css"));
    });
}

/// S-012: words of an operator are words, whatever they hold.
#[test]
fn words_are_never_markup() {
    on_both(async |at| {
        let words = "<script>alert(1)</script>\\u202e";
        brand(at, "default", &format!("greeting.en = \"{words}\"\nhelp.en = \"{words}\"")).await;

        let page = first_page(at, "first-party").await;

        assert!(!page.html().contains("<script>alert") && !page.html().contains('\u{202e}'), "{}", page.html());
        assert_eq!(page.html().matches("&lt;script&gt;alert(1)").count(), 2);
    });
}

/// A mail is told how its tenant presents itself; `jobs` puts it into the mail.
#[test]
fn a_mail_goes_out_with_the_look_of_its_tenant() {
    on_sqlite(async |at| {
        brand(at, "default", &format!("color = \"#ffd400\"\nlogo = \"{LOGO}\"\nmail_footer.en = \"Harbour Ltd\""))
            .await;
        let browser = Browser::new(at);
        let page = browser.authorize(&RelyingParty::new(at, "first-party").request("openid")).await;
        let form = browser.visit(&page.href_of("forgot-password").expect("a link")).await;
        browser.press(&form, "submit", &[("email", cast::ADA)]).await;

        let mails = at.read_mails().await;

        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].branding, at.tenant().tenant.settings.branding);
        assert_ne!(mails[0].branding, Branding::default());
    });
}
