-- The first schema, for SQLite and PostgreSQL alike. Times are RFC 3339 UTC text, flags BIGINT 0 or 1, lists and
-- maps JSON text that only the program reads.

-- One worker at a time does one thing; `token` grows with each taking, and a write under an old one is refused.
CREATE TABLE lease (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    token BIGINT NOT NULL,
    expires TEXT NOT NULL
);

CREATE TABLE pass (
    id TEXT NOT NULL PRIMARY KEY,
    worker TEXT NOT NULL,
    token BIGINT NOT NULL,
    started TEXT NOT NULL,
    ended TEXT,
    outcome TEXT,
    summary TEXT
);

CREATE TABLE operator (
    login TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    agencies TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'contact', 'auditor', 'reviewer', 'approver', 'administrator')),
    enrolled_by TEXT NOT NULL,
    at TEXT NOT NULL,
    removed_at TEXT,
    CHECK (role <> 'contact' OR agencies <> '[]')
);

-- How an operator signs in to the page: an argon2id hash, a sealed TOTP secret with the last step that was used, and who
-- he or she is at the provider of OpenID Connect.
CREATE TABLE credential (
    login TEXT NOT NULL PRIMARY KEY REFERENCES operator (login),
    password TEXT,
    totp TEXT,
    totp_step BIGINT NOT NULL,
    issuer TEXT,
    subject TEXT,
    at TEXT NOT NULL,
    UNIQUE (issuer, subject),
    CHECK ((issuer IS NULL) = (subject IS NULL))
);

-- A one-time sign-in, by the hash of its code.
CREATE TABLE invitation (
    hash TEXT NOT NULL PRIMARY KEY,
    login TEXT NOT NULL REFERENCES operator (login),
    expires TEXT NOT NULL,
    used_at TEXT
);

-- A signed-in browser, by the hash of its cookie. `confirmed` is when the password was last given, here or at the
-- provider.
CREATE TABLE web_session (
    id TEXT NOT NULL PRIMARY KEY,
    login TEXT NOT NULL REFERENCES operator (login),
    opened TEXT NOT NULL,
    seen TEXT NOT NULL,
    expires TEXT NOT NULL,
    confirmed TEXT,
    address TEXT NOT NULL,
    browser TEXT NOT NULL,
    means TEXT NOT NULL CHECK (means IN ('password', 'invitation', 'openid')),
    ended TEXT
);
CREATE INDEX web_session_login ON web_session (login);

-- Somebody is at the provider of OpenID Connect, to sign in, or to confirm `session`; by the hash of a cookie. The answer
-- takes the row away, so that it is good once.
CREATE TABLE openid_attempt (
    id TEXT NOT NULL PRIMARY KEY,
    session TEXT REFERENCES web_session (id),
    next TEXT NOT NULL,
    made TEXT NOT NULL,
    expires TEXT NOT NULL
);

-- Attempts to sign in, by login and by network address: each is counted before its password is looked at.
CREATE TABLE sign_in_attempt (
    what TEXT NOT NULL PRIMARY KEY,
    attempts BIGINT NOT NULL,
    last TEXT NOT NULL,
    wait_until TEXT NOT NULL
);

-- A program's token for the interface, by its hash. It acts as its operator and may do at most what `scope` says.
CREATE TABLE api_token (
    id TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    login TEXT NOT NULL REFERENCES operator (login),
    name TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('read', 'decide')),
    made TEXT NOT NULL,
    expires TEXT NOT NULL,
    revoked TEXT
);

-- Who put a workbook in through the page: never approves what it asks for.
CREATE TABLE upload (
    agency TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    operator TEXT NOT NULL REFERENCES operator (login),
    file TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (agency, sha256, operator)
);

-- Who stands in for whom, between two instants; `ended` where it was called off before.
CREATE TABLE delegation (
    id TEXT NOT NULL PRIMARY KEY,
    operator TEXT NOT NULL REFERENCES operator (login),
    deputy TEXT NOT NULL REFERENCES operator (login),
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    named_by TEXT NOT NULL REFERENCES operator (login),
    at TEXT NOT NULL,
    ended TEXT,
    CHECK (operator <> deputy),
    CHECK (since < until)
);
CREATE INDEX delegation_deputy ON delegation (deputy, until) WHERE ended IS NULL;

