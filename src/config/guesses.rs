//! Lists of known default passwords: the one that comes with the program, and before it the site's own. No error quotes
//! one.

use super::ConfigError;
use crate::rotation::guess::Guesses;
use crate::rotation::settings::Settings;
use std::path::{Path, PathBuf};

const EMBEDDED: &str = include_str!("../../mappings/passwords/known.toml");

/// The list for a site that lets stored passwords be read; `stored` is where its dialect says they lie, `path` the
/// configuration.
pub fn allowed(
    rotation: Option<&Settings>,
    stored: Option<&str>,
    path: &Path,
) -> Result<Option<Guesses>, ConfigError> {
    let checks = rotation.map(|settings| &settings.default_passwords);
    let Some(checks) = checks.filter(|checks| checks.read_stored) else { return Ok(None) };
    if stored.is_none() {
        let why = "rotation.default_passwords.read_stored: the directory's dialect does not say where passwords are \
                   stored; add stored under [password] of the dialect, or leave this false";
        return Err(ConfigError::Form { path: path.to_owned(), why: why.into() });
    }
    load(&checks.lists).map(Some)
}

/// The list, with the site's own.
fn load(site: &[PathBuf]) -> Result<Guesses, ConfigError> {
    let mut guesses = parse(Path::new("mappings/passwords/known.toml"), EMBEDDED)?;
    for path in site {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        guesses.prepend(parse(path, &text)?);
    }
    Ok(guesses)
}

fn parse(path: &Path, text: &str) -> Result<Guesses, ConfigError> {
    let form = |why: String| ConfigError::Form { path: path.to_owned(), why };
    // What the parser says shows the line: here it says only which.
    let guesses: Guesses = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        form(format!("line {line}: expected known = [\"…\"] and patterns = [\"…\"], texts in quotes"))
    })?;
    guesses.check().map_err(form)?;
    Ok(guesses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_list_is_one_and_a_site_s_comes_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        std::fs::write(&path, "known = ['CuaTinh#2019']\n").unwrap();
        let own = load(std::slice::from_ref(&path)).unwrap();
        assert_eq!(own.parts().next(), Some("CuaTinh#2019"));
        assert_eq!(own.parts().count(), load(&[]).unwrap().parts().count() + 1);
    }

    #[test]
    fn an_error_says_the_line_and_never_what_stands_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        for wrong in ["known = [\n'CuaTinh#2019', CuaTinh2 ]\n", "known = 'CuaTinh#2019'\n", "CuaTinh = 1\n"]
        {
            std::fs::write(&path, wrong).unwrap();
            let error = load(std::slice::from_ref(&path)).unwrap_err().to_string();
            assert!(error.contains("line ") && !error.contains("CuaTinh"), "{error}");
        }
        assert!(load(&[folder.path().join("none")]).unwrap_err().to_string().contains("none"));
    }
}
