//! `[report]`: where reports go, and for how long.

use std::path::PathBuf;

use crate::config::document::Node;
use crate::config::log::{Problem, Read};
use crate::config::reader::Section;
use crate::config::{Cloud, Report, ReportDir, values};

/// Where reports go.
pub(in crate::config) fn report(mut section: Section<'_>) -> Report {
    let report = Report {
        dir: section.or("dir", ReportDir::Folder(PathBuf::from("reports")), place),
        keep_days: section.or("keep_days", 400, values::integer(1..=36_500)),
    };
    section.finish();
    report
}

fn place(node: &Node) -> Read<ReportDir> {
    let text = values::text(node)?;
    let Some((scheme, rest)) = text.split_once("://") else { return Ok(ReportDir::Folder(PathBuf::from(text))) };
    let cloud = match scheme {
        "s3" => Cloud::S3,
        "gs" => Cloud::Google,
        "az" => Cloud::Azure,
        _ => return Err(Problem::new("there is no such store", "write a folder, or s3://…, gs://… or az://…")),
    };
    let remedy = format!("write {scheme}://BUCKET or {scheme}://BUCKET/PATH; credentials come from the environment");
    let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    // Whoever writes a password here writes it before an '@'.
    if rest.contains(['@', '?']) {
        return Err(Problem::new("this holds more than a bucket and a path (not shown here)", remedy).hidden());
    }
    if name.is_empty() {
        return Err(Problem::new("this names no bucket", remedy));
    }
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if !plain(name) || !name.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return Err(Problem::new("a bucket's name has letters, digits and - _ . only", remedy));
    }
    let prefix = prefix.trim_end_matches('/');
    let sound = |part: &str| !part.is_empty() && part != "." && part != ".." && plain(part);
    if !prefix.is_empty() && !prefix.split('/').all(sound) {
        return Err(Problem::new("the path in the bucket has letters, digits and - _ . / only", remedy));
    }
    Ok(ReportDir::Bucket { cloud, name: name.to_owned(), prefix: prefix.to_owned() })
}
