-- Times are ms since 1970, in UTC. {identity}, {blob} and {real} are each database's own.

-- Counters that one row each keeps: 'change' numbers what is recorded, and whoever records holds its row.
CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO counters (name, value) VALUES ('change', 0);

-- How far each partition of the labels topic is recorded: in the same transaction as what it led to.
CREATE TABLE offsets (
    topic TEXT NOT NULL,
    part BIGINT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (topic, part));

-- hash: of the text as it was received. text: without NUL characters, which Postgres does not keep and no encoder reads.
CREATE TABLE texts (
    id {identity},
    hash TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL,
    added BIGINT NOT NULL);
CREATE INDEX texts_added ON texts (added);

-- Where texts came from, so that an answer may name the message alone.
CREATE TABLE messages (
    topic TEXT NOT NULL,
    part BIGINT NOT NULL,
    pos BIGINT NOT NULL,
    text_id BIGINT NOT NULL,
    PRIMARY KEY (topic, part, pos));
CREATE INDEX messages_text ON messages (text_id);

-- Texts that were erased: an answer to one that arrives later is not recorded.
CREATE TABLE erased (hash TEXT PRIMARY KEY, at BIGINT NOT NULL);

-- Counts are of examples, that is of texts: positives, negatives and weak by what counts, the others beside.
CREATE TABLE labels (
    id {identity},
    name TEXT NOT NULL UNIQUE,
    added BIGINT NOT NULL,
    description TEXT,
    positives BIGINT NOT NULL DEFAULT 0,
    negatives BIGINT NOT NULL DEFAULT 0,
    weak BIGINT NOT NULL DEFAULT 0,
    blind BIGINT NOT NULL DEFAULT 0,
    disputed BIGINT NOT NULL DEFAULT 0,
    last_answer BIGINT NOT NULL DEFAULT 0,
    -- Changes since the last fit, and when the first of them was recorded.
    pending BIGINT NOT NULL DEFAULT 0,
    pending_since BIGINT NOT NULL DEFAULT 0,
    -- 1 when somebody asked for a training now.
    asked BIGINT NOT NULL DEFAULT 0,
    -- The change up to which examples were read for the last fit.
    fitted BIGINT NOT NULL DEFAULT 0,
    fitted_at BIGINT NOT NULL DEFAULT 0);

-- Every event once. An event that withdraws another has no text.
CREATE TABLE events (
    id TEXT PRIMARY KEY,
    text_id BIGINT,
    at BIGINT NOT NULL,
    recorded BIGINT NOT NULL,
    person TEXT NOT NULL,
    source TEXT NOT NULL,
    mode TEXT NOT NULL,
    propensity {real},
    blind BIGINT,
    milliseconds BIGINT,
    withdraws TEXT);
CREATE INDEX events_text ON events (text_id);
CREATE INDEX events_withdraws ON events (withdraws);

-- What each event says to each label: value 1 yes, 0 no, between them weak, null "cannot tell".
CREATE TABLE answers (
    text_id BIGINT NOT NULL,
    label_id BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    value {real},
    shown_p {real},
    shown_version BIGINT,
    PRIMARY KEY (text_id, label_id, event_id));
CREATE INDEX answers_event ON answers (event_id);

-- What counts for a text and a label after all events; value null where nothing does any more.
CREATE TABLE examples (
    label_id BIGINT NOT NULL,
    text_id BIGINT NOT NULL,
    value {real},
    people BIGINT NOT NULL,
    disputed BIGINT NOT NULL,
    blind BIGINT NOT NULL,
    propensity {real},
    at BIGINT NOT NULL,
    change BIGINT NOT NULL,
    PRIMARY KEY (label_id, text_id));
CREATE INDEX examples_change ON examples (label_id, change);
CREATE INDEX examples_text ON examples (text_id);

-- What encoders say of texts: little-endian f16, all features side by side.
CREATE TABLE features (
    encoder TEXT NOT NULL,
    text_id BIGINT NOT NULL,
    vector {blob} NOT NULL,
    PRIMARY KEY (encoder, text_id));
CREATE INDEX features_text ON features (text_id);

-- Every head that was made: state is promoted, kept or dropped, verdict says why.
CREATE TABLE heads (
    label_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    made BIGINT NOT NULL,
    state TEXT NOT NULL,
    head TEXT NOT NULL,
    verdict TEXT NOT NULL,
    -- What it says of the texts that it was judged on, each by a fit without it; null when that is not kept any more.
    evidence {blob},
    PRIMARY KEY (label_id, version));

-- What is to be sent to Kafka, in this order. headers: a JSON array of [name, value in base64 or null].
CREATE TABLE outbox (
    seq {identity},
    topic TEXT NOT NULL,
    key {blob},
    value {blob},
    headers TEXT,
    made BIGINT NOT NULL);

-- Who works on what. The token rises with every new owner: whoever writes shows it.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    token BIGINT NOT NULL,
    until BIGINT NOT NULL);
