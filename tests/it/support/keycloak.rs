//! A stand-in for Keycloak, which is no package: its token endpoint and the part of its Admin REST interface that is
//! used, as its documentation has them. Lists are sorted by user name, hold 100 users unless `max` says otherwise, and
//! what is done is answered 204 without a body.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use super::http::{Asked, Said, Server};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The secret of the client `rosterd`, and the password of the user `quantri`.
pub const SECRET: &str = "bí mật & riêng";

/// What is answered instead, if anything is.
pub type Twist = Box<dyn FnMut(&Asked, &mut Kept) -> Option<Said> + Send>;

/// What it holds.
#[derive(Default)]
pub struct Kept {
    /// Id to user name, address and last name.
    pub users: BTreeMap<String, (String, Option<String>, String)>,
    /// Who holds what: the path of the role or group, and a user's id.
    pub held: BTreeSet<(String, String)>,
    /// Ids of users who are not enabled.
    pub closed: BTreeSet<String>,
    /// Ids of users with a session.
    pub sessions: BTreeSet<String>,
    /// Each token that was given, and until when it is taken.
    pub tokens: BTreeMap<String, Instant>,
    /// How long a token lasts.
    pub lasts: u64,
    /// What to answer instead.
    pub twist: Option<Twist>,
}

/// A running stand-in.
pub struct Keycloak {
    pub server: Server,
    pub kept: Arc<Mutex<Kept>>,
}

const REALM_ROLE: &str = "roles/một cửa";
const CLIENT_ROLE: &str = "clients/c-1/roles/tiếp nhận/hồ sơ";
const GROUP: &str = "groups/g-1";

impl Keycloak {
    /// A realm `digo` below `/auth`: a realm role, a role of the client `igate`, the group `/một cửa/snv`.
    pub fn start() -> Self {
        let kept = Arc::new(Mutex::new(Kept { lasts: 300, ..Kept::default() }));
        let held = kept.clone();
        let server = Server::start(move |asked| {
            let kept = &mut *held.lock().unwrap();
            let mut twist = kept.twist.take();
            let said = twist.as_mut().and_then(|twist| twist(asked, kept));
            kept.twist = twist;
            said.unwrap_or_else(|| answer(kept, asked))
        });
        Self { server, kept }
    }

    pub fn url(&self) -> String {
        format!("{}/auth", self.server.url())
    }

    pub fn user(&self, name: &str, mail: Option<&str>, last_name: &str) {
        let user = (name.to_owned(), mail.map(str::to_owned), last_name.to_owned());
        self.kept.lock().unwrap().users.insert(format!("u-{name}"), user);
    }

    /// Puts a user into `realm`, `client` or `group`.
    pub fn hold(&self, place: &str, name: &str) {
        let path = match place {
            "realm" => REALM_ROLE,
            "client" => CLIENT_ROLE,
            _ => GROUP,
        };
        self.kept.lock().unwrap().held.insert((path.into(), format!("u-{name}")));
    }

    pub fn twist(&self, twist: impl FnMut(&Asked, &mut Kept) -> Option<Said> + Send + 'static) {
        self.kept.lock().unwrap().twist = Some(Box::new(twist));
    }
}

