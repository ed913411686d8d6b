//! A profile: what one province has laid down, as data (`mappings/policies`). A site names one that comes with the
//! program, or a file of its own.

use super::{ConfigError, read_toml};
use crate::model::rotation::CampaignPlan;
use crate::reconcile::policy::{Basis, Naming, Retention};
use crate::rotation;
use serde::Deserialize;
use std::path::Path;

/// The profiles that need no file.
const EMBEDDED: &[(&str, &str)] = &[
    ("bac-ninh-2025", include_str!("../../mappings/policies/bac-ninh-2025.toml")),
    ("btttt-2016", include_str!("../../mappings/policies/btttt-2016.toml")),
    ("dong-nai-2024", include_str!("../../mappings/policies/dong-nai-2024.toml")),
    ("dong-thap-2021", include_str!("../../mappings/policies/dong-thap-2021.toml")),
    ("dong-thap-2025", include_str!("../../mappings/policies/dong-thap-2025.toml")),
    ("gia-lai-2020", include_str!("../../mappings/policies/gia-lai-2020.toml")),
    ("ha-giang-2018", include_str!("../../mappings/policies/ha-giang-2018.toml")),
    ("nghe-an-2025", include_str!("../../mappings/policies/nghe-an-2025.toml")),
    ("ninh-binh-2025", include_str!("../../mappings/policies/ninh-binh-2025.toml")),
    ("nist-800-63b-4", include_str!("../../mappings/policies/nist-800-63b-4.toml")),
    ("que-son-2020", include_str!("../../mappings/policies/que-son-2020.toml")),
    ("tcvn-14423", include_str!("../../mappings/policies/tcvn-14423.toml")),
];

/// What a profile lays down.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// How addresses are made.
    #[serde(default)]
    pub naming: Option<NamingRule>,
    /// How long the mailbox of somebody who has left is kept.
    #[serde(default)]
    pub retention: Option<RetentionRule>,
    /// How old passwords may become, and what follows.
    #[serde(default)]
    pub rotation: Option<rotation::policy::Policy>,
    /// A campaign that the document orders.
    #[serde(default)]
    pub campaign: Option<CampaignPlan>,
}

/// The order of address patterns.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamingRule {
    /// The first choice.
    pub pattern: String,
    /// What is tried, in order, where it is taken; afterwards a person is asked.
    pub on_collision: Vec<String>,
}

/// How long the mailbox of somebody who has left is kept, as a document has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionRule {
    /// The document.
    pub document: String,
    /// Its article.
    pub basis: String,
    /// Months until the mailbox receives nothing any more.
    pub close_after_months: u32,
    /// The same for those of rank; without it there is no difference.
    #[serde(default)]
    pub close_after_months_of_ranks: Option<u32>,
    /// Months from then until the account is deleted.
    pub delete_after_months: u32,
}

impl Profile {
    /// A profile by its name, else by its path.
    pub fn load(name: &str) -> Result<Self, ConfigError> {
        let Some((_, text)) = EMBEDDED.iter().find(|(known, _)| *known == name) else {
            if Path::new(name).extension().is_some_and(|ending| ending == "toml") {
                return read_toml(Path::new(name));
            }
            let known: Vec<_> = EMBEDDED.iter().map(|(known, _)| *known).collect();
            let why =
                format!("{name:?} is neither a profile ({}) nor a .toml file with one", known.join(", "));
            return Err(ConfigError::Form { path: "profile".into(), why });
        };
        let form = |error: toml::de::Error| ConfigError::Form { path: name.into(), why: error.to_string() };
        toml::from_str(text).map_err(form)
    }

