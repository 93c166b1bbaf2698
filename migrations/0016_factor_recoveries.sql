-- Requests to remove second factors that are lost, one a person.

-- Until due_at anybody who is signed in, or shows a second factor, stops it. told_at: when the link was asked for that removes the
-- factors, in the language of the page on which the request was made. removed_at: when they were; from then on the person enrols another one at the next sign-in, which ends the row.
CREATE TABLE factor_recoveries (
    tenant_id BIGINT NOT NULL,
    user_id BYTEA NOT NULL,
    requested_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    locale TEXT NOT NULL,
    told_at BIGINT,
    removed_at BIGINT,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX factor_recoveries_by_time ON factor_recoveries (due_at);
