//! Looks in resource files.

use super::*;

/// Two pixels beside each other, in base64.
const WIDE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR4nGMQUAAAAEMAMerds80AAAAASUVORK5CYII=";

/// A look is a setting like others: applied once, printed whole, pictures included.
#[tokio::test(flavor = "multi_thread")]
async fn a_look_is_applied_once_and_printed_whole() {
    let fixture = Fixture::new().await;
    let picture = include_bytes!("../../../../pages/samples/logo.png");
    std::fs::write(fixture.folder.path().join("logo.png"), picture).unwrap();
    let look = "[[tenants]]\nslug = \"default\"\n[tenants.branding]\ncolor = \"#C2410C\"\n\
                logo = { file = \"logo.png\" }\ngreeting = { en = \"Welcome\", ar = \"مرحبا\" }\n\
                links = [{ en = { name = \"Imprint\", uri = \"https://example.com/imprint\" } }]\n";

    assert_eq!(fixture.apply(look, Unlisted::Keep).await, ["~ tenant default: branding"]);

    assert_eq!(fixture.plan(look, Unlisted::Keep).await.unwrap(), Vec::<String>::new());
    let branding = fixture.tenant().tenant.settings.branding.clone();
    let logo = branding.logo.unwrap();
    assert_eq!((logo.width(), logo.height()), (400, 96));
    let exported = fixture.issuer.export(ExportScope::Configuration).await.unwrap();
    assert!(exported.contains("color = \"#c2410c\""), "{exported}");
    assert_eq!(fixture.plan(&exported, Unlisted::Delete).await.unwrap(), Vec::<String>::new(), "{exported}");
}

/// R-25, S-145: what could not be shown is refused with its line.
#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_cannot_be_shown_is_refused() {
    let fixture = Fixture::new().await;
    fixture.write("logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    let long = "x".repeat(301);
    let tenant = "[[tenants]]\nslug = \"default\"\n[tenants.branding]\n";
    for (look, told) in [
        ("color = \"red\"", "resources.toml:4: a color is # and six hexadecimal digits"),
        ("colour = \"#ff0000\"", "resources.toml:4: unknown field `colour`"),
        ("logo = { file = \"logo.svg\" }", "resources.toml:3: logo.svg cannot be drawn: "),
        ("logo = { file = \"gone.png\" }", "resources.toml:3: gone.png cannot be read: "),
        ("logo = { env = \"LOGO\" }", "resources.toml:3: a picture is given by reference"),
        ("logo = \"logo.png\"", "resources.toml:3: a picture is given by reference"),
        (&format!("logo_dark = \"{WIDE}\""), "resources.toml:3: there is a logo for dark grounds and none for light"),
        (&format!("icon = \"{WIDE}\""), "resources.toml:3: the icon is 2 by 1 pixels large"),
        ("greeting.english = \"Hello\"", "resources.toml:3: greeting: \"english\" is not a language tag"),
        ("greeting.en = \"two\\nlines\"", "resources.toml:3: greeting: the en text cannot be shown"),
        (&format!("help.en = \"{long}\""), "resources.toml:3: help: the en text cannot be shown"),
        ("mail_footer.en = \" \"", "resources.toml:3: mail_footer: the en text cannot be shown"),
        ("links = [{}]", "resources.toml:3: a link has texts in 0 languages"),
        (
            "links = [{ en = { name = \"Imprint\", uri = \"javascript:alert(1)\" } }]",
            "resources.toml:3: a link: the en uri is no https URI",
        ),
        (&format!("links = [{}]", "{},".repeat(7)), "resources.toml:3: there are 7 links"),
    ] {
        let refused = fixture.plan(&format!("{tenant}{look}\n"), Unlisted::Keep).await.unwrap_err();
        assert!(refused.starts_with(told), "{look}\n{refused}\n{told}");
    }
    let client = "[[clients]]\nclient_id = \"app\"\ntoken_endpoint_auth_method = \"none\"\n\
                  redirect_uris = [\"https://app.example.com/cb\"]\n[clients.branding]\n";
    for (look, told) in [
        ("color = \"#12345\"", "a color is # and six"),
        ("logo = \"x\"", "unknown field"),
        ("help.en = \"\"", "help: the en text"),
    ] {
        let refused = fixture.plan(&format!("{client}{look}\n"), Unlisted::Keep).await.unwrap_err();
        assert!(refused.contains(told), "{look}\n{refused}");
    }
}
