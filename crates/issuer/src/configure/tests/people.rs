//! People in resource files: one account an address, one account a link.

use super::*;

const PARTNER: &str = "https://idp.partner.example";

/// People with the subjects they are at the partner, each on a line of its own after two others.
fn people(declared: &[(&str, &[&str])]) -> String {
    let one = |(email, subjects): &(&str, &[&str])| {
        let links = subjects.iter().map(|subject| format!("{{ issuer = {PARTNER:?}, subject = {subject:?} }}"));
        format!("[[users]]\nemail = {email:?}\nlinks = [{}]\n", links.collect::<Vec<_>>().join(", "))
    };
    declared.iter().map(one).collect()
}

/// SECURITY rule 29: a link is one person's; where files would give it to another, or to two, they are refused with the line and nothing is changed,
/// settings of the tenant included.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_somebody_else_has_is_refused_before_anything_is_changed() {
    let fixture = Fixture::new().await;
    fixture.apply(&people(&[("ada@example.com", &["employee-17"])]), Unlisted::Keep).await;
    let before = fixture.event_kinds().await;
    let taken = "resources.toml:3: user grace@example.com: employee-17 of https://idp.partner.example is the account ada@example.com \
                 already; declare ada@example.com with the links they keep, or leave this one out";
    let twice = "resources.toml:6: user hedy@example.com: employee-18 of https://idp.partner.example is linked already at \
                 resources.toml:1; link it once";

    for (declared, told) in [
        (&[("grace@example.com", &["employee-17"][..])][..], taken),
        (&[("grace@example.com", &["employee-18"]), ("hedy@example.com", &["employee-18"])], twice),
        (&[("grace@example.com", &["employee-17"]), ("ada@example.com", &["employee-17"])], taken),
    ] {
        let settings = "[[tenants]]\nslug = \"default\"\nregistration = true\n";
        let resources = fixture.read(&format!("{}{settings}", people(declared))).unwrap();
        let refused = fixture.issuer.apply(&resources, Unlisted::Keep).await.unwrap_err();

        let Failure::Refused(problems) = refused else { panic!("{refused:?}") };
        assert!(fixture.lines(&problems).starts_with(told), "{}", fixture.lines(&problems));
        assert_eq!(fixture.event_kinds().await, before);
    }
}

/// What files take from one person they may give to another, whichever is declared first: they tell what is so in the end.
#[tokio::test(flavor = "multi_thread")]
async fn links_move_between_people() {
    let fixture = Fixture::new().await;
    fixture.apply(&people(&[("ada@example.com", &["17"]), ("grace@example.com", &["18"])]), Unlisted::Keep).await;

    for declared in [
        [("ada@example.com", &["18"][..]), ("grace@example.com", &["17"])],
        [("hedy@example.com", &["17"]), ("grace@example.com", &[])],
    ] {
        let text = people(&declared);

        assert!(!fixture.apply(&text, Unlisted::Keep).await.is_empty());

        assert_eq!(fixture.plan(&text, Unlisted::Keep).await.unwrap(), Vec::<String>::new());
    }
}

/// Addresses are one when they have one canonical form, as where people sign in (SECURITY rule 15).
#[tokio::test(flavor = "multi_thread")]
async fn two_spellings_of_an_address_declare_somebody_twice() {
    let fixture = Fixture::new().await;
    for (one, other) in [
        ("ada@example.com", "ADA@example.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@example.com", "ada@example.com."),
        ("ada@example.com", "ａｄａ@example.com"),
    ] {
        let problems = fixture.read(&people(&[(one, &[]), (other, &[])])).err().unwrap();

        assert!(problems.starts_with("resources.toml:4: the user "), "{one} {other}: {problems}");
        assert!(problems.ends_with("is declared already at resources.toml:1; declare it once"), "{problems}");
    }
}
