//! Whoever was erased after a copy of the database was made is erased again in the copy, as the audit log says. R-17, S-149.

use portreeve_domain::{Lifetime, TenantId};
use portreeve_issuer::{ErasedPeople, ExportDefect};
use portreeve_storage::{Wall, subject_keys};
use portreeve_tests::{
    cast,
    deployment::{Deployment, on_both, on_sqlite},
    relying_party::RelyingParty,
};

use crate::account_deletion::{KEEP, id_of, index_of, request, where_known};
use crate::audit_export::exported;

/// Has Ada erased, and returns the export of the log, which is signed up to its end.
async fn export_with_ada_erased(at: &Deployment) -> String {
    request(at).await;
    at.deliver_mails().await;
    at.wait(Lifetime::from_days(14));
    assert_eq!(at.issuer.erase_due_accounts().await.unwrap(), 1);
    seal(at).await;
    exported(at).await
}

/// Numbers every event, and signs them a minute later.
async fn seal(at: &Deployment) {
    at.issuer.seal_events("here").await.unwrap();
    at.wait(Lifetime::from_seconds(60));
    at.issuer.seal_events("here").await.unwrap();
}

/// Goes by an export; how many people it names that are there, or why it is not gone by.
async fn replay(at: &Deployment, slug: &str, export: &str) -> Result<usize, ExportDefect> {
    let tenant = at.issuer.directory.by_slug(slug).unwrap();
    let mut lines = export.lines();
    let mut erased = ErasedPeople::begin(&tenant, lines.next().unwrap_or_default())?;
    lines.try_for_each(|line| erased.read(line))?;
    erased.end()?;
    Ok(at.issuer.erase_again(&erased).await.unwrap())
}

/// R-17, S-149: in a copy from before nobody finds her again after the log was gone by, and nothing of hers opens; everybody else is as they
/// were, and the log of the copy is whole and says what was done. Going by it again changes nothing.
#[test]
fn who_was_erased_since_is_erased_again() {
    on_both(async |at| {
        let export = export_with_ada_erased(at).await;
        let copy = at.as_it_began().await;
        let (ada, alan) = (id_of(&copy, cast::ADA).await, id_of(&copy, cast::ALAN).await);
        let index = index_of(&copy, ada).await;
        RelyingParty::new(&copy, "web").tokens("openid").await;

        let counts = [replay(&copy, "default", &export).await, replay(&copy, "default", &export).await];

        assert_eq!(counts, [Ok(1), Ok(0)]);
        let mut conn = copy.issuer.store().read(Wall::All).await.unwrap();
        assert_eq!(subject_keys::find(&mut conn, TenantId::DEFAULT, ada).await.unwrap(), None);
        assert!(subject_keys::find(&mut conn, TenantId::DEFAULT, alan).await.unwrap().is_some());
        let left = where_known(&copy, &mut conn, ada, &index).await;
        assert!(left.is_subset(&KEEP.map(str::to_owned).into()), "{left:?}");
        drop(conn);
        RelyingParty::new(&copy, "web").tokens_of("openid", cast::ALAN).await;
        assert_eq!(copy.events("user.erased").await, 1);
        seal(&copy).await;
        assert_eq!(copy.issuer.verify_audit(&copy.tenant(), None).await.unwrap().findings, []);
        let again = exported(&copy).await;
        let said = again.lines().find(|line| line.contains("\"user.erased\"")).unwrap();
        assert!(said.contains("\"actor\":\"operator\""), "{said}");
    });
}