CREATE TABLE roster (
    id TEXT NOT NULL PRIMARY KEY,
    agency TEXT NOT NULL,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    arrived TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('read', 'refused')),
    kind TEXT CHECK (kind IN ('full', 'partial', 'request')),
    people BIGINT NOT NULL,
    body TEXT,
    notes TEXT NOT NULL,
    digest TEXT NOT NULL,
    results TEXT,
    feedback TEXT NOT NULL CHECK (feedback IN ('due', 'written', 'again')),
    feedback_path TEXT,
    done_path TEXT,
    spool_path TEXT,
    CHECK ((state = 'read') = (body IS NOT NULL)),
    CHECK ((feedback = 'due') = (feedback_path IS NULL)),
    UNIQUE (agency, sha256)
);
CREATE INDEX roster_feedback_due ON roster (id) WHERE feedback IN ('due', 'again');

-- `open_match` is the agency among whose matches that of the mail account waits for an operator's word, where it does.
CREATE TABLE person (
    id TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    open_match TEXT
);
CREATE INDEX person_open_match ON person (open_match) WHERE open_match IS NOT NULL;

CREATE TABLE account_link (
    target TEXT NOT NULL,
    account TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    PRIMARY KEY (target, account),
    UNIQUE (target, person)
);
CREATE INDEX account_link_person ON account_link (person);

-- Matches by name and phone that an operator has confirmed; each for this account and this person alone.
CREATE TABLE match_confirmation (
    target TEXT NOT NULL,
    account TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    agency TEXT NOT NULL,
    operator TEXT NOT NULL REFERENCES operator (login),
    at TEXT NOT NULL,
    PRIMARY KEY (target, account, person)
);

-- The last good read of each target.
CREATE TABLE snapshot_state (
    target TEXT NOT NULL PRIMARY KEY,
    taken TEXT NOT NULL,
    digest TEXT NOT NULL,
    counts TEXT NOT NULL,
    total BIGINT NOT NULL
);

CREATE TABLE brake (
    key TEXT NOT NULL PRIMARY KEY,
    scope TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'released', 'discarded')),
    opened TEXT NOT NULL
);

CREATE TABLE brake_vote (
    brake TEXT NOT NULL REFERENCES brake (key),
    what TEXT NOT NULL CHECK (what IN ('release', 'discard')),
    operator TEXT NOT NULL REFERENCES operator (login),
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    UNIQUE (brake, what, operator)
);

CREATE TABLE work_order (
    id TEXT NOT NULL PRIMARY KEY,
    target TEXT NOT NULL,
    file TEXT NOT NULL,
    at TEXT NOT NULL,
    urgent BIGINT NOT NULL CHECK (urgent IN (0, 1)),
    due TEXT NOT NULL,
    confirmed_at TEXT,
    UNIQUE (target, file)
);

-- What a change says. It is written in chunks before its plan is published, and read only beside its row in `change`.
-- `digest` covers the columns that may change while the key stays.
CREATE TABLE change_content (
    id TEXT NOT NULL PRIMARY KEY,
    agency TEXT NOT NULL,
    person TEXT,
    label TEXT NOT NULL,
    old_attrs TEXT NOT NULL,
    new_attrs TEXT NOT NULL,
    reason TEXT NOT NULL,
    effective TEXT,
    gate TEXT NOT NULL CHECK (gate IN ('none', 'one', 'two')),
    risk TEXT NOT NULL,
    document TEXT,
    case_id TEXT NOT NULL,
    needs TEXT NOT NULL,
    evidence TEXT NOT NULL,
    waits BIGINT NOT NULL CHECK (waits IN (0, 1)),
    digest TEXT NOT NULL
);
-- `waits`: it takes away and rests on matches that nobody has confirmed.
CREATE INDEX change_content_waits ON change_content (id) WHERE waits = 1;
-- What happened to one person is found without reading everybody's.
CREATE INDEX change_content_person ON change_content (person) WHERE person IS NOT NULL;
CREATE INDEX change_content_case ON change_content (case_id);

-- What a search looks in, apart from the rest so that looking through all of it reads little.
CREATE TABLE change_search (
    id TEXT NOT NULL PRIMARY KEY REFERENCES change_content (id),
    search TEXT NOT NULL
);

