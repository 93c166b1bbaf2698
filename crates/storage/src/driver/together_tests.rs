//! Tests of what becomes one statement: parameters that follow on one another, claims that fail the whole, and what may not wait.

use portreeve_domain::Fault;

use super::*;

const ROW: &str = "INSERT INTO a (x, y) VALUES ($1, $2)";
const OTHER_ROW: &str = "INSERT INTO b (x, y, z) VALUES ($2, 1, $1)";
const CLAIM: &str = "UPDATE c SET x = $2 WHERE id = $1 AND x IS NULL";

fn insert(waiting: &mut Waiting, sql: &'static str) -> Result<(), Fault> {
    waiting.insert(sql, &[Value::from(1), Value::from("text")])
}

#[test]
fn a_row_alone_is_sent_as_it_is() {
    assert_eq!(together(&[ROW], false), ROW);
}

#[test]
fn rows_follow_one_another_with_their_parameters() {
    let text = together(&[ROW, OTHER_ROW, ROW], false);

    assert_eq!(
        text,
        "WITH part_0 AS (INSERT INTO a (x, y) VALUES ($1, $2)), part_1 AS (INSERT INTO b (x, y, z) VALUES ($4, 1, $3)), \
         part_2 AS (INSERT INTO a (x, y) VALUES ($5, $6)) SELECT 1"
    );
}

#[test]
fn a_claim_fails_the_whole_unless_it_has_one_row() {
    let text = together(&[CLAIM, ROW], true);

    assert_eq!(
        text,
        "WITH part_0 AS (UPDATE c SET x = $2 WHERE id = $1 AND x IS NULL RETURNING 1), \
         part_1 AS (INSERT INTO a (x, y) VALUES ($3, $4)) SELECT (CASE COUNT(*) WHEN 1 THEN '1' \
         ELSE 'another request was faster, or it has expired' END)::INT FROM part_0"
    );
    assert!(together(&[CLAIM], true).ends_with(CLAIMED));
}

#[test]
fn a_parameter_of_two_digits_is_one_parameter() {
    assert_eq!(renumbered("VALUES ($1, $10, $9)", 12), "VALUES ($13, $22, $21)");
    assert_eq!(parameters("VALUES ($1, $10, $9)"), 10);
}

/// One too many in one part and one too few in the next would be right in number.
#[test]
fn every_part_has_its_values() {
    for values in [&[Value::from(1)][..], &[Value::from(1), Value::from(2), Value::from(3)]] {
        assert!(Waiting::default().insert(ROW, values).is_err());
        assert!(Waiting::default().claim(CLAIM, values).is_err());
    }
}

/// What looks at rows, its own or others', would not see what waits beside it.
#[test]
fn nothing_waits_that_looks_at_rows_or_answers() {
    for sql in [
        "INSERT INTO a (x) VALUES ($1) RETURNING x",
        "INSERT INTO a (x) VALUES ($1) ON CONFLICT DO NOTHING",
        "INSERT INTO a (x) VALUES ((SELECT MAX(x) FROM a))",
        "INSERT INTO a (x) VALUES (random())",
        "INSERT INTO a (x) SELECT $1",
        "UPDATE a SET x = $1",
        "DELETE FROM a",
    ] {
        let values: Vec<_> = (0..parameters(sql)).map(|_| Value::from(1)).collect();
        assert!(Waiting::default().insert(sql, &values).is_err(), "{sql}");
    }
    assert!(insert(&mut Waiting::default(), OTHER_ROW).is_ok());
}

#[test]
fn a_claim_is_one_update_before_everything_else() {
    for sql in
        [ROW, "UPDATE c SET x = $1 RETURNING x", "DELETE FROM c WHERE id = $1", "UPDATE c SET x = '$' WHERE id = $1"]
    {
        let values: Vec<_> = (0..parameters(sql)).map(|_| Value::from(1)).collect();
        assert!(Waiting::default().claim(sql, &values).is_err(), "{sql}");
    }
    let mut waiting = Waiting::default();
    insert(&mut waiting, ROW).unwrap();

    assert!(waiting.claim(CLAIM, &[Value::from(1), Value::from(2)]).is_err());
}

#[test]
fn a_text_is_made_once_and_is_another_for_a_claim() {
    let texts = Texts::default();
    let of = |claim: bool, rows: &[&'static str]| {
        let mut waiting = Waiting::default();
        if claim {
            waiting.claim(CLAIM, &[Value::from(1), Value::from(2)]).unwrap();
        }
        rows.iter().for_each(|row| insert(&mut waiting, row).unwrap());
        texts.of(&waiting)
    };

    assert!(Arc::ptr_eq(&of(true, &[ROW]), &of(true, &[ROW])));
    assert_ne!(of(true, &[ROW]), of(true, &[OTHER_ROW]));
    assert_ne!(of(false, &[ROW, ROW]), of(true, &[ROW, ROW]));
}

#[test]
fn what_locks_sets_or_cannot_be_told_is_no_plain_read() {
    for sql in [
        "SELECT x FROM a WHERE id = $1 FOR UPDATE",
        "SELECT x FROM a WHERE id = $1 FOR KEY SHARE",
        "SELECT pg_advisory_xact_lock(1)",
        "SELECT set_config('portreeve.tenant', $1, false)",
        "SELECT x FROM a WHERE pg_notify($1, $2) IS NULL",
        "SELECT nextval('a')",
        "SELECT nextval ('a')",
        "SELECT \"nextval\"('a')",
        "SELECT x FROM a\nFOR\nUPDATE",
        "SELECT x FROM a WHERE (y = $1)FOR UPDATE",
        "SELECT x FROM a WHERE y = $1 for share",
        "WITH b AS (DELETE FROM a RETURNING x) SELECT x FROM b",
        "UPDATE a SET x = 1",
        "BEGIN",
        "select 1",
    ] {
        assert!(!is_plain_read(sql), "{sql}");
    }
    for sql in [
        "SELECT x FROM a WHERE id = $1",
        "SELECT COUNT(*), COALESCE(MAX(x), 0) FROM a WHERE (y = $1 OR y IN (SELECT y FROM b))",
        "SELECT x FROM a WHERE y = $1 AND NOT EXISTS (SELECT 1 FROM b WHERE (z > (1 + $2)))",
    ] {
        assert!(is_plain_read(sql), "{sql}");
    }
}