/// an export that goes on from a checkpoint is enough. What comes after the last checkpoint erases nobody: whoever can write to
/// the file could have added it.
#[test]
fn what_is_signed_is_enough_and_nothing_else_is_believed() {
    on_sqlite(async |at| {
        RelyingParty::new(at, "web").tokens("openid").await;
        seal(at).await;
        let from = at.issuer.verify_audit(&at.tenant(), None).await.unwrap().signed_up_to;
        let whole = export_with_ada_erased(at).await;
        let part = crate::audit_export::exported_after(at, from).await;
        let last = whole.lines().last().unwrap();
        assert!(last.contains("\"checkpoint\""));
        let without_the_last = whole.strip_suffix(&format!("{last}\n")).unwrap();

        let copy = at.as_it_began().await;
        assert_eq!(replay(&copy, "default", without_the_last).await, Ok(0));
        let session = whole.lines().find(|line| line.contains("\"session.created\"")).unwrap();
        let added = forged_end(&whole, session);
        assert_eq!(
            replay(&copy, "default", &format!("{without_the_last}{}", forged_end(without_the_last, session))).await,
            Ok(0)
        );
        assert_eq!(replay(&copy, "default", part.as_str()).await, Ok(1));
        // Whoever the log has a pseudonym of could be named.
        assert_eq!(replay(&copy, "default", &format!("{whole}{added}")).await, Ok(0));
        assert_eq!(copy.events("user.erased").await, 1);
    });
}

/// nobody is erased by an export that was changed, shortened in its midst, never signed, of another tenant or none at all.
#[test]
fn an_export_that_is_not_whole_erases_nobody() {
    on_sqlite(async |at| {
        let export = export_with_ada_erased(at).await;
        let copy = at.as_it_began().await;
        let lines: Vec<_> = export.lines().collect();
        let (erased, other) = (position(&lines, "\"user.erased\""), position(&lines, "\"session.created\""));
        let signed = lines.iter().skip(erased).position(|line| line.contains("\"checkpoint\"")).unwrap() + erased;
        let with = |change: &dyn Fn(&mut Vec<String>)| {
            let mut changed = lines.iter().map(|line| (*line).to_owned()).collect();
            change(&mut changed);
            changed.join("\n")
        };
        let line = |at: usize| ExportDefect::Line(at as u64 + 1);

        let forged = with(&|lines| lines[other] = lines[other].replace("session.created", "user.erased"));
        let shortened = with(&|lines| drop(lines.remove(other)));
        let swapped = with(&|lines| lines.swap(other, other + 1));
        let unsigned = with(&|lines| lines.retain(|line| !line.contains("\"checkpoint\"")));
        let twice = with(&|lines| lines.insert(1, lines[0].clone()));

        let of_default = async |export: &str| replay(&copy, "default", export).await;
        let checkpoint_after = position(&lines[other..], "\"checkpoint\"") + other;
        assert_eq!(of_default(&forged).await, Err(line(checkpoint_after)), "a kind that was changed");
        assert_eq!(of_default(&shortened).await, Err(line(other)));
        assert_eq!(of_default(&swapped).await, Err(line(other)));
        assert_eq!(of_default(&unsigned).await, Err(ExportDefect::Unsigned));
        assert_eq!(of_default(&twice).await, Err(line(1)));
        assert_eq!(replay(&copy, "acme", &export).await, Err(ExportDefect::Foreign));
        for nothing in ["", "{}", "[]", "{\"export\":{}}"] {
            assert_eq!(of_default(nothing).await, Err(ExportDefect::Foreign), "{nothing}");
        }
        let renamed = export.replacen("\"tenant\":1}}", "\"tenant\":2}}", 1);
        assert_eq!(replay(&copy, "acme", &renamed).await, Err(line(position(&lines, "\"checkpoint\""))));
        assert!(signed > erased);
        assert_eq!(copy.events("user.erased").await, 0);
        assert_eq!(of_default(&export).await, Ok(1));
    });
}

/// An event that goes on after an export and says that the person of `event` was erased.
fn forged_end(export: &str, event: &str) -> String {
    let numbered = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["event"].is_object().then(|| line["sequence"].as_i64().unwrap())
    };
    let last = export.lines().rev().find_map(numbered).unwrap();
    let (said, _) = event.rsplit_once("\"sequence\":").unwrap();
    format!("{}\"sequence\":{}}}\n", said.replace("session.created", "user.erased"), last + 1)
}

fn position(lines: &[&str], what: &str) -> usize {
    lines.iter().position(|line| line.contains(what)).unwrap()
}