-- The rows that publishing a plan will put into `change`, by the lease of its worker. What a crash leaves here is
-- read by nobody, and the next plan under that lease removes it.
CREATE TABLE change_staged (
    id TEXT NOT NULL PRIMARY KEY REFERENCES change_content (id),
    lease TEXT NOT NULL,
    key TEXT NOT NULL,
    target TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    due TEXT NOT NULL,
    needed BIGINT NOT NULL,
    agency TEXT NOT NULL,
    gate TEXT NOT NULL,
    risk TEXT NOT NULL,
    state TEXT NOT NULL,
    brake TEXT,
    pass TEXT NOT NULL
);

-- Where a change stands: what is in here exists. `needed` is the gate as a number; `since` is when the state was
-- entered; `decided` is the last decision of an operator or outcome of a write, which outranks any plan made from an
-- older snapshot. `agency`, `gate` and `risk` are those of its content, again here so that a list is filtered and counted
-- from one index.
CREATE TABLE change (
    id TEXT NOT NULL PRIMARY KEY REFERENCES change_content (id),
    key TEXT NOT NULL,
    target TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    due TEXT NOT NULL,
    needed BIGINT NOT NULL CHECK (needed IN (0, 1, 2)),
    agency TEXT NOT NULL,
    gate TEXT NOT NULL,
    risk TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'held', 'approved', 'rejected', 'claimed', 'ordered', 'applied',
        'failed', 'stale', 'unknown', 'superseded', 'expired', 'undone')),
    proposed TEXT NOT NULL,
    since TEXT NOT NULL,
    decided TEXT,
    brake TEXT REFERENCES brake (key),
    released BIGINT NOT NULL CHECK (released IN (0, 1)),
    outcome TEXT,
    work_order TEXT REFERENCES work_order (id),
    told BIGINT NOT NULL DEFAULT 0 CHECK (told IN (0, 1)),
    pass TEXT NOT NULL
);
CREATE UNIQUE INDEX change_live ON change (target, subject, kind)
    WHERE state IN ('proposed', 'held', 'approved', 'claimed', 'ordered', 'failed', 'unknown', 'expired');
-- A page of a state, whatever it is filtered by; one agency's; how many there are of which kind.
CREATE INDEX change_page ON change (state, due, id, needed, agency, kind, risk, gate, target, proposed);
CREATE INDEX change_agency ON change (agency, state, due, id);
CREATE INDEX change_kinds ON change (state, kind, due);
-- Those that more than one has to approve: one of them may have done so.
CREATE INDEX change_by_more ON change (id, due, agency) WHERE state = 'proposed' AND needed > 1;
-- Former rows are looked up by key in these two states only; publishing does not pay for an index over all.
CREATE INDEX change_applied ON change (key) WHERE state = 'applied';
CREATE INDEX change_superseded ON change (key) WHERE state = 'superseded';
-- Which accounts a rule has locked is told from their last lock or opening.
CREATE INDEX change_locks ON change (target, since) WHERE state = 'applied'
    AND kind IN ('disable-account', 'enable-account', 'lock-account', 'unlock-account');
-- Whether anything newer answers a write that was refused; publishing does not pay for it.
CREATE INDEX change_ended ON change (target, subject, kind) WHERE state IN ('rejected', 'applied', 'stale', 'undone');
CREATE INDEX change_decided ON change (decided) WHERE decided IS NOT NULL;

-- Who approved: an enrolled operator, for another where he or she stands in (`instead_of`), or the policy itself by the
-- name of its rule (staged with its change).
CREATE TABLE approval (
    change_id TEXT NOT NULL REFERENCES change_content (id),
    key TEXT NOT NULL,
    operator TEXT REFERENCES operator (login),
    instead_of TEXT REFERENCES operator (login),
    policy TEXT,
    at TEXT NOT NULL,
    CHECK ((operator IS NULL) <> (policy IS NULL)),
    CHECK (instead_of IS NULL OR operator IS NOT NULL AND instead_of <> operator),
    UNIQUE (change_id, operator),
    UNIQUE (change_id, policy)
);

-- Which rows of which rosters asked for what an operator rejected, and why: their feedback is written once more. Line 0 is
-- about somebody whom the roster does not name.
CREATE TABLE roster_rejection (
    roster TEXT NOT NULL REFERENCES roster (id),
    change_id TEXT NOT NULL REFERENCES change (id),
    sheet TEXT NOT NULL,
    line BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (roster, change_id, sheet, line)
);

