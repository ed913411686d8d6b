//! The directory's own password policy held against the written rules: what contradicts them, in sentences.

use super::policy::{Audience, Policy, Rule};
use crate::model::ids::TargetId;
use crate::model::password::ServerPolicy;

/// A difference, and whether it breaks the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Whether holders are shut out before the ladder has run.
    pub breaks: bool,
    /// What differs and what to do.
    pub says: String,
}

/// Days from the deadline to the lock.
fn until_lock(policy: &Policy, rule: &Rule) -> Option<i64> {
    let limit = rule.max_age.as_ref()?;
    let lock = policy.steps(limit).iter().find(|step| step.to == Audience::Lock);
    Some(lock.map_or(0, |step| step.days))
}

/// Holds `server` against the rules on mailboxes.
pub fn compare(policy: &Policy, server: &ServerPolicy) -> Vec<Difference> {
    let mail = TargetId::mail();
    let mut found = Vec::new();
    let name = &server.name;
    for rule in policy.rules.iter().filter(|rule| rule.system == mail) {
        let age = server.max_age_days.zip(rule.max_age.as_ref()).zip(until_lock(policy, rule));
        if let Some(((server_days, limit), after)) = age {
            let needed = i64::from(limit.within.least_days()) + after;
            if i64::from(server_days) < needed {
                found.push(Difference {
                    breaks: true,
                    says: format!(
                        "{name} ends a password after {server_days} days; {} allows {} and the ladder locks {after} days \
                         later: holders are shut out before their reminders have run. Let the directory end it after \
                         {} days or never",
                        limit.basis,
                        limit.within,
                        needed + 7
                    ),
                });
            }
        }
        if let (Some(server_days), None) = (server.max_age_days, &rule.max_age) {
            found.push(Difference {
                breaks: false,
                says: format!("{name} ends a password after {server_days} days; {} sets no age", rule.basis),
            });
        }
        let Some(form) = &rule.password else { continue };
        if server.min_length.unwrap_or(0) < form.min_length {
            found.push(Difference {
                breaks: false,
                says: format!(
                    "{name} takes passwords of {} characters; {} asks for {}",
                    server.min_length.unwrap_or(0),
                    form.basis,
                    form.min_length
                ),
            });
        }
        if server.history.unwrap_or(0) < form.history {
            found.push(Difference {
                breaks: false,
                says: format!(
                    "{name} remembers {} former passwords; {} asks for {}",
                    server.history.unwrap_or(0),
                    form.basis,
                    form.history
                ),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(days: Option<u32>, length: u32) -> ServerPolicy {
        ServerPolicy {
            name: "cn=default".into(),
            max_age_days: days,
            min_length: Some(length),
            history: Some(0),
        }
    }

    #[test]
    fn a_directory_that_ends_passwords_before_the_lock_breaks_the_ladder() {
        let policy: Policy = toml::from_str(
            "document = 'd'\ntitle = 't'\n[[rule]]\nbasis = 'b'\n\
             max_age = { within = '90 ngày', basis = 'Điều 8' }\n\
             password = { min_length = 8, history = 3, basis = 'Điều 9' }",
        )
        .unwrap();
        let breaks = |days| compare(&policy, &server(days, 8)).iter().any(|one| one.breaks);
        assert!(breaks(Some(90)) && breaks(Some(103)));
        assert!(!breaks(Some(104)) && !breaks(None));
        let says: Vec<String> = compare(&policy, &server(None, 6)).into_iter().map(|one| one.says).collect();
        assert!(
            matches!(says.as_slice(), [length, history] if length.contains("Điều 9") && history.contains("former"))
        );
    }
}
