-- Every node hears of what ends, whoever ended it: the server, a command, another version, a hand in psql.
--
-- What is told is one of 4096 buckets of people (by the last two bytes of an id), so that a change to very many is told in as
-- many words at most. Told is every change that may end or narrow a grant, and a few that do not; that a session was used is not.
-- An id of another length is none that a node remembers; nothing is refused for it.

CREATE FUNCTION portreeve_tell_ending_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    person BYTEA := CASE TG_OP WHEN 'DELETE' THEN OLD.user_id ELSE NEW.user_id END;
BEGIN
    IF octet_length(person) = 16 THEN
        PERFORM pg_catalog.pg_notify(
            'portreeve_endings', (((get_byte(person, 14) << 8) | get_byte(person, 15)) & 4095)::text);
    END IF;
    RETURN NULL;
END
$$;

-- In "users" the person is the row.
CREATE FUNCTION portreeve_tell_ending_of_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    person BYTEA := CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END;
BEGIN
    IF octet_length(person) = 16 THEN
        PERFORM pg_catalog.pg_notify(
            'portreeve_endings', (((get_byte(person, 14) << 8) | get_byte(person, 15)) & 4095)::text);
    END IF;
    RETURN NULL;
END
$$;

-- A token that stands for nobody has a bucket by its own id.
CREATE FUNCTION portreeve_tell_ending_of_token() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.user_id IS NULL THEN
        PERFORM pg_catalog.pg_notify('portreeve_endings', (NEW.id & 4095)::text);
    ELSIF octet_length(NEW.user_id) = 16 THEN
        PERFORM pg_catalog.pg_notify(
            'portreeve_endings', (((get_byte(NEW.user_id, 14) << 8) | get_byte(NEW.user_id, 15)) & 4095)::text);
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
-- A session that has shown more ends sooner.
CREATE TRIGGER tell_ending AFTER UPDATE ON sessions FOR EACH ROW
    WHEN (OLD.ended_at IS DISTINCT FROM NEW.ended_at OR OLD.proofs IS DISTINCT FROM NEW.proofs)
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

-- Tokens and their families are deleted long after they ran out; these may be by hand.
CREATE TRIGGER tell_deletion AFTER DELETE ON sessions FOR EACH ROW
    EXECUTE FUNCTION portreeve_tell_ending_of_user();
CREATE TRIGGER tell_deletion AFTER DELETE ON consents FOR EACH ROW
    EXECUTE FUNCTION portreeve_tell_ending_of_user();
CREATE TRIGGER tell_deletion AFTER DELETE ON users FOR EACH ROW
    EXECUTE FUNCTION portreeve_tell_ending_of_row();
CREATE TRIGGER tell_deletion AFTER DELETE ON subject_keys FOR EACH ROW
    EXECUTE FUNCTION portreeve_tell_ending_of_user();