-- Who called which published number about a change, before its approvals; by key, so that a change that comes back
-- unaltered keeps it.
CREATE TABLE call_back (
    id TEXT NOT NULL PRIMARY KEY,
    key TEXT NOT NULL,
    operator TEXT NOT NULL REFERENCES operator (login),
    number TEXT NOT NULL,
    spoke_with TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX call_back_key ON call_back (key);

CREATE TABLE question (
    key TEXT NOT NULL PRIMARY KEY,
    agency TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'superseded')),
    answer TEXT,
    operator TEXT REFERENCES operator (login),
    at TEXT NOT NULL,
    CHECK ((state = 'answered') = (answer IS NOT NULL))
);
CREATE INDEX question_state ON question (state, key);

-- Who keeps each unit mailbox, since when, by which change.
CREATE TABLE custodian (
    target TEXT NOT NULL,
    account TEXT NOT NULL,
    agency TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    custodian TEXT NOT NULL,
    since TEXT NOT NULL,
    change_id TEXT NOT NULL REFERENCES change (id),
    -- Whom the agencies' file named then.
    listed TEXT,
    PRIMARY KEY (target, account)
);

-- What was carried out, counted by brakes over a rolling window.
CREATE TABLE budget (
    change_id TEXT NOT NULL REFERENCES change (id),
    scope TEXT NOT NULL,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (change_id, scope, kind)
);
CREATE INDEX budget_window ON budget (scope, kind, at);

CREATE TABLE intent (
    id TEXT NOT NULL PRIMARY KEY,
    change_id TEXT NOT NULL REFERENCES change (id),
    key TEXT NOT NULL,
    target TEXT NOT NULL,
    subject TEXT NOT NULL,
    worker TEXT NOT NULL,
    token BIGINT NOT NULL,
    write_by TEXT NOT NULL,
    sealed TEXT,
    opened TEXT NOT NULL,
    resolved TEXT,
    outcome TEXT,
    why TEXT
);
CREATE UNIQUE INDEX intent_change ON intent (change_id) WHERE resolved IS NULL;
CREATE UNIQUE INDEX intent_subject ON intent (target, subject) WHERE resolved IS NULL;

CREATE INDEX intent_sealed ON intent (resolved, id) WHERE sealed IS NOT NULL;

-- The way of a first password after its write: printed once, then signed for; or it ran out, or a newer password
-- took its place. Before that it lies sealed in `intent`; from here on it is gone there.
CREATE TABLE slip (
    change_id TEXT NOT NULL PRIMARY KEY REFERENCES change (id),
    made TEXT NOT NULL,
    printed TEXT,
    printed_by TEXT REFERENCES operator (login),
    ended TEXT,
    ending TEXT CHECK (ending IN ('confirmed', 'expired', 'replaced')),
    ended_by TEXT REFERENCES operator (login),
    CHECK ((printed IS NULL) = (printed_by IS NULL)),
    CHECK ((ended IS NULL) = (ending IS NULL)),
    CHECK (ending IS NULL OR (ending = 'confirmed') = (ended_by IS NOT NULL))
);
CREATE INDEX slip_open ON slip (made, change_id) WHERE ended IS NULL;

-- Who of the two sides of a handover has signed its minutes, as whoever collected the paper says.
CREATE TABLE handover_signature (
    change_id TEXT NOT NULL REFERENCES change (id),
    side TEXT NOT NULL CHECK (side IN ('giver', 'receiver')),
    at TEXT NOT NULL,
    noted_by TEXT NOT NULL REFERENCES operator (login),
    PRIMARY KEY (change_id, side)
);

-- An address is never given to a second person; a reservation that a write has used is never freed.
CREATE TABLE reservation (
    address TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    change_id TEXT NOT NULL REFERENCES change_content (id),
    used BIGINT NOT NULL CHECK (used IN (0, 1))
);
CREATE INDEX reservation_change ON reservation (change_id);

-- `next_at` is when a mail is due, or when it was sent, given up or returned. What a server further on returned is found
-- by `message_id`; `bounce` is the digest of what it returned it with, so that one bounce counts once. `dismissed` is the
-- operator who put aside a mail that did not arrive.
CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    key TEXT NOT NULL,
    address TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'returned')),
    attempts BIGINT NOT NULL,
    next_at TEXT NOT NULL,
    last_error TEXT,
    message_id TEXT NOT NULL UNIQUE,
    bounce TEXT,
    dismissed TEXT REFERENCES operator (login),
    UNIQUE (key, address),
    CHECK ((state = 'returned') = (bounce IS NOT NULL)),
    CHECK (dismissed IS NULL OR state IN ('failed', 'returned'))
);
CREATE INDEX outbox_due ON outbox (next_at, id) WHERE state IN ('queued', 'sending');
CREATE UNIQUE INDEX outbox_bounce ON outbox (bounce) WHERE bounce IS NOT NULL;
CREATE INDEX outbox_undelivered ON outbox (next_at) WHERE state IN ('failed', 'returned');

