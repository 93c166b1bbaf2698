//! A subject of another issuer is one person's, in one tenant (SECURITY rule 29).

use portreeve_storage::{Wall, subject_links, subject_links::LinkedSubject, users};

use crate::{
    database::{NOW, ONE, TWO, on_both},
    rows::{user, user_id},
};

const ISSUER: &str = "https://idp.example";

fn link(number: u8) -> LinkedSubject {
    LinkedSubject { index: [number; 32], issuer: ISSUER.to_owned(), subject_sealed: vec![number, 0, 1] }
}

#[tokio::test]
async fn a_link_is_found_with_what_it_was_stored_with_and_removed_once() {
    on_both(async |db| {
        let ada = user_id(7);
        assert!(db.write(ONE, async |tx| subject_links::insert(tx, ONE, ada, &link(1), NOW).await).await);
        assert!(db.write(ONE, async |tx| subject_links::insert(tx, ONE, ada, &link(2), NOW).await).await);

        assert_eq!(db.read(ONE, async |c| subject_links::find(c, ONE, &[1; 32]).await).await, Some(ada));
        assert_eq!(db.read(ONE, async |c| subject_links::of_user(c, ONE, ada).await).await, [link(1), link(2)]);
        assert!(db.read(ONE, async |c| subject_links::is_linked(c, ONE, ada, ISSUER).await).await);
        assert!(!db.read(ONE, async |c| subject_links::is_linked(c, ONE, ada, "https://x.example").await).await);
        assert!(!db.read(ONE, async |c| subject_links::is_linked(c, ONE, user_id(8), ISSUER).await).await);

        assert!(db.write(ONE, async |tx| subject_links::delete(tx, ONE, ada, &[1; 32]).await).await);
        assert!(!db.write(ONE, async |tx| subject_links::delete(tx, ONE, ada, &[1; 32]).await).await);
        assert_eq!(db.read(ONE, async |c| subject_links::find(c, ONE, &[1; 32]).await).await, None);
    })
    .await;
}

/// SECURITY rule 29: a subject that is somebody's is not given to another, nor taken away by one.
#[tokio::test]
async fn a_subject_is_one_persons() {
    on_both(async |db| {
        assert!(db.write(ONE, async |tx| subject_links::insert(tx, ONE, user_id(7), &link(1), NOW).await).await);

        assert!(!db.write(ONE, async |tx| subject_links::insert(tx, ONE, user_id(8), &link(1), NOW).await).await);
        assert!(!db.write(ONE, async |tx| subject_links::delete(tx, ONE, user_id(8), &[1; 32]).await).await);

        let found = db.read(ONE, async |conn| subject_links::find(conn, ONE, &[1; 32]).await).await;
        assert_eq!(found, Some(user_id(7)));
    })
    .await;
}

/// SECURITY rule 14: erasing a person removes every index value, also those of links, and nobody else's.
#[tokio::test]
async fn an_erased_person_is_linked_to_nobody() {
    on_both(async |db| {
        for number in [7, 8] {
            db.write(ONE, async |tx| users::insert(tx, ONE, &user(number)).await).await;
            db.write(ONE, async |tx| subject_links::insert(tx, ONE, user_id(number), &link(number), NOW).await).await;
        }

        assert!(db.write(ONE, async |tx| users::erase(tx, ONE, user_id(7), NOW).await).await);

        assert_eq!(db.read(ONE, async |c| subject_links::of_user(c, ONE, user_id(7)).await).await, []);
        assert_eq!(db.read(ONE, async |c| subject_links::of_user(c, ONE, user_id(8)).await).await, [link(8)]);
    })
    .await;
}

/// S-118: the links of another tenant.
#[tokio::test]
async fn another_tenants_links_are_out_of_reach() {
    on_both(async |db| {
        let ada = user_id(7);
        db.write(TWO, async |tx| subject_links::insert(tx, TWO, ada, &link(1), NOW).await).await;

        assert_eq!(db.read(Wall::All, async |c| subject_links::find(c, ONE, &[1; 32]).await).await, None);
        assert_eq!(db.read(Wall::All, async |c| subject_links::of_user(c, ONE, ada).await).await, []);
        assert!(!db.read(Wall::All, async |c| subject_links::is_linked(c, ONE, ada, ISSUER).await).await);
        assert!(!db.write(Wall::All, async |tx| subject_links::delete(tx, ONE, ada, &[1; 32]).await).await);
        assert_eq!(db.read(TWO, async |c| subject_links::of_user(c, TWO, ada).await).await, [link(1)]);
        assert!(db.write(ONE, async |tx| subject_links::insert(tx, ONE, ada, &link(1), NOW).await).await);
    })
    .await;
}