fn answer(kept: &mut Kept, asked: &Asked) -> Said {
    let missing = || Said::Json(404, json!({ "error": "Could not find resource" }));
    let Some(path) = asked.path.strip_prefix("/auth/") else { return missing() };
    if let Some(realm) = path.strip_prefix("realms/") {
        return sign_in(kept, realm, asked);
    }
    let bearer = asked.headers.get("authorization").and_then(|header| header.strip_prefix("Bearer "));
    let until = bearer.and_then(|token| kept.tokens.get(token));
    if until.is_none_or(|until| *until < Instant::now()) {
        return Said::Json(401, json!({ "error": "HTTP 401 Unauthorized" }));
    }
    let Some(path) = path.strip_prefix("admin/realms/digo/") else { return missing() };
    if let Some(own) = path.strip_prefix("users/") {
        let (user, rest) = own.split_once('/').unwrap_or((own, ""));
        return if kept.users.contains_key(user) { of_user(kept, user, rest, asked) } else { missing() };
    }
    if asked.method == "POST" && path == "users" {
        return create(kept, asked);
    }
    if asked.method != "GET" {
        return Said::Json(405, Value::Null);
    }
    if let Some(place) = path.strip_suffix("/users").or_else(|| path.strip_suffix("/members")) {
        return list(kept, |id, _| kept.held.contains(&(place.to_owned(), id.to_owned())), asked);
    }
    match path {
        "users" => list(kept, |_, user| finds(user, &asked.query), asked),
        "clients" if asked.query.get("clientId").is_some_and(|id| id == "igate") => {
            Said::Json(200, json!([{ "id": "c-1", "clientId": "igate" }]))
        }
        "clients" => Said::Json(200, json!([])),
        REALM_ROLE => Said::Json(200, realm_role()),
        CLIENT_ROLE => Said::Json(200, client_role()),
        "group-by-path/một cửa/snv" => Said::Json(200, group()),
        _ => missing(),
    }
}

fn realm_role() -> Value {
    json!({ "id": "r-1", "name": "một cửa", "composite": false, "clientRole": false, "containerId": "digo" })
}

fn client_role() -> Value {
    json!({ "id": "r-2", "name": "tiếp nhận/hồ sơ", "composite": false, "clientRole": true, "containerId": "c-1" })
}

fn group() -> Value {
    json!({ "id": "g-1", "name": "snv", "path": "/một cửa/snv" })
}

fn sign_in(kept: &mut Kept, realm: &str, asked: &Asked) -> Said {
    let form = url::form_urlencoded::parse(asked.body.as_bytes()).into_owned();
    let form: BTreeMap<String, String> = form.collect();
    let of = |name: &str| form.get(name).map_or("", String::as_str);
    let client = realm == "digo/protocol/openid-connect/token"
        && of("grant_type") == "client_credentials"
        && (of("client_id"), of("client_secret")) == ("rosterd", SECRET);
    let user = realm == "master/protocol/openid-connect/token"
        && of("grant_type") == "password"
        && (of("client_id"), of("username"), of("password")) == ("admin-cli", "quantri", SECRET);
    if asked.method != "POST" || !(client || user) {
        return Said::Json(
            401,
            json!({ "error": "unauthorized_client", "error_description": "Invalid client or Invalid client credentials" }),
        );
    }
    let token = format!("t{}", kept.tokens.len());
    kept.tokens.insert(token.clone(), Instant::now() + Duration::from_secs(kept.lasts));
    Said::Json(200, json!({ "access_token": token, "expires_in": kept.lasts, "token_type": "Bearer" }))
}

fn finds((name, mail, _): &(String, Option<String>, String), query: &BTreeMap<String, String>) -> bool {
    let exact = query.get("exact").is_some_and(|exact| exact == "true");
    let fits = |field: &str, value: &str| match query.get(field) {
        None => true,
        Some(asked) if exact => value.eq_ignore_ascii_case(asked),
        Some(asked) => value.to_lowercase().contains(&asked.to_lowercase()),
    };
    fits("username", name) && fits("email", mail.as_deref().unwrap_or(""))
}

fn list(kept: &Kept, of: impl Fn(&str, &(String, Option<String>, String)) -> bool, asked: &Asked) -> Said {
    let number = |name: &str, other| asked.query.get(name).map_or(other, |text| text.parse().unwrap());
    let mut users: Vec<_> = kept.users.iter().filter(|(id, user)| of(id, user)).collect();
    users.sort_by_key(|(_, (name, ..))| name.clone());
    let page: Vec<Value> = users
        .into_iter()
        .skip(number("first", 0))
        .take(number("max", 100))
        .map(|(id, _)| representation(kept, id))
        .collect();
    Said::Json(200, Value::Array(page))
}