-- What a mail says, apart from where it stands so that noting that writes little.
CREATE TABLE outbox_content (
    id TEXT NOT NULL PRIMARY KEY REFERENCES outbox (id),
    body TEXT NOT NULL
);

-- Since when and until when an account was open (`role` is empty) or a role was held, as reads of the target showed it.
CREATE TABLE access_span (
    target TEXT NOT NULL,
    subject TEXT NOT NULL,
    role TEXT NOT NULL,
    agency TEXT NOT NULL,
    label TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT,
    PRIMARY KEY (target, subject, role, agency, label, since)
);
CREATE INDEX access_span_open ON access_span (target) WHERE until IS NULL;
CREATE INDEX access_span_subject ON access_span (subject) WHERE until IS NULL;

-- Which notices spoke of which changes.
CREATE TABLE change_notice (
    change_id TEXT NOT NULL REFERENCES change (id),
    key TEXT NOT NULL,
    PRIMARY KEY (change_id, key)
);

-- The last role export read of each system.
CREATE TABLE export (
    target TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL,
    taken TEXT NOT NULL
);

-- Departures that an operator confirmed.
CREATE TABLE confirmation (
    id TEXT NOT NULL PRIMARY KEY,
    person TEXT,
    target TEXT NOT NULL,
    account TEXT NOT NULL,
    agency TEXT NOT NULL,
    operator TEXT NOT NULL REFERENCES operator (login),
    reason TEXT NOT NULL,
    at TEXT NOT NULL
);

-- A taken-over account: while it is open, no other change is carried out on it, and its holder is given nothing
-- elsewhere. `by_hand`: the account is protected, so that somebody else must lock it. `seen_locked` is the first read
-- that showed it locked, `evidence` what the entry and the systems showed when it was opened.
CREATE TABLE incident (
    id TEXT NOT NULL PRIMARY KEY,
    target TEXT NOT NULL,
    account TEXT NOT NULL,
    agency TEXT NOT NULL,
    opened_by TEXT NOT NULL REFERENCES operator (login),
    opened TEXT NOT NULL,
    reason TEXT NOT NULL,
    person TEXT,
    label TEXT NOT NULL,
    by_hand BIGINT NOT NULL CHECK (by_hand IN (0, 1)),
    evidence TEXT NOT NULL,
    seen_locked TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    closed_by TEXT REFERENCES operator (login),
    closed TEXT,
    closing TEXT,
    CHECK ((state = 'closed') = (closed_by IS NOT NULL)),
    CHECK ((state = 'closed') = (closed IS NOT NULL))
);
CREATE UNIQUE INDEX incident_open ON incident (target, account) WHERE state = 'open';

-- Something odd about an account that somebody told, as odd mail or failed sign-ins: it waits until an operator
-- dismisses it or an incident is opened on the account.
CREATE TABLE tip (
    id TEXT NOT NULL PRIMARY KEY,
    target TEXT NOT NULL,
    account TEXT NOT NULL,
    label TEXT NOT NULL,
    agency TEXT NOT NULL,
    sign TEXT NOT NULL CHECK (sign IN ('odd-mail', 'failed-sign-ins', 'unknown-sign-in', 'other')),
    words TEXT NOT NULL,
    told_by TEXT NOT NULL,
    taken_by TEXT NOT NULL REFERENCES operator (login),
    taken TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'dismissed', 'incident')),
    incident TEXT REFERENCES incident (id),
    settled_by TEXT REFERENCES operator (login),
    settled TEXT,
    reason TEXT,
    CHECK ((state = 'incident') = (incident IS NOT NULL)),
    CHECK ((state = 'waiting') = (settled IS NULL)),
    CHECK ((state = 'dismissed') = (reason IS NOT NULL))
);
CREATE INDEX tip_waiting ON tip (target, account) WHERE state = 'waiting';