    /// The campaigns that documents have ordered, by the profile's name: to set another up from.
    pub fn campaigns() -> Vec<(&'static str, CampaignPlan)> {
        let plan = |(name, _): &(&'static str, _)| Some((*name, Self::load(name).ok()?.campaign?));
        EMBEDDED.iter().filter_map(plan).collect()
    }

    /// `naming` as the profile has it. Patterns of the site's own beside a profile would leave open which counts.
    pub fn name(self, naming: &Naming) -> Result<Naming, String> {
        let usual = Naming::default();
        if naming.pattern != usual.pattern || naming.on_collision != usual.on_collision {
            return Err(
                "policy.naming: profile and pattern (or on_collision) exclude each other: give one of them"
                    .to_owned(),
            );
        }
        let rule = self.naming.ok_or("policy.naming.profile: this profile lays down no addresses")?;
        let NamingRule { pattern, on_collision } = rule;
        Ok(Naming { pattern, on_collision, ..naming.clone() })
    }

    /// `retention` as the profile has it; who is of rank stays the site's word.
    pub fn retain(self, retention: &Retention) -> Result<Retention, String> {
        let usual = Retention::default();
        let terms = |one: &Retention| {
            (one.close_after_months, one.close_after_months_of_ranks, one.delete_after_months)
        };
        if terms(retention) != terms(&usual) {
            return Err(
                "policy.retention: profile and months of the site's own exclude each other: give one of them"
                    .to_owned(),
            );
        }
        let rule = self.retention.ok_or("policy.retention.profile: this profile lays down no terms")?;
        let RetentionRule {
            document,
            basis,
            close_after_months,
            close_after_months_of_ranks,
            delete_after_months,
        } = rule;
        if document.trim().is_empty() || basis.trim().is_empty() {
            return Err("policy.retention.profile: retention names no document or no basis".to_owned());
        }
        Ok(Retention {
            close_after_months,
            close_after_months_of_ranks: close_after_months_of_ranks.unwrap_or(close_after_months),
            delete_after_months,
            basis: Some(Basis { document, article: basis }),
            ..retention.clone()
        })
    }

    /// Its rules on passwords, checked.
    pub fn rotation(self) -> Result<rotation::policy::Policy, String> {
        let policy = self.rotation.ok_or("rotation.profile: this profile lays down nothing on passwords")?;
        policy.check().map_err(|why| format!("rotation.profile: {why}"))?;
        Ok(policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::AgencyCode;
    use crate::model::ids::TargetId;
    use crate::model::name::PersonName;
    use crate::model::person::Birth;
    use crate::reconcile::naming::{Namee, check_pattern, local_part};
    use std::collections::{BTreeMap, BTreeSet};

    /// The addresses that people of one name get one after the other.
    fn addresses(profile: &str) -> Vec<Option<String>> {
        let naming = Profile::load(profile).unwrap().name(&Naming::default()).unwrap();
        let name = PersonName::new("Nguyễn Thiện Bình").unwrap();
        let agency = AgencyCode::parse("skhcn").unwrap();
        let birth = Some(Birth::Date("1985-04-09".parse().unwrap()));
        let namee = Namee { name: &name, agency: &agency, birth, citizen_tail: Some("1394") };
        let mut taken = BTreeSet::new();
        let mut next = || {
            let part = local_part(&naming, &namee, &taken);
            taken.extend(part.clone());
            part
        };
        (0..6).map(|_| next()).collect()
    }

    #[test]
    fn each_province_settles_a_collision_by_its_own_rule() {
        let all = |profile| -> Vec<String> { addresses(profile).into_iter().flatten().collect() };
        assert_eq!(all("ninh-binh-2025"), ["binhnt.skhcn"], "then it is agreed with the person");
        assert_eq!(
            all("dong-thap-2025"),
            ["nguyenthienbinh", "nguyenthienbinh1985", "binhnt", "binhnt1985", "nguyenthienbinh041985"]
        );
        assert_eq!(all("bac-ninh-2025"), ["binhnt394", "binhnt1394"], "then a person is asked");
        assert_eq!(all("nghe-an-2025"), ["binhnt", "binhnt2", "binhnt3", "binhnt4", "binhnt5", "binhnt6"]);
    }

    #[test]
    fn every_profile_holds_known_tokens_only() {
        for (name, _) in EMBEDDED {
            let Some(NamingRule { pattern, on_collision }) = Profile::load(name).unwrap().naming else {
                continue;
            };
            for pattern in std::iter::once(&pattern).chain(&on_collision) {
                check_pattern(pattern).unwrap();
            }
        }
    }

    #[test]
    fn every_profile_names_the_basis_of_every_rule() {
        for (name, _) in EMBEDDED {
            let profile = Profile::load(name).unwrap();
            if let Some(plan) = &profile.campaign {
                rotation::campaign::check(plan, &BTreeMap::new()).unwrap();
            }
            let own = [profile.naming.is_some(), profile.retention.is_some(), profile.rotation.is_some()];
            assert!(own.contains(&true), "{name} lays nothing down");
            if profile.rotation.is_some() {
                profile.rotation().unwrap_or_else(|why| panic!("{name}: {why}"));
            }
        }
    }

    #[test]
    fn retention_is_as_the_documents_have_it_and_names_its_basis() {
        let mut terms = BTreeMap::new();
        for (name, _) in EMBEDDED {
            let profile = Profile::load(name).unwrap();
            if profile.retention.is_none() {
                let error = profile.retain(&Retention::default()).unwrap_err();
                assert!(error.contains("lays down no terms"), "{error}");
                continue;
            }
            let kept = profile.retain(&Retention { notice_days: 10, ..Retention::default() }).unwrap();
            kept.check().unwrap();
            let basis = kept.basis.unwrap();
            assert!(basis.document.starts_with("Quyết định ") && basis.article.contains("iều"), "{basis:?}");
            assert_eq!((kept.notice_days, &kept.ranks), (10, &Retention::default().ranks), "the site's own");
            terms.insert(
                *name,
                (kept.close_after_months, kept.close_after_months_of_ranks, kept.delete_after_months),
            );
        }
        let expected =
            [("bac-ninh-2025", (0, 0, 3)), ("btttt-2016", (6, 12, 3)), ("ninh-binh-2025", (0, 0, 3))];
        assert_eq!(terms, expected.into());
        let own = Retention { close_after_months: 9, ..Retention::default() };
        assert!(Profile::load("btttt-2016").unwrap().retain(&own).unwrap_err().contains("exclude"));
    }

    #[test]
    fn the_profiles_say_what_the_documents_say() {
        use rotation::policy::{DormantStep, Holder, Rule};
        use rotation::span::Span::{self, Days, Months};
        let ages = |name: &str, system: &str, holder| -> (Option<Span>, Option<Span>) {
            let policy = Profile::load(name).unwrap().rotation().unwrap();
            let rule: &Rule = policy.rule(&TargetId::new(system), holder).unwrap();
            let within = |limit: &Option<rotation::policy::Limit>| limit.as_ref().map(|limit| limit.within);
            (within(&rule.max_age), within(&rule.first_password))
        };
        let person = |name| ages(name, "mail", Holder::Person);
        assert_eq!(person("ninh-binh-2025"), (Some(Months(6)), Some(Months(1))));
        assert_eq!(person("dong-thap-2025"), (None, Some(Days(5))));
        assert_eq!(person("bac-ninh-2025").0, Some(Months(6)));
        assert_eq!(ages("bac-ninh-2025", "mail", Holder::Administrator).0, Some(Months(3)));
        assert_eq!(person("nghe-an-2025").0, Some(Months(3)));
        assert_eq!(person("gia-lai-2020"), (None, None));
        assert_eq!(person("ha-giang-2018"), (None, None));
        assert_eq!(person("dong-thap-2021").0, Some(Days(180)));
        assert_eq!(person("nist-800-63b-4").0, None, "no periodic change");
        assert_eq!(ages("dong-nai-2024", "tthc", Holder::Person).0, Some(Days(90)));
        assert_eq!(ages("tcvn-14423", "mail", Holder::Administrator).0, Some(Months(2)));
        let idle = |name: &str| -> Vec<(Span, DormantStep)> {
            let policy = Profile::load(name).unwrap().rotation().unwrap();
            let rules = policy.rules.into_iter().flat_map(|rule| rule.dormancy);
            rules.map(|one| (one.after, one.then)).collect()
        };
        assert_eq!(idle("dong-thap-2025"), [(Days(45), DormantStep::Lock), (Days(75), DormantStep::Close)]);
        assert_eq!(idle("nghe-an-2025"), [(Months(6), DormantStep::Lock), (Months(12), DormantStep::Delete)]);
        assert_eq!(idle("tcvn-14423"), [(Days(45), DormantStep::Lock)]);
    }

    #[test]
    fn an_unknown_profile_is_an_error_that_names_the_known_ones() {
        let error = Profile::load("ha-noi").unwrap_err().to_string();
        assert!(error.contains("nghe-an-2025") && error.contains("ha-noi"), "{error}");
        assert!(Profile::load("khong-co.toml").is_err());
        let own = Naming { pattern: "{full}".into(), ..Naming::default() };
        assert!(Profile::load("nghe-an-2025").unwrap().name(&own).unwrap_err().contains("exclude"));
    }
}
