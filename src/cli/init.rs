//! `rosterd init`: a commented starter configuration, the site key and the folders.

use super::Code;
use crate::config::keys::SiteKey;
use crate::config::starter;
use crate::model::Lang;
use anyhow::{Context, Result, bail};
use std::path::Path;

/// Runs `rosterd init`. Nothing that exists is replaced.
pub fn run(dir: &Path, lang: Lang) -> Result<Code> {
    let at = |path: &Path| path.display().to_string();
    std::fs::create_dir_all(dir).with_context(|| at(dir))?;
    let files = [("rosterd.toml", starter::CONFIG), ("agencies.toml", starter::AGENCIES)];
    for (name, _) in files {
        let path = dir.join(name);
        if path.exists() {
            bail!("{} exists; init replaces nothing: give another folder", path.display());
        }
    }
    for (name, text) in files {
        let path = dir.join(name);
        std::fs::write(&path, text).with_context(|| at(&path))?;
    }
    let roles = dir.join("roles");
    std::fs::create_dir_all(&roles).with_context(|| at(&roles))?;
    std::fs::write(roles.join("tthc.toml"), starter::ROLES).with_context(|| at(&roles))?;
    let secrets = dir.join("secrets");
    crate::intake::files::private_folder(&secrets).with_context(|| at(&secrets))?;
    let key = secrets.join("site.key");
    if !key.exists() {
        SiteKey::create(&key)?;
    }
    match lang {
        Lang::Vi => eprintln!(
            "Đã tạo {}/rosterd.toml. Tiếp theo: sửa tệp này và agencies.toml, rồi chạy\n  rosterd operator add TÊN_ĐĂNG_NHẬP --name \"Họ và tên\"\n  rosterd check",
            dir.display()
        ),
        Lang::En => eprintln!(
            "Wrote {}/rosterd.toml. Next: edit it and agencies.toml, then run\n  rosterd operator add LOGIN --name \"Full name\"\n  rosterd check",
            dir.display()
        ),
    }
    Ok(0)
}
