//! Old reports go, and nothing else.

use super::*;

const OLD: [&str; 3] = ["20250101T043000Z-000a", "20250102T043000Z-000b", "20250103T043000Z-000c"];

/// Old reports, and things that look like them.
async fn world() -> Failing {
    let store = Failing::new();
    for run in OLD {
        publish_small(&store, run, false);
    }
    // What `latest` names is the oldest of all.
    publish_small(&store, "20240101T043000Z-0001", true);
    publish_small(&store, SECOND, false);
    for (name, text) in [
        ("20250104T043000Z-0001/diff.csv", "a run without manifest"),
        ("20250105T043000Z-0001/manifest.json", r#"{"run_id": "another", "files": []}"#),
        ("20250106T043000Z-0001/manifest.json", r#"{"run_id": "20250106T043000Z-0001", "files": []}"#),
        ("20250106T043000Z-0001/summary.json", r#"{"command": "plan"}"#),
        ("20250106T043000Z-000G/manifest.json", "no run id"),
        ("2025/manifest.json", "a year"),
        ("notes.txt", "somebody's"),
        (".tmp-notes", "somebody's too"),
    ] {
        store.inner.put(&bucket(&store).at(name), text.into()).await.unwrap();
    }
    store
}

#[tokio::test(flavor = "multi_thread")]
async fn only_whole_reports_of_runs_that_are_over_go() {
    let store = world().await;
    let before: BTreeSet<String> = objects(&store).await.into_keys().collect();
    // The newest of the three is 400 days old, which is kept.
    assert_eq!(place(&store).prune(keep("2026-02-07", 400)).unwrap(), 2);
    let gone: BTreeSet<String> = before.difference(&objects(&store).await.into_keys().collect()).cloned().collect();
    assert!(gone.iter().all(|name| name.starts_with(OLD[0]) || name.starts_with(OLD[1])), "{gone:?}");
    assert_eq!(gone.len(), 4);
    assert_eq!(place(&store).prune(keep("2026-02-07", 400)).unwrap(), 0);
    assert_eq!(place(&store).prune(keep("2026-02-08", 400)).unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_call_fails_while_pruning_the_next_night_goes_on() {
    for how in How::ALL {
        for call in 0.. {
            let case = format!("call {call}: {how:?}");
            let store = Failing::new();
            for run in OLD {
                publish_small(&store, run, false);
            }
            publish_small(&store, SECOND, true);
            store.fails_at(call, how);
            let pruned = place(&store).prune(keep("2026-11-02", 400));
            let came = store.heals();
            assert_sound(&store, &case).await;
            assert!(pruned.is_ok() != came, "{case}: {pruned:?}");
            place(&store).prune(keep("2026-11-03", 400)).unwrap();
            let (runs, rest) = assert_sound(&store, &case).await;
            assert_eq!((runs, rest), (BTreeSet::from([SECOND.to_owned()]), BTreeSet::new()), "{case}");
            if !came {
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_latest_names_is_not_guessed() {
    let store = world().await;
    store.inner.put(&bucket(&store).at(LATEST), "{".into()).await.unwrap();
    let error = place(&store).prune(keep("2026-11-02", 400)).unwrap_err().to_string();
    assert!(error.contains("latest.json"), "{error}");
    assert_eq!(assert_whole_runs(&store).await, 5);
}

/// How many runs have a manifest of their own making.
async fn assert_whole_runs(store: &Failing) -> usize {
    let runs = [&OLD[..], &["20240101T043000Z-0001", SECOND]].concat();
    let objects = objects(store).await;
    runs.iter().filter(|run| objects.contains_key(&format!("{run}/manifest.json"))).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_under_way_is_left_alone() {
    let store = Failing::new();
    for name in [".tmp-20261102T043000Z-0002", "20261102T043000Z-0002/diff.csv"] {
        store.inner.put(&bucket(&store).at(name), "x".into()).await.unwrap();
    }
    let now = Keep { clock: Utc::now(), ..keep("2026-11-02", 1) };
    place(&store).prune(now).unwrap();
    assert_eq!(objects(&store).await.len(), 2);
    place(&store).prune(keep("2026-11-02", 1)).unwrap();
    assert_eq!(objects(&store).await.len(), 0, "two hours later nobody can be at it");
}