-- What of a leak list concerns accounts here, `digest` telling a list that comes again; never a password. Taken in by
-- an operator, or found in what an agency sent.
CREATE TABLE leak_list (
    id TEXT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    document TEXT,
    leaked TEXT,
    imported TEXT NOT NULL,
    operator TEXT REFERENCES operator (login),
    agency TEXT,
    digest TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    CHECK ((operator IS NULL) <> (agency IS NULL))
);

-- Periods in which an account of a system looked up more than it may, while they count; within the limits nothing is kept.
CREATE TABLE lookup_excess (
    target TEXT NOT NULL,
    login TEXT NOT NULL,
    period TEXT NOT NULL,
    began TEXT NOT NULL,
    counted BIGINT NOT NULL,
    most BIGINT NOT NULL,
    basis TEXT NOT NULL,
    PRIMARY KEY (target, login, period, began)
);

-- What is remembered of passwords and ladders, an agency a row: only a pass reads it.
CREATE TABLE rotation_memory (
    target TEXT NOT NULL,
    agency TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (target, agency)
);

-- How everybody stands to the rules on passwords, as the last pass found it: one row, for the page.
CREATE TABLE rotation_figures (
    name TEXT NOT NULL PRIMARY KEY CHECK (name = 'all'),
    body TEXT NOT NULL
);

-- The accounts behind those figures, one value an agency and system, for the lists that the page shows. `digest` tells a
-- pass which of them are other than before.
CREATE TABLE rotation_rows (
    agency TEXT NOT NULL,
    target TEXT NOT NULL,
    digest TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (agency, target)
);

-- An operator let go for a day what the mail brake stops; two must.
CREATE TABLE mail_release (
    day TEXT NOT NULL,
    operator TEXT NOT NULL REFERENCES operator (login),
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (day, operator)
);

-- The printed list with an account whose warnings were not accepted was handed to its unit.
CREATE TABLE rotation_handed (
    account TEXT NOT NULL,
    cycle TEXT NOT NULL,
    agency TEXT NOT NULL,
    operator TEXT NOT NULL REFERENCES operator (login),
    handed TEXT NOT NULL,
    PRIMARY KEY (account, cycle)
);

-- A campaign begins with its second operator.
CREATE TABLE campaign (
    name TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'running', 'stopped')),
    since TEXT NOT NULL
);

CREATE TABLE campaign_approval (
    campaign TEXT NOT NULL REFERENCES campaign (name),
    operator TEXT NOT NULL REFERENCES operator (login),
    at TEXT NOT NULL,
    UNIQUE (campaign, operator)
);

-- A legal hold stops delete, retention and expiry for a person or one account. It holds from the second operator
-- who sets it to the second who lifts it.
CREATE TABLE legal_hold (
    id TEXT NOT NULL PRIMARY KEY,
    person TEXT,
    target TEXT,
    account TEXT,
    agency TEXT NOT NULL,
    asked TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'holds', 'lifted')),
    since TEXT NOT NULL,
    CHECK ((person IS NULL) <> (account IS NULL)),
    CHECK ((target IS NULL) = (account IS NULL))
);
CREATE UNIQUE INDEX legal_hold_person ON legal_hold (person) WHERE state <> 'lifted' AND person IS NOT NULL;
CREATE UNIQUE INDEX legal_hold_account ON legal_hold (target, account)
    WHERE state <> 'lifted' AND account IS NOT NULL;

CREATE TABLE legal_hold_approval (
    hold TEXT NOT NULL REFERENCES legal_hold (id),
    act TEXT NOT NULL CHECK (act IN ('set', 'lift')),
    operator TEXT NOT NULL REFERENCES operator (login),
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    UNIQUE (hold, act, operator)
);

CREATE TABLE pause (
    what TEXT NOT NULL PRIMARY KEY CHECK (what IN ('writes', 'mail')),
    operator TEXT NOT NULL REFERENCES operator (login),
    reason TEXT NOT NULL,
    at TEXT NOT NULL
);

-- The trail: hash-chained by lane, holds no personal data; the detail is apart and may be deleted.
-- `anchored` is the last row of the lane that another lane's chain has sworn to.
CREATE TABLE audit_head (
    lane TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    anchored BIGINT NOT NULL
);

CREATE TABLE audit (
    lane TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    verb TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail_mac TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (lane, seq)
);

CREATE INDEX audit_at ON audit (at);

CREATE TABLE audit_detail (
    lane TEXT NOT NULL,
    seq BIGINT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (lane, seq)
);