fn representation(kept: &Kept, id: &str) -> Value {
    let (name, mail, last) = &kept.users[id];
    let enabled = !kept.closed.contains(id);
    json!({ "id": id, "username": name, "email": mail, "lastName": last, "firstName": null, "enabled": enabled,
        "attributes": { "donvi": ["snv"] } })
}

/// Names and addresses are given once.
fn create(kept: &mut Kept, asked: &Asked) -> Said {
    let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
    let of = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
    let (name, mail) = (of("username"), of("email"));
    if kept.users.values().any(|(one, address, _)| *one == name || address.as_deref() == Some(mail.as_str()))
    {
        return Said::Json(409, json!({ "errorMessage": "User exists with same username or email" }));
    }
    let id = format!("u-{name}");
    if body["enabled"] != json!(true) {
        kept.closed.insert(id.clone());
    }
    let full = format!("{} {}", of("lastName"), of("firstName"));
    kept.users.insert(id, (name, Some(mail), full));
    Said::Json(201, Value::Null)
}

/// A user as a whole, the sessions, and their end.
fn of_account(kept: &mut Kept, user: &str, rest: &str, asked: &Asked) -> Said {
    match (asked.method.as_str(), rest) {
        ("GET", "") => Said::Json(200, representation(kept, user)),
        ("PUT", "") => {
            let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
            // What is sent replaces what is there: a part would lose the rest.
            let mut whole = representation(kept, user);
            whole["enabled"] = body["enabled"].clone();
            if body != whole {
                return Said::Json(400, json!({ "errorMessage": "attributes would be lost" }));
            }
            if body["enabled"] == json!(true) {
                kept.closed.remove(user);
            } else {
                kept.closed.insert(user.to_owned());
            }
            Said::Json(204, Value::Null)
        }
        ("GET", "sessions") => {
            let open = kept.sessions.contains(user);
            Said::Json(200, if open { json!([{ "id": "s-1" }]) } else { json!([]) })
        }
        ("POST", "logout") => {
            kept.sessions.remove(user);
            Said::Json(204, Value::Null)
        }
        _ => Said::Json(405, Value::Null),
    }
}

fn of_user(kept: &mut Kept, user: &str, rest: &str, asked: &Asked) -> Said {
    let (place, shown) = match rest {
        "role-mappings/realm" => (REALM_ROLE, realm_role()),
        "role-mappings/clients/c-1" => (CLIENT_ROLE, client_role()),
        "groups" | "groups/g-1" => (GROUP, group()),
        "" | "sessions" | "logout" => return of_account(kept, user, rest, asked),
        _ => return Said::Json(404, json!({ "error": "Could not find resource" })),
    };
    let seat = (place.to_owned(), user.to_owned());
    // Roles are named in the body, whole; a group in the path.
    let named = match rest {
        "groups/g-1" => true,
        "groups" => false,
        _ => serde_json::from_str::<Value>(&asked.body).is_ok_and(|body| body == json!([shown])),
    };
    match asked.method.as_str() {
        "GET" if rest != "groups/g-1" => {
            let held = kept.held.contains(&seat);
            Said::Json(200, if held { json!([{ "id": "other" }, shown]) } else { json!([{ "id": "other" }]) })
        }
        "POST" if named && rest != "groups/g-1" => {
            kept.held.insert(seat);
            Said::Json(204, Value::Null)
        }
        "PUT" if rest == "groups/g-1" => {
            kept.held.insert(seat);
            Said::Json(204, Value::Null)
        }
        "DELETE" if named => {
            kept.held.remove(&seat);
            Said::Json(204, Value::Null)
        }
        _ => Said::Json(400, json!({ "error": "Cannot parse the JSON" })),
    }
}
