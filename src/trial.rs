//! A folder on trial: whether it could take what a run puts there, be it there yet or not.
//!
//! Invariant: nothing is left behind.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// Makes a folder in this one, or in the nearest that there is above it, and removes it again. To ask for the rights
/// alone says too little: a root may write everywhere, but not into `/proc`.
pub(crate) fn takes(folder: &Path) -> io::Result<()> {
    let trial = nearest(folder)?.join(format!(".check-{}", std::process::id()));
    // Two containers on one volume may have the same process id.
    tolerating(ErrorKind::AlreadyExists, fs::create_dir(&trial))?;
    tolerating(ErrorKind::NotFound, fs::remove_dir(&trial))
}

/// The folder, or the first above it that is there.
fn nearest(folder: &Path) -> io::Result<&Path> {
    for above in folder.ancestors().filter(|above| !above.as_os_str().is_empty()) {
        match above.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
            // A link that leads nowhere is there, too.
            Ok(_) if above.metadata()?.is_dir() => return Ok(above),
            Ok(_) => return Err(ErrorKind::NotADirectory.into()),
        }
    }
    Ok(Path::new("."))
}

fn tolerating(kind: ErrorKind, done: io::Result<()>) -> io::Result<()> {
    done.or_else(|error| if error.kind() == kind { Ok(()) } else { Err(error) })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", true)]
    #[case("there", true)]
    #[case("not/yet/there", true)]
    #[case("file", false)]
    #[case("file/below", false)]
    #[case("file/far/below", false)]
    #[case("link", false)]
    #[case("link/below", false)]
    #[case("/proc/below", false)]
    #[case("/proc/far/below", false)]
    fn a_folder_is_taken_by_what_is_above_it_and_nothing_is_left(#[case] folder: &str, #[case] can_be: bool) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("there")).unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        std::os::unix::fs::symlink("nowhere", dir.path().join("link")).unwrap();
        let names = |folder: &Path| fs::read_dir(folder).unwrap().count();
        assert_eq!(takes(&dir.path().join(folder)).is_ok(), can_be);
        assert_eq!((names(dir.path()), names(&dir.path().join("there"))), (3, 0));
    }

    #[test]
    fn a_relative_name_is_tried_in_the_working_directory() {
        assert_eq!(nearest(Path::new("no-such-folder/below")).unwrap(), Path::new("."));
        assert_eq!(nearest(Path::new("")).unwrap(), Path::new("."));
    }
}
