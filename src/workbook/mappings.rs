//! A site's own mappings: files in a folder that stand in for the built-in ones of the same name.

use crate::roster::{Mapping, MappingError, Sources};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Mappings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingsError {
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file says what cannot be understood.
    #[error(transparent)]
    Mapping(#[from] MappingError),
}

/// The mapping for reading rosters. Of `folder`, each file under `rosters/` replaces the built-in one of its name,
/// and `rosters/agencies/<code>.toml` lays down what is odd about one agency's lists.
pub fn load(folder: Option<&Path>) -> Result<Mapping, MappingsError> {
    let Some(folder) = folder else { return Ok(Mapping::embedded()?) };
    let folder = folder.join("rosters");
    let own = |name: &str| text(&folder.join(name));
    let built_in = Sources::EMBEDDED;
    let [columns, words, forms] = [own("columns.toml")?, own("words.toml")?, own("forms.toml")?];
    let [reading, codes] = [own("reading.toml")?, own("province_codes.tsv")?];
    let [tcvn3, vni_win] = [own("tcvn3.tsv")?, own("vni_win.tsv")?];
    let agencies = agencies(&folder.join("agencies"))?;
    let sources = Sources {
        columns: columns.as_deref().unwrap_or(built_in.columns),
        words: words.as_deref().unwrap_or(built_in.words),
        forms: forms.as_deref().unwrap_or(built_in.forms),
        reading: reading.as_deref().unwrap_or(built_in.reading),
        tcvn3: tcvn3.as_deref().unwrap_or(built_in.tcvn3),
        vni_win: vni_win.as_deref().unwrap_or(built_in.vni_win),
        province_codes: codes.as_deref().unwrap_or(built_in.province_codes),
        agencies: &agencies,
    };
    Ok(Mapping::parse(&sources)?)
}

/// The text of a file, where there is one.
fn text(path: &Path) -> Result<Option<String>, MappingsError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(MappingsError::File { path: path.to_owned(), source }),
    }
}

/// The files about agencies, by code, in order.
fn agencies(folder: &Path) -> Result<Vec<(String, String)>, MappingsError> {
    let failed = |source| MappingsError::File { path: folder.to_owned(), source };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(source)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let code = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".toml").map(str::to_owned));
        if let Some(code) = code
            && let Some(text) = text(&path)?
        {
            found.push((code, text));
        }
    }
    found.sort();
    Ok(found)
}
