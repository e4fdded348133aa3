//! Whole or not at all, whichever call fails in whichever way.

use object_store::Attribute;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_there_as_its_manifest_says_and_latest_names_it() {
    let store = Failing::new();
    assert_eq!(publish(&store, FIRST, true).unwrap(), format!("s3://bucket/night/reports/{FIRST}"));
    let (runs, rest) = assert_sound(&store, "one").await;
    assert_eq!((runs, rest), (BTreeSet::from([FIRST.to_owned()]), BTreeSet::new()));
    let latest = objects(&store).await.remove(LATEST).unwrap();
    let latest: serde_json::Value = serde_json::from_slice(&latest).unwrap();
    assert_eq!(latest, serde_json::json!({ "run_id": FIRST, "manifest": format!("{FIRST}/manifest.json") }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_told_what_a_file_is() {
    let store = Failing::new();
    crate::report::tests::write_into(&place(&store), FIRST, true).unwrap();
    for (name, told) in [
        (format!("{FIRST}/diff.csv"), "text/csv; charset=utf-8"),
        (format!("{FIRST}/report.html"), "text/html; charset=utf-8"),
        (format!("{FIRST}/manifest.json"), "application/json"),
        (LATEST.to_owned(), "application/json"),
    ] {
        let object = store.inner.get(&bucket(&store).at(&name)).await.unwrap();
        assert_eq!(&**object.attributes.get(&Attribute::ContentType).unwrap(), told, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_and_a_folder_hold_the_same_bytes() {
    let (store, dir) = (Failing::new(), tempfile::tempdir().unwrap());
    crate::report::tests::write_into(&place(&store), FIRST, true).unwrap();
    crate::report::tests::write_into(&Place::folder(dir.path()), FIRST, true).unwrap();
    let objects = objects(&store).await;
    assert!(objects.len() > 5, "the run's files and latest.json");
    for (name, bytes) in objects.into_iter().filter(|(name, _)| name != LATEST) {
        assert_eq!(std::fs::read(dir.path().join(&name)).unwrap(), bytes, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_call_fails_there_is_no_half_report_and_the_next_run_needs_no_hand() {
    let (mut failed, mut left) = (0, 0);
    for how in How::ALL {
        for call in 0.. {
            let case = format!("call {call}: {how:?}");
            let store = Failing::new();
            publish_small(&store, FIRST, true);
            store.fails_at(call, how);
            let published = publish(&store, SECOND, true);
            let came = store.heals();
            let (runs, rest) = assert_sound(&store, &case).await;
            assert!(runs.contains(FIRST), "{case}");
            assert!(published.is_err() || runs.contains(SECOND), "{case}: it said that it was written");
            if how == How::Refused {
                assert!(published.is_ok() || rest.is_empty(), "{case}: what it can remove at once it does: {rest:?}");
            }
            failed += usize::from(published.is_err());
            left += usize::from(!rest.is_empty());

            // The same moment again, as a job that is started again: an id that is free, and then all is whole.
            let again = place(&store).free_run_id(SECOND).unwrap();
            publish_small(&store, &again, true);
            assert_sound(&store, &case).await;
            // Once nobody can be at it any more, nothing is left of what failed.
            place(&store).prune(keep("2026-11-03", 400)).unwrap();
            let (runs, rest) = assert_sound(&store, &case).await;
            assert!(runs.contains(&again) && runs.contains(FIRST), "{case}");
            assert_eq!(rest, BTreeSet::new(), "{case}");
            if !came {
                assert!(published.is_ok(), "{case}: nothing failed");
                break;
            }
        }
    }
    assert!(failed > 20 && left > 20, "{failed} failed, {left} left something");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_file_leaves_nothing_behind() {
    let store = Failing::new();
    // The claim, the look whether the run is new, then the first part of the first file.
    store.fails_at(3, How::Refused);
    let error = publish(&store, FIRST, true).unwrap_err().to_string();
    assert!(
        error.contains("accounts.csv") && error.contains("AccessDenied") && error.contains("look at the key"),
        "{error}"
    );
    assert_eq!(objects(&store).await, BTreeMap::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_never_written_over() {
    let store = Failing::new();
    publish(&store, FIRST, true).unwrap();
    let before = objects(&store).await;
    assert!(matches!(publish(&store, FIRST, true), Err(Error::Exists { .. })));
    assert_eq!(objects(&store).await, before);
    // Nor is one that somebody else is writing.
    store.inner.put(&bucket(&store).mark(SECOND), "his".into()).await.unwrap();
    assert!(matches!(publish(&store, SECOND, true), Err(Error::Exists { .. })));
    assert_eq!(objects(&store).await.len(), before.len() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_are_one_report() {
    let store = Failing::new();
    let runtime = tokio::runtime::Handle::current();
    let both: Vec<_> = std::thread::scope(|scope| {
        let write = || {
            let _inside = runtime.enter();
            publish(&store, FIRST, true).is_ok()
        };
        let (one, other) = (scope.spawn(write), scope.spawn(write));
        [one, other].into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(both.iter().filter(|written| **written).count(), 1);
    let (runs, rest) = assert_sound(&store, "two").await;
    assert_eq!((runs.len(), rest.len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_writer_of_a_file_says_is_no_fault_of_the_store() {
    let store = Failing::new();
    let broken: Vec<NewFile<'_>> = vec![("diff.csv", Box::new(|_| Err(std::io::Error::other("no such column"))))];
    let error = bucket(&store).publish(FIRST, broken, true).unwrap_err();
    assert!(matches!(error, Error::Words { .. }), "{error}");
    assert_eq!(objects(&store).await, BTreeMap::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_the_store_counts_also_where_the_writer_of_a_file_does_not_mind_it() {
    let store = Failing::new();
    let careless: NewFile<'_> = (
        "accounts.csv",
        Box::new(|to| {
            (0..200).for_each(|_| drop(to.write_all(&[7; 1 << 17])));
            Ok(())
        }),
    );
    // The claim, the look whether the run is new, the beginning, then the first part.
    store.fails_at(3, How::Refused);
    let error = bucket(&store).publish(FIRST, vec![careless], true).unwrap_err().to_string();
    assert!(error.contains("AccessDenied"), "{error}");
    assert_eq!(objects(&store).await, BTreeMap::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_run_id_gives_way_to_the_next_free_one() {
    let store = Failing::new();
    for taken in ["20261101T043000Z-ffff/x", ".tmp-20261101T043000Z-0000", "20261101T043000Z-00010/x"] {
        store.inner.put(&bucket(&store).at(taken), "x".into()).await.unwrap();
    }
    assert_eq!(place(&store).free_run_id("20261101T043000Z-ffff").unwrap(), "20261101T043000Z-0001");
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_of_other_runs_are_seen_by_a_shallow_look() {
    let store = Failing::new();
    let known: BTreeSet<String> = (0..300).map(|n| format!("20261101T043000Z-{n:04x}")).collect();
    for run in &known {
        store.inner.put(&bucket(&store).at(&format!("{run}/manifest.json")), "{}".into()).await.unwrap();
    }
    store.inner.put(&bucket(&store).at("20261109T043000Z-0001/diff.csv"), "half".into()).await.unwrap();
    store.calls();
    assert!(!place(&store).has_others(&known).unwrap());
    assert_eq!(store.calls(), 2, "the topmost level, and whether the half one is whole");
    store.inner.put(&bucket(&store).at("20261109T043000Z-0001/manifest.json"), "{}".into()).await.unwrap();
    assert!(place(&store).has_others(&known).unwrap());
    store.fails_at(0, How::Refused);
    assert!(place(&store).has_others(&known).is_err(), "who cannot look does not say that there is nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_store_is_given_up() {
    let store = Failing::new();
    let bucket = bucket(&store);
    let soon = Instant::now() + Duration::from_millis(30);
    let never = std::future::pending::<object_store::Result<()>>();
    assert!(matches!(bucket.wait(soon, never), Err(Fault::Slow)));
    let late = async { panic!("who was frozen past his time asks for nothing") };
    assert!(matches!(bucket.wait(soon, late) as Result<(), _>, Err(Fault::Slow)));
}
