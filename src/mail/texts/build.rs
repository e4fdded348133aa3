//! Looks at the texts before anything is built: a sentence that one language lacks, or that says less in it than in
//! English, fails the build.

use std::collections::BTreeSet;
use std::{fs, io};

mod compare;

const FOLDER: &str = "src/mail/texts";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let english = fs::read_to_string(format!("{FOLDER}/en.ftl"))?;
    let english = compare::sentences(&english);
    for entry in fs::read_dir(FOLDER)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "ftl") {
            continue;
        }
        let (file, source) = (path.display(), fs::read_to_string(&path)?);
        let other = compare::sentences(&source);
        for (key, wanted) in &english {
            match other.get(key) {
                None => println!("cargo::error={file}: `{key}` is missing; en.ftl has it"),
                Some(said) if said.uses != wanted.uses => {
                    let differing: BTreeSet<_> = said.uses.symmetric_difference(&wanted.uses).collect();
                    println!("cargo::error={file}: `{key}` and that of en.ftl differ in {differing:?}");
                }
                Some(_) => {}
            }
        }
        for key in other.keys().filter(|key| !english.contains_key(*key)) {
            println!("cargo::error={file}: nothing uses `{key}`; en.ftl has no such sentence");
        }
    }
    Ok(())
}
