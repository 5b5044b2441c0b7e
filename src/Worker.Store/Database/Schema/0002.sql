-- The review queue: every record of the review topic once, until nobody is wanted for it any more.
-- item: what the page shows beside the text, as JSON. priority: the next question has the highest. wanted: how many
-- people are still to answer it. blind: 1 when scores are not to be shown. owner, until: whose turn it is, and how long.
CREATE TABLE questions (
    id {identity},
    topic TEXT NOT NULL,
    part BIGINT NOT NULL,
    pos BIGINT NOT NULL,
    text_id BIGINT NOT NULL,
    item TEXT NOT NULL,
    priority {real} NOT NULL,
    propensity {real},
    added BIGINT NOT NULL,
    wanted BIGINT NOT NULL DEFAULT 1,
    blind BIGINT NOT NULL DEFAULT 0,
    owner TEXT,
    until BIGINT NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX questions_message ON questions (topic, part, pos);
CREATE INDEX questions_text ON questions (text_id);
CREATE INDEX questions_next ON questions (priority DESC, id) WHERE wanted > 0;
CREATE INDEX questions_owner ON questions (owner) WHERE owner IS NOT NULL;

-- What people did with questions, in the order of their requests; key: the request's, so that one that is sent again
-- counts once. kind: answer or skip. undone: 1 when it was taken back. answered, agreed: labels that were answered yes
-- or no, and as many of them as the heads had decided the same way.
CREATE TABLE responses (
    seq {identity},
    key TEXT NOT NULL UNIQUE,
    question_id BIGINT NOT NULL,
    person TEXT NOT NULL,
    kind TEXT NOT NULL,
    mode TEXT NOT NULL,
    at BIGINT NOT NULL,
    undone BIGINT NOT NULL DEFAULT 0,
    blind BIGINT NOT NULL,
    second BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    agreed BIGINT NOT NULL);
CREATE INDEX responses_question ON responses (question_id, person);
CREATE INDEX responses_person ON responses (person, at);

-- Who did what that changes more than an answer, e.g. promoted a head.
CREATE TABLE action_log (
    seq {identity},
    at BIGINT NOT NULL,
    person TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL);

-- Keys that the review page's sessions are signed with.
CREATE TABLE session_keys (name TEXT PRIMARY KEY, content TEXT NOT NULL);
