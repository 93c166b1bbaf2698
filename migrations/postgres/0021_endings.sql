-- Every node hears of what ends, whoever ended it: the server, a command, another version, a hand in psql.
--
-- What is told is one of 4096 buckets of people (by the last two bytes of an id), so that a change to very many is told in as
-- many words at most. Only what ends or narrows a grant is told: the rest is read when it is needed.

CREATE FUNCTION portreeve_tell_ending(tail INTEGER) RETURNS VOID LANGUAGE sql AS $$
    SELECT pg_notify('portreeve_endings', (tail & 4095)::text)
$$;

CREATE FUNCTION portreeve_tell_ending_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM portreeve_tell_ending((get_byte(NEW.user_id, 14) << 8) | get_byte(NEW.user_id, 15));
    RETURN NULL;
END
$$;

-- In "users" the person is the row.
CREATE FUNCTION portreeve_tell_ending_of_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM portreeve_tell_ending((get_byte(NEW.id, 14) << 8) | get_byte(NEW.id, 15));
    RETURN NULL;
END
$$;

-- A token that stands for nobody has its own.
CREATE FUNCTION portreeve_tell_ending_of_token() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.user_id IS NULL THEN
        PERFORM portreeve_tell_ending((NEW.id & 65535)::integer);
    ELSE
        PERFORM portreeve_tell_ending((get_byte(NEW.user_id, 14) << 8) | get_byte(NEW.user_id, 15));
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER tell_ending AFTER UPDATE ON access_tokens FOR EACH ROW
    WHEN (OLD.revoked_at IS DISTINCT FROM NEW.revoked_at)
    EXECUTE FUNCTION portreeve_tell_ending_of_token();
CREATE TRIGGER tell_ending AFTER UPDATE ON token_families FOR EACH ROW
    WHEN (OLD.revoked_at IS DISTINCT FROM NEW.revoked_at OR OLD.grant_facts IS DISTINCT FROM NEW.grant_facts)
    EXECUTE FUNCTION portreeve_tell_ending_of_user();
CREATE TRIGGER tell_ending AFTER UPDATE ON sessions FOR EACH ROW
    WHEN (OLD.ended_at IS DISTINCT FROM NEW.ended_at)
    EXECUTE FUNCTION portreeve_tell_ending_of_user();
CREATE TRIGGER tell_ending AFTER UPDATE ON consents FOR EACH ROW
    WHEN (OLD.withdrawn_at IS DISTINCT FROM NEW.withdrawn_at OR OLD.scope IS DISTINCT FROM NEW.scope)
    EXECUTE FUNCTION portreeve_tell_ending_of_user();
CREATE TRIGGER tell_ending AFTER UPDATE ON users FOR EACH ROW
    WHEN (OLD.disabled_at IS DISTINCT FROM NEW.disabled_at OR OLD.erased_at IS DISTINCT FROM NEW.erased_at
        OR OLD.email_verified_at IS DISTINCT FROM NEW.email_verified_at)
    EXECUTE FUNCTION portreeve_tell_ending_of_row();
CREATE TRIGGER tell_ending AFTER UPDATE ON subject_keys FOR EACH ROW
    WHEN (OLD.destroyed_at IS DISTINCT FROM NEW.destroyed_at)
    EXECUTE FUNCTION portreeve_tell_ending_of_user();
